"""Histories at random, whose truth is known: every export of them is what it should be; and memory stays flat."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from igcrawl.errors import BadInput
from igcrawl.store import PackedRecords, PageCommit, Store, WalkRow
from igcrawl.store.packed_records import pack_lines
from igcrawl.verdict import RESUMABLE, Verdict
from tests.analysis.histories import crawl_of, exported, follow, media, name_of, profile, put, read, walk_end
from tests.conftest import scrapy_environment
from tests.store.samples import LATER, NO_LIMITS, claimed, opened, seed
from tests.support.crawls import captured

_VERDICTS = [*Verdict, *[None] * 6]


@dataclass
class Told:
    """A record as every format tells it apart: its type and walk, and what nothing else has."""

    type: str
    walk: str
    own: str


@dataclass
class Written:
    """A crawl as it was written."""

    id: int
    key: str
    name: str | None
    kept: bool
    begun: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Numbers of the walks by their names; beside each, whether it was begun."""
    pages: list[Told] = field(default_factory=list)
    open: list[Told] = field(default_factory=list)


async def written_at_random(store: Store, draw: random.Random) -> list[Written]:
    crawls = []
    for _ in range(draw.randint(1, 7)):
        key = draw.choice(["a", "b", "c"])
        name = {"a": None, "b": "daily", "c": None}[key]
        seeds = [seed(target) for target in draw.sample(range(1, 6), draw.randint(1, 4))]
        deeper = [seed(target, depth=2) for target in (8, 9) if draw.random() < 0.5]
        kept = draw.random() < 0.8
        row = await crawl_of(store, *seeds, *deeper, key=key, name=name, keeps=kept)
        crawl = Written(row.id, key, name, kept)
        crawls.append(crawl)
        await walked_at_random(store, crawl, await claims(store, row, draw), draw)
        async for walk in store.walks.all(row.id):
            if walk.fence or walk.depth == 1:
                crawl.begun[name_of(walk)] = (bool(walk.fence), walk.id)
                if walk.verdict is None or walk.verdict in RESUMABLE:
                    crawl.open.append(Told("walk", name_of(walk), walk.verdict or "interrupted"))
    return crawls


async def claims(store: Store, row: Any, draw: random.Random) -> list[WalkRow]:
    walks = []
    while draw.random() < 0.8:
        walk = await store.walks.claim(row.id, NO_LIMITS, LATER)
        if walk is None:
            break
        walks.append(walk)
    return walks


async def walked_at_random(store: Store, crawl: Written, walks: list[WalkRow], draw: random.Random) -> None:
    """Walks take turns; each page has records of several types."""
    number = 0
    going_on = list(walks)
    while going_on:
        walk = draw.choice(going_on)
        records: list[Any] = []
        for _ in range(draw.choice([0, 1, 3, 40])):
            number += 1
            own = crawl.id * 100_000 + number
            make = draw.choice([follow, follow, follow, media])
            records.append(make(walk, own))
            crawl.pages.append(Told(records[-1].type, name_of(walk), records[-1].pk))
        if draw.random() < 0.2:
            records.append(profile(walk, username=str(number)))
            crawl.pages.append(Told("profile", name_of(walk), str(number)))
        if draw.random() < 0.6:
            await put(store, walk, *records)
            continue
        going_on.remove(walk)
        verdict = draw.choice(_VERDICTS)
        if verdict is not None and verdict not in RESUMABLE:
            records.append(walk_end(walk, verdict))
            crawl.pages.append(Told("walk", name_of(walk), verdict))
        await put(store, walk, *records, verdict=verdict)


