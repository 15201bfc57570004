"""A page beside many edges: the same pages into two Postgres stores, one of them with many more edges and accounts.

``python -m tests.bench.many_edges [--edges N] [--few N] [--pages N] [--shared-buffers SIZE] [--plans]``.

Both stores are filled by SQL and vacuumed, and then take the same list in turn, page by page, each by the commit of a
crawl: its walk, what it found, records, edges and accounts, of which half are known to the store. The server is the
embedded one, with the settings that Postgres comes with, but for its memory and fsync, which is off, since nobody's
disk is measured. It stands in `TMPDIR`; 50 million edges take 11 GB there.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from random import Random
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from igcrawl.store import make_store
from tests.bench.handed_crawl import HandedCrawl
from tests.support.postgres import database, restart, server

PAGE_SIZE, WARM_UP = 200, 40

#: Whose list is read; the stores are filled with those of others.
OWNER = 10**8
#: Ids of accounts, and what spreads numbers over them; it has no divisor in common with their count.
IDS, SPREAD = range(10**9, 7 * 10**10), 6_700_417
#: Edges of a list that the stores are filled with, and edges of an account.
LIST, EACH = 10_000, 2
#: By the table whose indexes it fills.
FILL: dict[LiteralString, LiteralString] = {
    "follows_followers": """
        INSERT INTO follows (owner_pk, pk, direction, first_seen, last_seen, first_walk, last_walk)
        SELECT 1 + n / {list}, {first} + n % {accounts} * {spread} % {ids}, 'followers', now(), now(), 1, 1
        FROM generate_series(0::bigint, {edges} - 1) AS n
    """,
    "users": """
        INSERT INTO users (pk, username, full_name, is_private, is_verified, first_seen, last_seen)
        SELECT {first} + n * {spread} % {ids}, 'user.' || n, 'Full Name ' || n, false, false, now(), now()
        FROM generate_series(0::bigint, {accounts} - 1) AS n
    """,
    "walks": """
        WITH crawl AS (
            INSERT INTO crawls (key, generation, spider, created_at)
            SELECT n, 1, 'followers', now() FROM generate_series(1, {edges} / {list}) AS n RETURNING id, key
        ), list AS (
            INSERT INTO complete_lists SELECT key::bigint, 'followers', id, now() FROM crawl
        )
        INSERT INTO walks (crawl, seed, subject, operation, target, args, depth, verdict, ended_at)
        SELECT id, key, key, 'followers', key, '{{}}', 1, 'complete', now() FROM crawl
    """,
}


def account(number: int) -> int:
    """Return the id of an account by its number, as `FILL` numbers them."""
    return IDS.start + number * SPREAD % len(IDS)


def page(number: int, edges: int) -> list[int]:
    """Return the accounts of a page of the list; half of them are known to the store."""
    random = Random(number)
    known = [account(random.randrange(edges // EACH)) for _ in range(PAGE_SIZE // 2)]
    return known + [random.choice(IDS) for _ in range(PAGE_SIZE // 2)]


async def side_by_side(stores: dict[int, str], told: str, pages: int, *, plans: bool) -> None:
    """Give the same list to each store, page by page in turn, and print how long a commit took."""
    crawls = {edges: HandedCrawl(url, OWNER) for edges, url in stores.items()}
    for crawl in crawls.values():
        await crawl.enter()
    logged = dict.fromkeys(stores, 0)
    with psycopg.connect(server(), autocommit=True) as connection:
        for number in range(WARM_UP + pages):
            if number == WARM_UP:
                # The first change of a block after it logs the whole block.
                connection.execute("CHECKPOINT")
                logged = dict.fromkeys(stores, 0)
            for edges, crawl in crawls.items():
                before = log_end(connection)
                await crawl.take(page(number, edges))
                logged[edges] += log_end(connection) - before
    medians = []
    for edges, crawl in crawls.items():
        taken = sorted(crawl.taken[WARM_UP:])
        medians.append(statistics.median(taken) * 1e3)
        fast, slow = taken[len(taken) // 10] * 1e3, taken[len(taken) * 9 // 10] * 1e3
        spread = f"a tenth under {fast:.2f}, one over {slow:.2f}; {logged[edges] / pages / 1e3:,.0f} kB of WAL a page"
        print(f"    beside {edges:>11,}: {medians[-1]:.2f} ms a page, {spread}")
    print(f"{told}: many ÷ few {medians[-1] / medians[0]:.2f}", flush=True)
    if plans:
        many = max(crawls)
        await show_plans(crawls[many], page(WARM_UP + pages, many))
    for crawl in crawls.values():
        await crawl.leave()


def log_end(connection: psycopg.Connection[Any]) -> int:
    """Return how many bytes the server has ever logged."""
    [end] = connection.execute("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint").fetchone() or [0]
    return int(end)


async def measure(stores: dict[int, str], pages: int, *, plans: bool) -> None:
    """Print what a page takes, of a list that is new and of the same when it is read again."""
    for told in ("a new list", "read again"):
        await side_by_side(stores, told, pages, plans=plans)


async def show_plans(crawl: HandedCrawl, pks: list[int]) -> None:
    """Print the plan of each statement of one more page, as it runs."""
    execute, executemany = psycopg.AsyncCursor.execute, psycopg.AsyncCursor.executemany
    scans = 0

    async def explain(cursor: Any, query: Any, params: Any = None, **options: Any) -> Any:
        nonlocal scans
        text = " ".join(str(query).split())
        if text.startswith(("WITH", "UPDATE", "INSERT", "SELECT id")):
            await execute(cursor, "SAVEPOINT before")
            await execute(cursor, f"EXPLAIN (ANALYZE, BUFFERS) {text}", params)
            lines = [line for row in await cursor.fetchall() for line in row.values()]
            await execute(cursor, "ROLLBACK TO before")
            print("", f"{text[:110]} …", *(f"    {line}" for line in lines), sep="\n")
            scans += sum("Seq Scan" in line for line in lines)
        return await execute(cursor, query, params, **options)

    async def explain_each(cursor: Any, query: Any, params: Any, **options: Any) -> None:
        for each in params:
            await explain(cursor, query, each)

    psycopg.AsyncCursor.execute, psycopg.AsyncCursor.executemany = explain, explain_each  # type: ignore[assignment]
    try:
        await crawl.take(pks)
    finally:
        psycopg.AsyncCursor.execute, psycopg.AsyncCursor.executemany = execute, executemany
    print(f"\nsequential scans: {scans}", flush=True)


@contextmanager
def without_indexes(connection: psycopg.Connection[Any], table: LiteralString) -> Iterator[None]:
    """Drop the indexes of a table for as long as it is filled: so they are made as a move makes them, in order."""
    indexes = (
        "SELECT conname, pg_get_constraintdef(pg_constraint.oid) AS made, true AS is_key FROM pg_constraint "
        "WHERE conrelid = %(table)s::regclass AND contype = 'p' UNION ALL "
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), false FROM pg_index "
        "WHERE indrelid = %(table)s::regclass AND NOT indisprimary"
    )
    found = connection.execute(indexes, {"table": table}).fetchall()
    name = sql.Identifier(table)
    for index, _, is_key in found:
        drop = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(name, sql.Identifier(index))
        connection.execute(drop if is_key else sql.SQL("DROP INDEX {}").format(sql.Identifier(index)))
    yield
    connection.execute("SET maintenance_work_mem = '1GB'")
    for _, made, is_key in found:
        connection.execute(sql.SQL("ALTER TABLE {} ADD ").format(name) + sql.SQL(made) if is_key else made)


def fill(url: str, edges: int) -> None:
    """Fill an empty store with edges, their accounts and the walks that read them."""
    asyncio.run(open_and_close(url))
    with psycopg.connect(url, autocommit=True) as connection:
        values = {"edges": edges, "list": LIST, "accounts": edges // EACH}
        values |= {"first": IDS.start, "ids": len(IDS), "spread": SPREAD}
        for table, statement in FILL.items():
            began = time.perf_counter()
            with without_indexes(connection, table):
                connection.execute(sql.SQL(statement).format(**values))
            print(f"{edges:,} edges, {table}: {time.perf_counter() - began:.0f} s", flush=True)
        connection.execute("VACUUM ANALYZE follows, users, walks, crawls, complete_lists")
        connection.execute("CHECKPOINT")
        [size] = connection.execute("SELECT pg_database_size(current_database())::float8 / 1e9").fetchone() or [0]
        print(f"{edges:,} edges and {edges // EACH:,} accounts: {size:.1f} GB", flush=True)


async def open_and_close(url: str) -> None:
    store = make_store(url)
    await store.open()
    await store.close()


def give_memory(size: str) -> None:
    """Start the server again, with so much memory of its own."""
    with psycopg.connect(server(), autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER SYSTEM SET shared_buffers = {}").format(sql.Literal(size)))
    restart()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edges", type=int, default=5_000_000)
    parser.add_argument("--few", type=int, default=1_000_000)
    parser.add_argument("--pages", type=int, default=400)
    parser.add_argument("--shared-buffers", default="128MB", help="the server's memory; by default what it comes with")
    parser.add_argument("--plans", action="store_true", help="show the plans of a page's statements beside many")
    options = parser.parse_args()
    give_memory(options.shared_buffers)
    with ExitStack() as stack:
        stores = {edges: stack.enter_context(database()) for edges in (options.few, options.edges)}
        for edges, url in stores.items():
            fill(url, edges)
        load = os.getloadavg()[0]
        print(f"{os.cpu_count()} cores, load {load:.1f} before; {options.pages} pages of {PAGE_SIZE} in turn")
        asyncio.run(measure(stores, options.pages, plans=options.plans))


if __name__ == "__main__":
    main()
