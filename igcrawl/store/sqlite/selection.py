"""Chosen walks and their records in the SQLite store."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Any, Final

import orjson

from igcrawl.errors import StoreError
from igcrawl.store.model import Choice
from igcrawl.store.sqlite.database import Database
from igcrawl.store.sqlite.rows import crawl_of, walk_of
from igcrawl.store.table_selection import ENDED, TableSelection, TableSql

_numbers = count(1)

_CHOOSE: Final = """
    CREATE TEMP TABLE {table} AS
    SELECT id, crawl, operation, verdict FROM (
        SELECT id, crawl, operation, verdict, first_value(crawl) OVER (
            PARTITION BY operation, target ORDER BY fence > 0 DESC, id DESC
        ) AS latest
        FROM main.walks
        WHERE (fence > 0 OR depth = 1)
            AND (:crawls IS NULL OR crawl IN (SELECT value FROM json_each(:crawls)))
            AND (:operation IS NULL OR operation = :operation) AND (:target IS NULL OR target = :target)
    )
    WHERE (NOT :latest OR crawl = latest)
        AND (:verdicts IS NULL OR coalesce(verdict, 'open') IN (SELECT value FROM json_each(:verdicts)))
    ORDER BY id
"""
#: What may have no record among the walk's pages.
_OPEN: Final = """
    CREATE TEMP TABLE {table}_open AS SELECT * FROM main.walks
    WHERE id IN (SELECT id FROM {table}) AND (verdict IS NULL OR verdict NOT IN (SELECT value FROM json_each(:ended)))
"""
_ENDED: Final = orjson.dumps(ENDED).decode()
_PAGES: Final = """
    SELECT place, walk, count, lines FROM main.records INDEXED BY records_place
    WHERE crawl = :crawl AND place > :after AND place <= :last AND walk IN (SELECT id FROM {table})
    ORDER BY place LIMIT :batch
"""
_PAGES_OF_ONE: Final = """
    SELECT place, walk, count, lines FROM main.records INDEXED BY records_walk
    WHERE walk = :walk AND place > :after AND place <= :last ORDER BY place LIMIT :batch
"""
_SQL: Final = TableSql(
    crawls="SELECT * FROM main.crawls WHERE id IN (SELECT crawl FROM {table})",
    pages=_PAGES,
    pages_of_one=_PAGES_OF_ONE,
    open_walks="SELECT * FROM {table}_open WHERE crawl = :crawl AND id > :after ORDER BY id LIMIT :batch",
    crawl_of=crawl_of,
    walk_of=walk_of,
)


@asynccontextmanager
async def selected(database: Database, choice: Choice) -> AsyncIterator[TableSelection]:
    """Choose walks, for as long as the context lasts; the walks are noted in temporary tables."""
    table = f"temp.chosen_{next(_numbers)}"

    async def rows(sql: str, asked: Mapping[str, Any]) -> list[sqlite3.Row]:
        return database.rows(sql.format(table=table), asked)

    selection = TableSelection(rows, _SQL)
    try:
        with database.snapshot():
            database.execute(_CHOOSE.format(table=table), _asked(choice))
            database.execute(f"CREATE UNIQUE INDEX {table}_id ON {table.partition('.')[2]} (id)")
            database.execute(_OPEN.format(table=table), {"ended": _ENDED})
            await selection.read_crawls()
        yield selection
    finally:
        for each in (table, f"{table}_open"):
            with suppress(StoreError):
                database.execute(f"DROP TABLE IF EXISTS {each}")


def _asked(choice: Choice) -> dict[str, Any]:
    return {
        "crawls": None if choice.crawls is None else orjson.dumps(list(choice.crawls)).decode(),
        "latest": choice.latest,
        "operation": choice.operation,
        "target": choice.target,
        "verdicts": None if choice.verdicts is None else orjson.dumps(list(choice.verdicts)).decode(),
    }
