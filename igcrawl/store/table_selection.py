"""Chosen walks, written down in temporary tables: what both backends read of them, each by statements of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

from igcrawl.store.model import ChosenCrawl, CrawlRow, RecordPage, WalkCount, WalkRow
from igcrawl.verdict import FINAL, Verdict

#: Verdicts of walks whose own record is surely among their pages.
ENDED: Final = sorted(FINAL - {Verdict.SUSPECT})
#: So many pages, or walks, are read at once.
_BATCH: Final = 100
_COUNTS: Final = """
    SELECT crawl, operation, verdict, count(*) AS walks, max(id) AS walk FROM {table} GROUP BY crawl, operation, verdict
    ORDER BY crawl, operation, verdict
"""

Rows = Callable[[str, Mapping[str, Any]], Awaitable[Sequence[Any]]]


class TableSql(NamedTuple):
    """Statements of a backend, in which `{table}` stands for the table of the chosen walks.

    Args:
        crawls: the crawls that have chosen walks.
        pages: the pages of a crawl's chosen walks, a batch at a time.
        pages_of_one: the same for a crawl of which one walk is chosen.
        open_walks: a crawl's chosen walks that are open, a batch at a time.
        crawl_of: makes a crawl of a row.
        walk_of: makes a walk of a row.
    """

    crawls: str
    pages: str
    pages_of_one: str
    open_walks: str
    crawl_of: Callable[[Any], CrawlRow]
    walk_of: Callable[[Any], WalkRow]


class TableSelection:
    """Chosen walks in temporary tables, see `igcrawl.store.base.Selection`.

    Args:
        rows: executes a statement with its parameters, and returns the rows.
        sql: the backend's statements.
    """

    def __init__(self, rows: Rows, sql: TableSql) -> None:
        self._rows, self._sql = rows, sql
        #: The only chosen walk of a crawl that has but one.
        self._only: dict[int, int] = {}
        self.crawls: Sequence[ChosenCrawl] = ()

    async def read_crawls(self) -> None:
        """Read which crawls have chosen walks, and how many of each operation and verdict."""
        known = {row["id"]: self._sql.crawl_of(row) for row in await self._rows(self._sql.crawls, {})}
        chosen = []
        for number, counts in groupby(await self._rows(_COUNTS, {}), key=lambda row: row["crawl"]):
            kinds = list(counts)
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
        sql = self._sql.pages if only is None else self._sql.pages_of_one
        async for row in self._batches(sql, "place", {"crawl": crawl, "walk": only, "last": last}):
            yield RecordPage(row["place"], row["walk"], row["count"], row["lines"])

    async def open_walks(self, crawl: int) -> AsyncIterator[WalkRow]:
        """See `Selection.open_walks`."""
        async for row in self._batches(self._sql.open_walks, "id", {"crawl": crawl}):
            yield self._sql.walk_of(row)

    async def _batches(self, sql: str, key: str, asked: dict[str, Any]) -> AsyncIterator[Any]:
        """Yield rows in the order of a key, in flat memory."""
        after = 0
        while rows := await self._rows(sql, asked | {"after": after, "batch": _BATCH}):
            for row in rows:
                yield row
            after = rows[-1][key]
