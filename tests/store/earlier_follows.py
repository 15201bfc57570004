"""A Postgres store of the last version whose edges stand in one table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from igcrawl.store import make_store
from igcrawl.store.schema import in_pieces, migrations
from tests.support.postgres import database

#: Its number.
BEFORE = 7
#: What leads from it to the present one, in pieces of 64 blocks, so that a small table has some.
SCRIPTS = {number: script.replace("4096", "64") for number, script in migrations("postgres")}
[IN_PIECES] = [number for number, script in SCRIPTS.items() if in_pieces(script)]
_COLUMNS = (
    "owner_pk, direction::text, pk, first_seen, last_seen, missing_since, gone_at, first_walk, last_walk, missed_walk"
)


def small_pieces(_: str) -> list[tuple[int, str]]:
    """Return what `igcrawl.store.schema.migrations` is to return."""
    return sorted(SCRIPTS.items())


def run(connection: psycopg.Connection[Any], *numbers: int) -> None:
    """Run migrations as the store does."""
    connection.execute("CREATE TABLE IF NOT EXISTS igcrawl_schema (version integer PRIMARY KEY)")
    for number in numbers:
        connection.execute(SCRIPTS[number].encode())
        connection.execute("INSERT INTO igcrawl_schema VALUES (%s)", [number])


def edges(connection: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    """Return all edges, wherever they stand."""
    sql = f"SELECT {_COLUMNS} FROM follows ORDER BY direction::text, owner_pk, pk"
    return connection.execute(sql.encode(), prepare=False).fetchall()


@contextmanager
def earlier_store() -> Iterator[str]:
    """Give the address of a store with more edges than two pieces hold."""
    with database() as url:
        with psycopg.connect(url) as connection:
            run(connection, *range(1, BEFORE + 1))
            # A few rows a block: blocks make a piece.
            connection.execute("ALTER TABLE follows SET (fillfactor = 10)")
            connection.execute(
                "INSERT INTO follows SELECT 1 + n % 7, CASE WHEN n % 4 > 0 THEN 'followers' ELSE 'following' END, n, "
                "'2026-11-01Z'::timestamptz + n * interval '1 s', '2026-11-02Z'::timestamptz + n * interval '1 s', "
                "CASE WHEN n % 5 = 0 THEN '2026-11-03Z'::timestamptz END, "
                "CASE WHEN n % 10 = 0 THEN '2026-11-04Z'::timestamptz END, n % 3, n % 3 + n % 4, "
                "CASE WHEN n % 5 = 0 THEN 9 END FROM generate_series(1, 1500) AS n"
            )
            connection.execute("INSERT INTO complete_lists VALUES (1, 'followers', 9, '2026-11-03Z')")
        yield url


async def opened_and_closed(url: str) -> None:
    """Open a store, which moves its edges, and close it."""
    store = make_store(url)
    await store.open()
    await store.close()
