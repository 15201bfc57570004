"""What a database refuses, NUL and halves of characters, is kept on each backend and comes back as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from igcrawl.store import FoundPage, PageCommit
from igcrawl.store.odd_text import from_json, from_stored, to_json, to_stored
from igcrawl.store.packed_ids import pack, signed_hash
from tests.store.samples import begun, claimed, kept, opened, seed

ODD = (
    "\0",
    "a\0b",
    "\ud800",
    "x\udfff\0",
    "\x1a",
    '\x1a"quoted"',
    "\x1a\0",
    "\x1b[2J\n",
    "é🔒\\u0000",
    "c" * 1_000_000,
)
PLAIN = ("", "QVFB", "r:80d6", "25", "é🔒", "a\x1a", "\x1b")


@pytest.mark.parametrize("text", [*ODD, *PLAIN], ids=lambda text: ascii(text)[:20])
def test_a_text_comes_back_as_it_was(text: str) -> None:
    stored = to_stored(text)
    assert stored is not None
    assert "\0" not in stored
    assert from_stored(stored.encode().decode()) == text
    assert (stored is text) == (text in PLAIN or text in {"\x1b[2J\n", "é🔒\\u0000", "c" * 1_000_000})


def test_no_text_stays_none() -> None:
    assert to_stored(None) is None
    assert from_stored(None) is None


@pytest.mark.parametrize("text", [*ODD, *PLAIN], ids=lambda text: ascii(text)[:20])
def test_json_comes_back_as_it_was(text: str) -> None:
    value = {text: [text, {"deep": {text: text}}, None, True, 1, 1.5, [[]]], "plain": "x"}
    data = to_json(value)
    assert b"\\u0000" not in data.replace(rb"\\u0000", b"")
    assert from_json(data) == value
    assert from_json(data.decode()) == value


def test_json_takes_mappings_and_tuples_beside_what_is_odd() -> None:
    from types import MappingProxyType

    value = MappingProxyType({"a": MappingProxyType({"b": ("\0", "x")})})
    assert from_json(to_json(value)) == {"a": {"b": ["\0", "x"]}}
    assert from_json(to_json(MappingProxyType({"a": MappingProxyType({})}))) == {"a": {}}


async def test_a_walk_goes_on_with_the_cursor_that_the_server_gave_whatever_it_holds(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1, cursor=ODD[1], args={"user_id": "1", "word": ODD[3]})])
        walk = await claimed(store, crawl)
        assert (walk.cursor, walk.args["word"]) == (ODD[1], ODD[3])
        for number, text in enumerate(ODD):
            children = [seed(f"child{number}", 2, cursor=text, args={"user_id": "5", "word": text})]
            page = replace(walk, cursor=text, args={"word": text}, state={"notes": [text]})
            found = FoundPage(pack([number]), signed_hash(text))
            await store.walks.commit([PageCommit(walk=page, found=found, children=children)], {})
            now = await kept(store, walk.id)
            assert (now.cursor, now.args, now.state) == (text, {"word": text}, {"notes": [text]})
        assert [page.turned async for page in store.walks.found(walk.id)] == list(map(signed_hash, ODD))
        children = [row async for row in store.walks.all(crawl.id) if row.depth == 2]
        assert [(row.cursor, row.args["word"]) for row in children] == [(text, text) for text in ODD]
