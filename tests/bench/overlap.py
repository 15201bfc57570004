"""Overlap: five lists of a million accounts each, in a store as crawls leave it.

``python -m tests.bench.overlap [--accounts N] [--store FILE]``: time and peak memory of ``scrapy compare``, each of
them a process of its own. A store that is there already is used as it is.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import orjson

from igcrawl.store import FoundPage, PackedRecords, PageCommit, Store, WalkRow
from igcrawl.store.packed_ids import pack
from igcrawl.store.packed_records import pack_lines
from tests.conftest import ROOT, scrapy_environment
from tests.store.samples import LATER, NOW, begun, claimed, opened, seed

TARGETS = range(101, 106)
PAGE = 50
#: Pages of one commit: a crawl makes one each, which takes longer and leaves the same.
AT_ONCE = 500
#: The accounts of all lists come from so many times one list's.
WORLD = 3


def numbers_of(target: int, accounts: int) -> list[int]:
    """The accounts of a list: a stretch of it shares half with each neighbour, the rest is drawn."""
    random = Random(target)
    return random.sample(range(10**9, 10**9 + WORLD * accounts), accounts)


def line(walk: WalkRow, number: int, position: int) -> dict[str, object]:
    return {
        "type": "follow", "operation": "followers", "fetched_at": NOW, "walk": f"followers/{walk.target}",
        "owner_pk": walk.target, "direction": "followers", "position": position, "pk": str(number),
        "username": f"user_{number:x}", "full_name": f"Name of {number}", "is_private": number % 3 == 0,
        "is_verified": False, "latest_reel_media": 1775669050,
    }  # fmt: skip


def pages(walk: WalkRow, numbers: list[int]) -> Iterator[PageCommit]:
    for start in range(0, len(numbers), PAGE):
        here = numbers[start : start + PAGE]
        rows = [line(walk, number, start + place) for place, number in enumerate(here, 1)]
        packed = pack_lines(b"".join(orjson.dumps(row) + b"\n" for row in rows))
        yield PageCommit(walk=walk, found=FoundPage(pack(here), start), records=PackedRecords(len(here), packed))


async def put_list(store: Store, target: int, accounts: int) -> None:
    walk = await claimed(store, await begun(store, [seed(target)], key=f"followers {target}"))
    commits = list(pages(walk, numbers_of(target, accounts)))
    done = replace(walk, records=accounts, expected=accounts, verdict="complete", updated_at=LATER, ended_at=LATER)
    commits[-1] = replace(commits[-1], walk=done)
    for start in range(0, len(commits), AT_ONCE):
        await store.walks.commit(commits[start : start + AT_ONCE])


async def make(path: Path, accounts: int) -> None:
    async with opened(f"sqlite:///{path}") as store:
        for target in TARGETS:
            await put_list(store, target, accounts)


def timed(folder: Path, store: Path, *arguments: str) -> None:
    """Run a command and print what it took. The largest child so far is told: the commands come by their size."""
    begun_at = time.monotonic()
    environment = scrapy_environment(IG_STORE=f"sqlite:///{store}", IG_STATE=str(folder / "state"))
    command = [sys.executable, "-m", "scrapy", "compare", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True)
    seconds = time.monotonic() - begun_at
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"compare {' '.join(arguments)}: {seconds:.1f} s, {most:.0f} MB at most")
    print(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--store", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=ROOT.parent) as name:
        folder = Path(name)
        store = options.store or folder / "store.db"
        if not store.exists():
            asyncio.run(make(store, options.accounts))
        targets = [str(target) for target in TARGETS]
        timed(folder, store, "overlap", *targets)
        timed(folder, store, "overlap", *targets, "-O", "x.parquet")


if __name__ == "__main__":
    main()
