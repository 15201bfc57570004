"""Chosen walks and their records in the Postgres store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from typing import Any, Final

import psycopg
from psycopg.rows import DictRow

from igcrawl.store.model import Choice
from igcrawl.store.postgres.database import Database
from igcrawl.store.postgres.rows import CRAWL, WALK, crawl_of, walk_of
from igcrawl.store.table_selection import ENDED, TableSelection, TableSql

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
_SQL: Final = TableSql(
    crawls=f"SELECT {CRAWL} FROM crawls WHERE id IN (SELECT crawl FROM {{table}})",  # noqa: S608
    pages=_PAGES,
    pages_of_one=_PAGES_OF_ONE,
    open_walks=f"""
        SELECT {WALK} FROM {{table}}_open WHERE crawl = %(crawl)s AND id > %(after)s ORDER BY id LIMIT %(batch)s
    """,  # noqa: S608
    crawl_of=crawl_of,
    walk_of=walk_of,
)


@asynccontextmanager
async def selected(database: Database, choice: Choice) -> AsyncIterator[TableSelection]:
    """Choose walks, for as long as the context lasts; the walks are noted in temporary tables of one connection."""
    table = f"chosen_{next(_numbers)}"
    async with database.session() as connection:

        async def execute(sql: str, asked: Mapping[str, Any]) -> psycopg.AsyncCursor[DictRow]:
            return await connection.execute(sql.format(table=table), asked)

        async def rows(sql: str, asked: Mapping[str, Any]) -> list[DictRow]:
            return await (await execute(sql, asked)).fetchall()

        selection = TableSelection(rows, _SQL)
        try:
            async with connection.transaction():
                await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                await execute(_CHOOSE, _asked(choice))
                await execute("ALTER TABLE {table} ADD PRIMARY KEY (id)", {})
                await execute("ANALYZE {table}", {})
                await execute(_OPEN, {"ended": ENDED})
                await execute("ALTER TABLE {table}_open ADD PRIMARY KEY (crawl, id)", {})
                await selection.read_crawls()
            yield selection
        finally:
            if not connection.closed:
                await execute("DROP TABLE IF EXISTS {table}, {table}_open", {})


def _asked(choice: Choice) -> dict[str, Any]:
    return {
        "crawls": None if choice.crawls is None else list(choice.crawls),
        "latest": choice.latest,
        "operation": choice.operation,
        "target": choice.target,
        "verdicts": None if choice.verdicts is None else list(choice.verdicts),
    }
