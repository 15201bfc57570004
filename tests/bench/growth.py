"""Growth: the same work beside little and beside much that is there already.

``python -m tests.bench.growth [--walks N] [--list N] [--edges N]``: claims while few and many walks wait, and once
nearly all have ended; followers of one account that go through walk, pipelines and store without HTTP; bytes an edge in
Postgres. A 0 leaves one out. The databases are embedded, with fsync off. `tests.bench.many_edges` takes pages beside
many edges, and `tests.bench.long_list` crawls a long list.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import statistics
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from igcrawl.store import CrawlRow, OperatorLimits, PageCommit, Store, make_store
from tests.bench.handed_crawl import NOW, HandedCrawl, seed_of
from tests.support.postgres import database, server

FEW_WALKS, CLAIMS = 1_000, 200
PAGE_SIZE, OWNER = 200, 25025320
#: Of which followers' ids are drawn.
IDS = range(10**9, 7 * 10**10)
SIZE = "SELECT sum(pg_total_relation_size(relid))::float8 FROM pg_partition_tree('follows')"


class Waiting:
    """A store in which so many walks wait."""

    def __init__(self, url: str, walks: int) -> None:
        self._url = url
        self.walks = walks
        self._store: Store = make_store(url)
        self._crawl: CrawlRow
        self.taken: list[float] = []

    async def fill(self) -> None:
        await self._store.open()
        self._crawl = await self._store.crawls.begin("key", None, "followers", map(seed_of, range(self.walks)), 0, NOW)

    async def claim(self) -> None:
        """Claim a walk, note how long it took, and end the walk."""
        began = time.perf_counter()
        row = await self._store.walks.claim(self._crawl.id, OperatorLimits(), NOW)
        self.taken.append(time.perf_counter() - began)
        assert row is not None
        await self._store.walks.commit([PageCommit(walk=replace(row, verdict="complete", ended_at=NOW))])

    async def end_nearly_all(self) -> None:
        """End all walks but those that the claims need."""
        below = self.walks - 2 * CLAIMS
        sql = f"UPDATE walks SET verdict = 'complete', fence = 1 WHERE id < {below} AND verdict IS NULL"
        connection: Any = self._store.connection
        if self._url.startswith("sqlite"):
            connection.execute(sql)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            await connection.rows(sql)
            await connection.rows("VACUUM walks")
        self.taken.clear()

    async def close(self) -> None:
        await self._store.close()


async def claims(stores: dict[int, str]) -> None:
    """Print how long a claim takes in each store, by the number of walks in it; the stores take turns."""
    waiting = [Waiting(url, walks) for walks, url in stores.items()]
    for store in waiting:
        await store.fill()
    for told in ("wait", "have ended"):
        for _ in range(CLAIMS):
            for store in waiting:
                await store.claim()
        medians = [statistics.median(store.taken) * 1e3 for store in waiting]
        for store, median in zip(waiting, medians, strict=True):
            fast = sorted(store.taken)[CLAIMS // 10] * 1e3
            print(f"    {store.walks:>9,} walks {told}: {median:.2f} ms a claim, a tenth under {fast:.2f}", flush=True)
        print(f"    {told}: many ÷ few {medians[-1] / medians[0]:.2f}", flush=True)
        for store in waiting:
            await store.end_nearly_all()
    for store in waiting:
        await store.close()


async def read_list(url: str, followers: int) -> None:
    """Print what a follower of one account costs, and the memory, as the list grows."""
    crawl, random = HandedCrawl(url, OWNER, sync_seconds=0.25), Random(3)
    await crawl.enter()
    steps = [step for step in (10_000, 100_000, 1_000_000, 10_000_000) if step <= followers]
    done, before, cpu = 0, 0, time.process_time()
    while done < followers:
        await crawl.take([random.choice(IDS) for _ in range(PAGE_SIZE)])
        done += PAGE_SIZE
        if done in steps:
            each = (time.process_time() - cpu) / (done - before) * 1e6
            gc.collect()
            print(f"    {done:>11,} followers: {each:.1f} µs each since the last line, {resident():.0f} MB", flush=True)
            cpu, before = time.process_time(), done
            # Each line has its own pages only.
            crawl.taken.clear()
    await crawl.leave()


def resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def bytes_an_edge(edges: int) -> None:
    """Print bytes an edge of a list that is read twice: autovacuum comes by itself, and nobody else vacuums.

    It looks once a second, not once a minute: here a list takes minutes that takes days against Instagram.
    """
    random = Random(1)
    pks = [random.choice(IDS) for _ in range(edges)]
    with psycopg.connect(server(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET autovacuum_naptime = '1s'")
        connection.execute("SELECT pg_reload_conf()")
    with database() as url:
        for told in ("once", "twice"):
            crawl = HandedCrawl(url, OWNER, sync_seconds=0.25)
            await crawl.enter()
            for first in range(0, edges, PAGE_SIZE):
                await crawl.take(pks[first : first + PAGE_SIZE])
            await crawl.leave()
            with psycopg.connect(url) as connection:
                [size] = connection.execute(SIZE).fetchone() or [0]
            print(f"    {edges:,} edges, read {told}: {size / edges:.0f} bytes an edge", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--walks", type=int, default=100_000)
    parser.add_argument("--list", type=int, default=1_000_000)
    parser.add_argument("--edges", type=int, default=200_000)
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    sizes = (FEW_WALKS, options.walks)
    with tempfile.TemporaryDirectory() as folder:
        if options.list:
            print("a list through walk, pipelines and store", flush=True)
            asyncio.run(read_list(f"sqlite:///{folder}/store.db", options.list))
        if options.walks:
            print("claims in SQLite", flush=True)
            asyncio.run(claims({walks: f"sqlite:///{folder}/walks{walks}.db" for walks in sizes}))
    if options.walks:
        print("claims in Postgres", flush=True)
        with ExitStack() as stack:
            asyncio.run(claims({walks: stack.enter_context(database()) for walks in sizes}))
    if options.edges:
        print("bytes an edge in Postgres, with indexes", flush=True)
        asyncio.run(bytes_an_edge(options.edges))


if __name__ == "__main__":
    main()
