"""Records for the tests of Postgres, and a database that a pipeline writes them into."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import dict_row

from igcrawl.items import Follow, Page, Profile, Record, Suggestion, WalkEnd
from igcrawl.output.sinks import Sinks
from igcrawl.store.schema import migrations
from pipelines.postgres import PostgresPipeline
from tests.support.postgres import ready_database

OWNER = "25025320"


def at(day: int, time: str = "00:00:00") -> str:
    """A moment of November 2026."""
    return f"2026-11-{day:02}T{time}.000Z"


def follow(pk: Any, when: str, owner: str = OWNER, direction: str = "followers", **fields: Any) -> Follow:
    return Follow("follow", direction, when, f"{direction}/{owner}", owner, direction, 1, str(pk), **fields)


def suggestion(target: Any, pk: Any, when: str, **fields: Any) -> Suggestion:
    walk = f"suggestions/{target}"
    return Suggestion(
        "suggestion", "suggestions", when, walk, str(target), fields.pop("position", 1), str(pk), **fields
    )


def profile(when: str, pk: Any = OWNER, **fields: Any) -> Profile:
    return Profile("profile", "profile", when, f"profile/{pk}", str(pk), **fields)


def walk_end(started: str, ended: str, records: int, verdict: str = "complete", **fields: Any) -> WalkEnd:
    operation = fields.pop("operation", "followers")
    target = fields.pop("target", OWNER)
    return WalkEnd(
        type="walk",
        operation=operation,
        fetched_at=ended,
        walk=f"{operation}/{target}",
        target=target,
        verdict=verdict,
        pages=1,
        records=records,
        duplicates=0,
        expected=fields.pop("expected", records),
        requests=1,
        started_at=started,
        ended_at=ended,
        **fields,
    )


def numbered(walk: int = 1) -> dict[str, int]:
    """Return the number of every walk: the same for all."""
    return defaultdict(lambda: walk)


def new_pipeline() -> PostgresPipeline:
    return PostgresPipeline(Sinks())


async def commit(
    connection: psycopg.AsyncConnection[Any], pipeline: PostgresPipeline, records: Iterable[Record], walk: int = 1
) -> None:
    """Write records as a page of a walk is written: in one transaction."""
    pipeline.process_item(Page("a/walk", list(records)))
    async with connection.transaction(), connection.cursor() as cursor:
        await pipeline.write(cursor, numbered(walk))
    pipeline.forget()


class Tables:
    """A database with the tables of records.

    Args:
        url: its address.
        version: of its schema, which is brought up to date.
    """

    def __init__(self, url: str, version: int = 0) -> None:
        self.url = url
        with psycopg.connect(url) as connection:
            for number, script in migrations("postgres"):
                if number > version:
                    connection.execute(script)  # type: ignore[call-overload]

    def save(self, *pages: Iterable[Record], walk: int = 1) -> None:
        """Write pages of a walk, each in a transaction of its own, all by one connection."""

        async def write() -> None:
            pipeline = new_pipeline()
            async with await psycopg.AsyncConnection.connect(self.url, autocommit=True) as connection:
                for page in pages:
                    await commit(connection, pipeline, page, walk)

        asyncio.run(write())

    def rows(self, query: str) -> list[dict[str, Any]]:
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            connection.execute("SET TIME ZONE 'UTC'")
            return connection.execute(query).fetchall()  # type: ignore[call-overload]

    def one(self, query: str) -> dict[str, Any]:
        (row,) = self.rows(query)
        return row


@contextmanager
def fresh_tables() -> Iterator[Tables]:
    with ready_database() as url:
        yield Tables(url, version=migrations("postgres")[-1][0])
