"""Chosen walks and their records in the Postgres store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count, groupby
from typing import Any, Final

import psycopg
from psycopg.rows import DictRow

from igcrawl.store.model import Choice, ChosenCrawl, RecordPage, WalkCount, WalkRow
from igcrawl.store.postgres.connection import Connection
from igcrawl.store.postgres.database import Database
from igcrawl.store.postgres.rows import CRAWL, WALK, crawl_of, walk_of
from igcrawl.verdict import FINAL, Verdict

#: So many pages, or walks, are read at once.
_BATCH: Final = 100
_numbers = count(1)

_CHOOSE: Final = """
    CREATE TEMP TABLE {table} AS
    SELECT id, crawl, operation, verdict FROM (
        SELECT id, crawl, operation, verdict, first_value(crawl) OVER (
            PARTITION BY operation, target ORDER BY fence > 0 DESC, id DESC
        ) AS latest
        FROM walks
        WHERE (fence > 0 OR depth = 1)
            AND (%(crawls)s::bigint[] IS NULL OR crawl = ANY(%(crawls)s))
            AND (%(operation)s::text IS NULL OR operation = %(operation)s)
            AND (%(target)s::text IS NULL OR target = %(target)s)
    ) AS ranked
    WHERE (NOT %(latest)s OR crawl = latest)
        AND (%(verdicts)s::text[] IS NULL OR coalesce(verdict, 'open') = ANY(%(verdicts)s))
"""
#: What may have no record among the walk's pages.
_OPEN: Final = f"""
    CREATE TEMP TABLE {{table}}_open AS SELECT {WALK} FROM walks
    WHERE id IN (SELECT id FROM {{table}}) AND (verdict IS NULL OR verdict <> ALL(%(ended)s))
"""  # noqa: S608 - names of columns
_COUNTS: Final = """
    SELECT crawl, operation, verdict, count(*) AS walks, max(id) AS walk FROM {table} GROUP BY crawl, operation, verdict
    ORDER BY crawl, operation, verdict
"""
_CRAWLS: Final = f"SELECT {CRAWL} FROM crawls WHERE id IN (SELECT crawl FROM {{table}})"  # noqa: S608
_PAGES: Final = """
    SELECT place, walk, count, lines FROM records
    WHERE crawl = %(crawl)s AND place > %(after)s AND place <= %(last)s
        AND EXISTS (SELECT FROM {table} AS chosen WHERE chosen.id = records.walk)
    ORDER BY place LIMIT %(batch)s
"""
_PAGES_OF_ONE: Final = """
    SELECT place, walk, count, lines FROM records
    WHERE walk = %(walk)s AND place > %(after)s AND place <= %(last)s ORDER BY place LIMIT %(batch)s
"""
_OPEN_WALKS: Final = f"""
    SELECT {WALK} FROM {{table}}_open WHERE crawl = %(crawl)s AND id > %(after)s ORDER BY id LIMIT %(batch)s
"""  # noqa: S608


class PostgresSelection:
    """Chosen walks of a Postgres database, see `igcrawl.store.base.Selection`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._table = f"chosen_{next(_numbers)}"
        #: The only chosen walk of a crawl that has but one.
        self._only: dict[int, int] = {}
        self.crawls: Sequence[ChosenCrawl] = ()

    async def choose(self, choice: Choice) -> None:
        """Write down which walks were chosen, and those of them that are open."""
        asked = {
            "crawls": None if choice.crawls is None else list(choice.crawls),
            "latest": choice.latest,
            "operation": choice.operation,
            "target": choice.target,
            "verdicts": None if choice.verdicts is None else list(choice.verdicts),
        }
        async with self._connection.transaction():
            await self._execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            await self._execute(_CHOOSE, asked)
            await self._execute("ALTER TABLE {table} ADD PRIMARY KEY (id)")
            await self._execute("ANALYZE {table}")
            await self._execute(_OPEN, {"ended": sorted(FINAL - {Verdict.SUSPECT})})
            await self._execute("ALTER TABLE {table}_open ADD PRIMARY KEY (crawl, id)")
            counts = await self._rows(_COUNTS)
            known = {row["id"]: crawl_of(row) for row in await self._rows(_CRAWLS)}
        chosen = []
        for number, each in groupby(counts, key=lambda row: row["crawl"]):
            kinds = list(each)
            if sum(row["walks"] for row in kinds) == 1:
                self._only[number] = kinds[0]["walk"]
            if number in known:
                told = [WalkCount(kind["operation"], kind["verdict"], kind["walks"]) for kind in kinds]
                chosen.append(ChosenCrawl(known[number], told))
        self.crawls = chosen

    async def pages(self, crawl: int) -> AsyncIterator[RecordPage]:
        """See `Selection.pages`."""
        last = next((each.crawl.pages for each in self.crawls if each.crawl.id == crawl), 0)
        only = self._only.get(crawl)
        asked = {"crawl": crawl, "walk": only, "last": last, "batch": _BATCH}
        after = 0
        while rows := await self._rows(_PAGES if only is None else _PAGES_OF_ONE, asked | {"after": after}):
            for row in rows:
                yield RecordPage(row["place"], row["walk"], row["count"], row["lines"])
            after = rows[-1]["place"]

    async def open_walks(self, crawl: int) -> AsyncIterator[WalkRow]:
        """See `Selection.open_walks`."""
        after = 0
        while rows := await self._rows(_OPEN_WALKS, {"crawl": crawl, "after": after, "batch": _BATCH}):
            for row in rows:
                yield walk_of(row)
            after = rows[-1]["id"]

    async def forget(self) -> None:
        """Drop what was written down."""
        if not self._connection.closed:
            await self._execute("DROP TABLE IF EXISTS {table}, {table}_open")

    async def _execute(self, sql: str, asked: dict[str, Any] | None = None) -> psycopg.AsyncCursor[DictRow]:
        return await self._connection.execute(sql.format(table=self._table), asked)

    async def _rows(self, sql: str, asked: dict[str, Any] | None = None) -> list[DictRow]:
        return await (await self._execute(sql, asked)).fetchall()


@asynccontextmanager
async def selected(database: Database, choice: Choice) -> AsyncIterator[PostgresSelection]:
    """Choose walks, for as long as the context lasts; what is noted of them are temporary tables of one session."""
    async with database.session() as connection:
        selection = PostgresSelection(connection)
        try:
            await selection.choose(choice)
            yield selection
        finally:
            await selection.forget()
