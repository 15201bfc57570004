"""`scrapy docids`: what the store knows of each id, and trying a stale one again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from igcrawl.store import DocIdRow, Store, make_store
from tests.conftest import Scrapy

FOLLOWERS, OLDER = "284797047911918316998205836755", "284797047915973598462248516468"
FOLLOWING, PROFILE = "16104639286363954576550227636", "28036671149327607"
WORKED, STALE = "2026-11-24T08:00:00.000Z", "2026-11-24T09:30:00.000Z"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a store that nobody has opened yet."""
    if request.param == "sqlite":
        yield "sqlite:///store.db"
        return
    from tests.support.postgres import ready_database

    with ready_database() as address:
        yield address


def in_store(url: str, folder: Path, ask: Callable[[Store], Awaitable[None]]) -> None:
    async def run() -> None:
        store = make_store(url.replace("sqlite:///store.db", f"sqlite:///{folder}/store.db"))
        await store.open()
        try:
            await ask(store)
        finally:
            await store.close()

    asyncio.run(run())


async def noted(store: Store) -> None:
    await store.doc_ids.note(FOLLOWERS, WORKED, works=True)
    await store.doc_ids.note(FOLLOWERS, STALE, works=False)
    await store.doc_ids.note(PROFILE, WORKED, works=True)


def states(out: str) -> dict[str, str]:
    """The state of each id that is listed."""
    head, *lines = out.splitlines()
    column = head.index("state")
    found = {}
    for line in lines:
        doc_id = next(
            word for word in line.split() if len(word) >= 15 and word.isalnum() and any(map(str.isdigit, word))
        )
        found[doc_id] = line[column:].strip()
    return found


def test_listed_is_what_is_known_of_each_id_down_to_the_one_that_is_asked_by(
    scrapy: Scrapy, tmp_path: Path, url: str
) -> None:
    in_store(url, tmp_path, noted)
    listed = states(scrapy("docids", "list", IG_STORE=url).out)
    assert listed[FOLLOWERS] == "stale since 2026-11-24 09:30 UTC (last success 2026-11-24 08:00 UTC)"
    assert listed[OLDER] == listed[FOLLOWING] == "untried"
    assert listed[PROFILE] == "working (last success 2026-11-24 08:00 UTC)"
    assert len(states(scrapy("docids", "list", "--all", IG_STORE=url).out)) > len(listed)


@pytest.mark.parametrize("wanted", [FOLLOWERS, "FollowersList", "followers"])
def test_a_stale_id_is_tried_again_when_the_operator_says_so(
    scrapy: Scrapy, tmp_path: Path, url: str, wanted: str
) -> None:
    in_store(url, tmp_path, noted)
    run = scrapy("docids", "retry", wanted, IG_STORE=url)
    assert (run.code, run.out) == (0, f"tried again from now on: {FOLLOWERS}\n")
    again = scrapy("docids", "retry", wanted, IG_STORE=url)
    assert (again.code, again.out) == (0, f"{wanted}: none of its ids is known to be stale\n")
    assert states(scrapy("docids", "list", IG_STORE=url).out)[FOLLOWERS].startswith("working")


def test_neither_listing_nor_retrying_makes_a_store(scrapy: Scrapy, tmp_path: Path) -> None:
    assert set(states(scrapy("docids", "list").out).values()) == {"untried"}
    assert scrapy("docids", "retry", "followers").code == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wanted", ["NoSuchQuery", "user_info", "12"])
def test_what_is_no_query_and_no_id_is_refused(scrapy: Scrapy, wanted: str) -> None:
    run = scrapy("docids", "retry", wanted)
    assert (run.code, len(run.err.splitlines())) == (2, 1)
    assert "scrapy docids list" in run.err


def test_an_import_ends_the_staleness_of_what_somebody_has_just_asked_by(scrapy: Scrapy, tmp_path: Path) -> None:
    in_store("sqlite:///store.db", tmp_path, noted)
    form = f"client_doc_id={FOLLOWERS}&variables={{}}&fb_api_req_friendly_name=FollowersList"
    text = f"curl 'https://i.instagram.com/graphql/query' --data-raw '{form}'"
    (tmp_path / "app.txt").write_text(text)
    shown = scrapy("docids", "import", "app.txt", IG_STORE="sqlite:///store.db")
    assert shown.code == 0, shown.out + shown.err
    assert "asked by again" not in shown.out
    written = scrapy("docids", "import", "app.txt", "--write", IG_STORE="sqlite:///store.db")
    assert f"tried again from now on, since they are in use: {FOLLOWERS}" in written.out

    async def check(store: Store) -> None:
        assert (await store.doc_ids.all())[FOLLOWERS] == DocIdRow(WORKED, None)

    in_store("sqlite:///store.db", tmp_path, check)
