"""Growth: the same work beside little and beside much that is there already.

``python -m tests.bench.growth [--edges N] [--walks N] [--list N] [--plans]``: edges in Postgres beside which pages are
written, walks that wait while one is claimed, and followers of one account, which go through walk, pipeline and store
without HTTP. The databases are embedded, with fsync off.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, LiteralString

import psycopg

from igcrawl.arguments.crawl_key import CrawlKey
from igcrawl.crawl.crawl_run import CrawlRun
from igcrawl.crawl.walk_rows import row_after, walk_of
from igcrawl.items import Follow, Page
from igcrawl.output.sinks import Sinks
from igcrawl.stopping import Stopping
from igcrawl.store import FoundPage, OperatorLimits, PageCommit, Seed, Store, make_store
from igcrawl.store.packed_ids import pack
from pipelines.keep import KeepPipeline
from pipelines.postgres_rows import rows_of, to_json
from pipelines.postgres_sql import MARK_GONE, upsert, upsert_users
from pipelines.postgres_tables import FOLLOWERS
from tests.support.postgres import database
from tests.support.records import Tables, at, commit, follow, new_pipeline

NOW = "2026-11-28T08:00:00.000Z"
PAGES = 200
PAGE = 50
#: Of which followers' ids are drawn.
IDS = range(10**9, 7 * 10**10)
SIZE: LiteralString = """
    SELECT sum(pg_total_relation_size(relid))::float8 / (SELECT count(*) FROM follows)
    FROM pg_partition_tree('follows')