def expected(crawls: list[Written], order: dict[str, Any]) -> tuple[list[Told], int]:
    """What an export should hold, and how many crawls it should name as not kept."""
    chosen = list(crawls)
    if order.get("crawl"):
        same = [crawl for crawl in crawls if order["crawl"] in {crawl.name, str(crawl.id)}]
        chosen = [max(same, key=lambda crawl: crawl.id)]
        if order.get("every_generation"):
            chosen = [crawl for crawl in crawls if crawl.key == chosen[0].key]
    names = {name for crawl in chosen for name in crawl.begun if order.get("walk") in {None, name}}
    latest = {name: max((crawl.begun[name], crawl.id) for crawl in chosen if name in crawl.begun)[1] for name in names}
    records, lost = [], 0
    for crawl in sorted(chosen, key=lambda crawl: crawl.id):
        own = {n for n in names if n in crawl.begun and (order.get("every_generation") or latest[n] == crawl.id)}
        if own and not crawl.kept:
            lost += 1
        elif own:
            records += [told for told in crawl.pages + crawl.open if told.walk in own]
    return [told for told in records if order.get("type") in {None, told.type}], lost


def as_told(record: dict[str, Any]) -> Told:
    own = {"walk": "verdict", "profile": "username"}.get(record["type"], "pk")
    return Told(record["type"], record["walk"], str(record[own]))


@pytest.mark.parametrize("number", range(int(os.environ.get("FUZZ_EXPORTS", "6"))))
async def test_an_export_of_any_history_holds_what_it_should(url: str, tmp_path: Path, number: int) -> None:
    draw = random.Random(number)
    async with opened(url) as store:
        crawls = await written_at_random(store, draw)
    for _ in range(12):
        order: dict[str, Any] = {"every_generation": draw.random() < 0.4}
        if draw.random() < 0.5:
            crawl = draw.choice(crawls)
            order["crawl"] = draw.choice([crawl.name or str(crawl.id), str(crawl.id)])
        if draw.random() < 0.3:
            order["walk"] = f"followers/{draw.randint(1, 5)}"
        suffix = draw.choice(["jsonl", "jsonl.gz", "csv", "parquet"])
        if suffix in {"csv", "parquet"} or draw.random() < 0.3:
            order["type"] = draw.choice(["follow", "follow", "media", "walk", "profile"])
        out = tmp_path / f"x.{suffix}"
        out.unlink(missing_ok=True)
        records, lost = expected(crawls, order)
        try:
            code = await exported(url, out, **order)
        except BadInput:
            assert (records, out.exists()) == ([], False), order
            continue
        assert [as_told(record) for record in read(out)] == records, order
        assert code == (1 if lost else 0), order


#: Exports, and prints the most memory that this took beyond what is loaded, in MB.
_MEASURED = """
import asyncio, os, resource
from tests.analysis.histories import exported
url, outs = os.environ["IG_STORE"], ["x.jsonl", "x.csv"]
def most():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
async def main():
    # What is imported, and the pools of the libraries.
    for out in outs:
        await exported(url, out, walk="followers/1")
    before = most()
    for out in outs:
        await exported(url, out)
    print(most() - before)
asyncio.run(main())
"""


def padded(first: int) -> PackedRecords:
    """A page of fifty records, from a number on."""
    lines = [b'{"type":"follow","pk":"%d","username":"%01000d"}\n' % (n, n) for n in range(first, first + 50)]
    return PackedRecords(len(lines), pack_lines(b"".join(lines)))


async def test_11_megabytes_of_records_take_no_more_memory_than_one_page(url: str, tmp_path: Path) -> None:
    async with opened(url) as store:
        small = await claimed(store, await crawl_of(store, seed(1), key="small"))
        await put(store, small, *(follow(small, number) for number in range(200)), verdict="failed")
        crawl = await crawl_of(store, *(seed(number) for number in range(2, 102)))
        for start in range(0, 10_000, 250):
            walk = await claimed(store, crawl)
            pages = [PageCommit(walk=walk, records=padded(first)) for first in range(start, start + 250, 50)]
            await store.walks.commit(pages)
    here, streams = tmp_path / "here", tmp_path / "streams"
    here.mkdir()
    streams.mkdir()
    code, out, said = captured({"program": _MEASURED}, here, streams, scrapy_environment(IG_STORE=url))
    assert code == 0, said
    assert float(out) < 8
    for path in here.iterdir():
        with path.open("rb") as file:
            assert sum(1 for line in file if b"follow," in line or b'"follow"' in line) == 10_200
    assert len(list(here.iterdir())) == 2
