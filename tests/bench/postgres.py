"""Records into Postgres: the pipeline's JSON side by side with executemany, in one run.

Figures are user + system CPU of the client, microseconds a follow row, which also brings an account for `users`: from
the page that comes to the pipeline to the end of its transaction. The database is the embedded one, with fsync off,
since nobody's disk is measured here. ``python -m tests.bench.postgres [--rows N] [--url postgresql://…]``
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from igcrawl.items import Follow, Page
from igcrawl.store.schema import migrations
from tests.support.postgres import database
from tests.support.records import new_pipeline, numbered

SIZES = (50, 200, 2000)
PICTURE = (
    "https://scontent-fra3-1.cdninstagram.com/v/t51.2885-19/{}_345707102882519_2446069589734326272_n.jpg?" + "x" * 280
)
LISTED = ("username", "full_name", "is_private", "is_verified", "profile_pic_url", "latest_reel_media")
USERS = f"""
    INSERT INTO users AS known (pk, {", ".join(LISTED)}, first_seen, last_seen)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (pk) DO UPDATE SET {", ".join(f"{n} = coalesce(EXCLUDED.{n}, known.{n})" for n in LISTED)},
        last_seen = greatest(known.last_seen, EXCLUDED.last_seen)
"""
FOLLOWS = """
    INSERT INTO follows_followers AS known (owner_pk, direction, pk, first_seen, last_seen, first_walk, last_walk)
    VALUES (%s, %s, %s, %s, %s, 1, 1)
    ON CONFLICT (pk, owner_pk) DO UPDATE SET last_seen = greatest(known.last_seen, EXCLUDED.last_seen)
"""
Save = Callable[[Page], Awaitable[None]]


def pages(rows: int, size: int) -> Iterator[Page]:
    for first in range(0, rows, size):
        when = f"2026-11-01T{first // size // 3600 % 24:02}:{first // size // 60 % 60:02}:{first // size % 60:02}.000Z"
        head = ("follow", "followers", when, "followers/25025320", "25025320", "followers")
        more = (False, False, PICTURE.format(first), 1_775_659_002)
        yield Page(
            "followers/25025320",
            [
                Follow(*head, n, str(10**10 + n), f"user.{n}", f"Full Name {n}", *more)
                for n in range(first, first + size)
            ],
        )


def with_pipeline(connection: psycopg.AsyncConnection[Any]) -> Save:
    pipeline = new_pipeline()

    async def save(page: Page) -> None:
        pipeline.process_item(page)
        async with connection.transaction(), connection.cursor() as cursor:
            await pipeline.write(cursor, numbered())
        pipeline.forget()

    return save


def with_executemany(connection: psycopg.AsyncConnection[Any]) -> Save:
    async def save(page: Page) -> None:
        users, follows = [], []
        for r in page:
            values = (r.username, r.full_name, r.is_private, r.is_verified, r.profile_pic_url, r.latest_reel_media)
            users.append((int(r.pk), *values, r.fetched_at, r.fetched_at))
            follows.append((int(r.owner_pk), r.direction, int(r.pk), r.fetched_at, r.fetched_at))
        async with connection.transaction(), connection.cursor() as cursor:
            await cursor.executemany(USERS, users)
            await cursor.executemany(FOLLOWS, follows)

    return save


def with_nothing(connection: psycopg.AsyncConnection[Any]) -> Save:
    async def save(page: Page) -> None:
        async with connection.transaction():
            pass

    return save


WAYS = {"JSON": with_pipeline, "executemany": with_executemany, "no rows": with_nothing}


@contextmanager
def target(url: str | None) -> Iterator[str]:
    if url is not None:
        yield url
        return
    with database() as fresh:
        with psycopg.connect(fresh) as connection:
            for _, script in migrations("postgres"):
                connection.execute(script)  # type: ignore[call-overload]
        yield fresh


async def measure(url: str, way: str, rows: int, size: int) -> tuple[float, float]:
    """Return microseconds a row, of CPU and by the clock."""
    made = list(pages(rows, size))
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        save = WAYS[way](connection)
        for page in made[:8]:
            await save(page)
        cpu, clock = time.process_time(), time.perf_counter()
        for page in made:
            await save(page)
        spent = time.process_time() - cpu, time.perf_counter() - clock
    return spent[0] / len(made) / size * 1e6, spent[1] / len(made) / size * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=40_000)
    parser.add_argument("--url", help="a database to write to, whose tables igcrawl has made")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores; {options.rows:,} follow rows; µs a row")
    print(f"{'page':>5} {'':<12} {'client CPU':>10} {'by the clock':>13} {'rows / s':>10}")
    for size in SIZES:
        for way in WAYS:
            # A table of its own each time: an upsert of what is there costs more than of what is not.
            with target(options.url) as url:
                cpu, clock = asyncio.run(measure(url, way, options.rows, size))
            print(f"{size:>5} {way:<12} {cpu:>10.1f} {clock:>13.1f} {1e6 / clock:>10,.0f}")


if __name__ == "__main__":
    main()