"""


def milliseconds(seconds: list[float]) -> str:
    slowest = sorted(seconds)[-len(seconds) // 10]
    return f"{statistics.median(seconds) * 1000:.2f} ms (a tenth take more than {slowest * 1000:.2f})"


def bytes_an_edge(rows: int) -> None:
    """Print bytes an edge after real writes: a list that is read three times, with the vacuum that autovacuum does."""
    with database() as url, psycopg.connect(url, autocommit=True) as connection:
        Tables(url)
        random = Random(1)
        ids = [random.choice(IDS) for _ in range(rows)]
        for generation in range(1, 4):
            for first in range(0, rows, rows // 50):
                asyncio.run(write_pages(url, ids[first : first + rows // 50], generation))
                connection.execute("VACUUM follows_followers")
            [size] = connection.execute(SIZE).fetchone() or [0]
            print(f"{rows:,} edges, read {generation} times: {size:.0f} bytes an edge")


async def write_pages(url: str, ids: list[int], walk: int) -> list[float]:
    """Write ids as followers, a commit a page, and return the seconds that each page took."""
    pipeline, taken = new_pipeline(), []
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        for first in range(0, len(ids), PAGE):
            page = ids[first : first + PAGE]
            records = [follow(pk, at(walk), username=f"user.{pk}", full_name=f"Full Name {pk}") for pk in page]
            began = time.perf_counter()
            await commit(connection, pipeline, records, walk)
            taken.append(time.perf_counter() - began)
    return taken


def pages_beside(edges: int, *, plans: bool) -> None:
    """Print how long a page takes beside so many edges and accounts."""
    with database() as url, psycopg.connect(url, autocommit=True) as connection:
        Tables(url)
        connection.execute("ALTER TABLE follows_followers DROP CONSTRAINT follows_followers_pkey")
        connection.execute("DROP INDEX follows_followers_by_owner")
        # Lists of up to a million, of ids that are spread over all.
        numbers = "generate_series(1::bigint, %(edges)s::bigint) AS n"
        pk = f"({IDS.start} + n * 6700417 %% {len(IDS)})"
        connection.execute(
            f"INSERT INTO follows (owner_pk, pk, direction, first_seen, last_seen, first_walk, last_walk) "  # type: ignore[arg-type]
            f"SELECT n / 1000000, {pk}, 'followers', now(), now(), 1, 1 FROM {numbers}",
            {"edges": edges},
        )
        connection.execute("ALTER TABLE follows_followers ADD PRIMARY KEY (pk, owner_pk)")
        connection.execute("CREATE INDEX follows_followers_by_owner ON follows_followers (owner_pk)")
        connection.execute(
            f"INSERT INTO users (pk, username, first_seen, last_seen) "  # type: ignore[arg-type]
            f"SELECT {pk} AS pk, 'user.' || n, now(), now() FROM {numbers} ORDER BY pk ON CONFLICT DO NOTHING",
            {"edges": edges},
        )
        connection.execute("VACUUM ANALYZE follows, users")
        random = Random(2)
        new = [random.choice(IDS) for _ in range(PAGES * PAGE)]
        for told, walk in (("new", 2), ("known", 3)):
            taken = asyncio.run(write_pages(url, new, walk))
            print(f"a page of {PAGE} {told} edges beside {edges:>11,}: {milliseconds(taken[20:])}", flush=True)
        if plans:
            show_plans(connection)


def show_plans(connection: psycopg.Connection[Any]) -> None:
    """Print the plans of the statements that write a page, and of the one that ends a list."""
    page = [follow(pk, at(4)) for pk in range(IDS.start, IDS.start + PAGE)]
    asked = {
        FOLLOWERS.name: rows_of(page).decode(),
        "walks": to_json({page[0].walk: 4}).decode(),
        "owner_pk": 1,
        "direction": "followers",
        "walk": 4,
    }
    for statement in (upsert_users((FOLLOWERS,)), upsert(FOLLOWERS), MARK_GONE):
        print(statement.strip().split("AS known")[0].split("AS edge")[0])
        for [line] in connection.execute(f"EXPLAIN {statement}".encode(), asked):
            print(f"    {line}")


async def claims(url: str, walks: int) -> None:
    """Print how long a claim takes while so many walks wait, and once nearly all have ended."""
    store = make_store(url)
    await store.open()
    crawl = await store.crawls.begin("key", None, "followers", map(seed_of, range(walks)), 0, NOW)
    kind = url.partition(":")[0]
    for ended, told in ((0, "wait"), (walks - 2 * PAGES, "have ended")):
        if ended:
            await end_walks(store, url, ended)
        taken = []
        for _ in range(PAGES):
            began = time.perf_counter()
            row = await store.walks.claim(crawl.id, OperatorLimits(), NOW)
            taken.append(time.perf_counter() - began)
            assert row is not None
            await store.walks.commit([PageCommit(walk=replace(row, verdict="complete", ended_at=NOW))])
        print(f"a claim in {kind}, {walks:,} walks {told}: {milliseconds(taken)}", flush=True)
    await store.close()


async def end_walks(store: Store, url: str, below: int) -> None:
    sql = f"UPDATE walks SET verdict = 'complete', fence = 1 WHERE id < {below} AND verdict IS NULL"
    if url.startswith("sqlite"):
        store.connection.execute(sql)  # type: ignore[attr-defined]
        store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[attr-defined]
        return
    for each in (sql, "VACUUM walks"):
        await store.connection.rows(each)  # type: ignore[attr-defined]


def seed_of(number: int) -> Seed:
    name = f"followers/{number}"
    return Seed(key=name, subject=name, operation="followers", target=str(number), args={"user_id": str(number)})


async def read_list(folder: Path, followers: int) -> None:
    """Print what a follower of one account costs, and the memory, as the list grows."""
    size, sinks = 200, Sinks()
    store = make_store(f"sqlite:///{folder}/store.db")
    run = CrawlRun(store, sinks, Stopping(), OperatorLimits(), 0.25)
    keep = KeepPipeline(sinks.collect())
    await run.enter(CrawlKey(text="key", spider="followers"), [seed_of(25025320)])
    row = await run.next()
    assert row is not None
    walk = walk_of(row, OperatorLimits())
    steps = [step for step in (10_000, 100_000, 1_000_000, 10_000_000) if step <= followers]
    random, done, cpu, before = Random(3), 0, time.process_time(), 0
    while done < followers:
        head = ("follow", "followers", NOW, walk.id, "25025320", "followers")
        records: list[Any] = [
            Follow(*head, 0, str(random.choice(IDS)), f"user.{done + n}", "Full Name", False, False, None, None)
            for n in range(size)
        ]
        keep.process_item(Page(walk.id, walk.keep(records)))
        walk.cursor = f"cursor {done}"
        found = FoundPage(pack(walk.seen.found), done)
        await run.commit(PageCommit(walk=row_after(row, walk, NOW), found=found))
        done += size
        if done in steps:
            each = (time.process_time() - cpu) / (done - before) * 1e6
            gc.collect()
            print(f"{done:>11,} followers: {each:.1f} µs each since the last line, {resident():.0f} MB", flush=True)
            cpu, before = time.process_time(), done
    await run.flush()
    await run.leave()


def resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edges", type=int, default=1_000_000)
    parser.add_argument("--walks", type=int, default=100_000)
    parser.add_argument("--list", type=int, default=1_000_000)
    parser.add_argument("--plans", action="store_true", help="show the plans of a page's statements")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        if options.list:
            asyncio.run(read_list(Path(folder), options.list))
        if options.walks:
            asyncio.run(claims(f"sqlite:///{folder}/walks.db", options.walks))
    if options.walks:
        with database() as url:
            asyncio.run(claims(url, options.walks))
    if options.edges:
        bytes_an_edge(min(options.edges, 100_000))
        for edges in sorted({options.edges // 10, options.edges}):
            pages_beside(edges, plans=options.plans and edges == options.edges)


if __name__ == "__main__":
    main()
