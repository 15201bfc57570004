"""Chosen walks and their records in the SQLite store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import count, groupby
from typing import Final

import orjson

from igcrawl.errors import StoreError
from igcrawl.store.model import Choice, ChosenCrawl, RecordPage, WalkCount, WalkRow
from igcrawl.store.sqlite.database import Database
from igcrawl.store.sqlite.rows import crawl_of, walk_of
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
_ENDED: Final = orjson.dumps(sorted(FINAL - {Verdict.SUSPECT})).decode()
_COUNTS: Final = """
    SELECT crawl, operation, verdict, count(*) AS walks, max(id) AS walk FROM {table} GROUP BY crawl, operation, verdict
    ORDER BY crawl, operation, verdict
"""
_PAGES: Final = """
    SELECT place, walk, count, lines FROM main.records INDEXED BY records_place
    WHERE crawl = :crawl AND place > :after AND place <= :last AND walk IN (SELECT id FROM {table})
    ORDER BY place LIMIT :batch
"""
_PAGES_OF_ONE: Final = """
    SELECT place, walk, count, lines FROM main.records INDEXED BY records_walk
    WHERE walk = :walk AND place > :after AND place <= :last ORDER BY place LIMIT :batch
"""
_OPEN_WALKS: Final = "SELECT * FROM {table}_open WHERE crawl = :crawl AND id > :after ORDER BY id LIMIT :batch"


class SqliteSelection:
    """Chosen walks of an SQLite file, see `igcrawl.store.base.Selection`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._table = f"temp.chosen_{next(_numbers)}"
        #: The only chosen walk of a crawl that has but one.
        self._only: dict[int, int] = {}
        self.crawls: Sequence[ChosenCrawl] = ()

    def choose(self, choice: Choice) -> None:
        """Write down which walks were chosen, and those of them that are open."""
        crawls = None if choice.crawls is None else orjson.dumps(list(choice.crawls)).decode()
        verdicts = None if choice.verdicts is None else orjson.dumps(list(choice.verdicts)).decode()
        asked = {
            "crawls": crawls,
            "latest": choice.latest,
            "operation": choice.operation,
            "target": choice.target,
            "verdicts": verdicts,
        }
        with self._database.snapshot():
            self._database.execute(self._of_mine(_CHOOSE), asked)
            index = f"CREATE UNIQUE INDEX {self._table}_id ON {self._table.partition('.')[2]} (id)"
            self._database.execute(index)
            self._database.execute(self._of_mine(_OPEN), {"ended": _ENDED})
            self.crawls = list(self._chosen_crawls())

    def _chosen_crawls(self) -> Iterator[ChosenCrawl]:
        rows = self._database.rows(self._of_mine(_COUNTS))
        for number, counts in groupby(rows, key=lambda row: row["crawl"]):
            kinds = list(counts)
            if sum(row["walks"] for row in kinds) == 1:
                self._only[number] = kinds[0]["walk"]
            row = self._database.row("SELECT * FROM main.crawls WHERE id = ?", (number,))
            if row is not None:
                yield ChosenCrawl(
                    crawl_of(row), [WalkCount(kind["operation"], kind["verdict"], kind["walks"]) for kind in kinds]
                )

    async def pages(self, crawl: int) -> AsyncIterator[RecordPage]:
        """See `Selection.pages`."""
        last = next((each.crawl.pages for each in self.crawls if each.crawl.id == crawl), 0)
        only = self._only.get(crawl)
        sql = self._of_mine(_PAGES) if only is None else _PAGES_OF_ONE
        asked = {"crawl": crawl, "walk": only, "last": last, "batch": _BATCH}
        after = 0
        while rows := self._database.rows(sql, asked | {"after": after}):
            for row in rows:
                yield RecordPage(row["place"], row["walk"], row["count"], row["lines"])
            after = rows[-1]["place"]

    async def open_walks(self, crawl: int) -> AsyncIterator[WalkRow]:
        """See `Selection.open_walks`."""
        sql = self._of_mine(_OPEN_WALKS)
        after = 0
        while rows := self._database.rows(sql, {"crawl": crawl, "after": after, "batch": _BATCH}):
            for row in rows:
                yield walk_of(row)
            after = rows[-1]["id"]

    def forget(self) -> None:
        """Drop what was written down."""
        for table in (self._table, f"{self._table}_open"):
            with suppress(StoreError):
                self._database.execute(f"DROP TABLE IF EXISTS {table}")

    def _of_mine(self, sql: str) -> str:
        return sql.format(table=self._table)


@asynccontextmanager
async def selected(database: Database, choice: Choice) -> AsyncIterator[SqliteSelection]:
    """Choose walks, for as long as the context lasts; what is noted of them is a temporary table."""
    selection = SqliteSelection(database)
    try:
        selection.choose(choice)
        yield selection
    finally:
        selection.forget()
