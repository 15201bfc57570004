"""Records in the SQLite store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final

import orjson

from igcrawl.store.model import Choice, HeldRecords, RecordPage
from igcrawl.store.sqlite.database import Database
from igcrawl.store.sqlite.selection import selected
from igcrawl.store.table_selection import TableSelection

#: So many pages are read at once.
_BATCH: Final = 100

_PAGES: Final = "SELECT place, walk, count, lines FROM records WHERE crawl = ? AND place > ? ORDER BY place LIMIT ?"
_HELD: Final = """
    SELECT walk, sum(count) AS records, max(place) AS place FROM records
    WHERE walk IN (SELECT value FROM json_each(?)) GROUP BY walk
"""


class SqliteRecords:
    """Records in an SQLite file, see `igcrawl.store.base.KeptRecords`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def pages(self, crawl: int, after: int = 0) -> AsyncIterator[RecordPage]:
        """See `KeptRecords.pages`."""
        while rows := self._database.rows(_PAGES, (crawl, after, _BATCH)):
            for row in rows:
                yield RecordPage(row["place"], row["walk"], row["count"], row["lines"])
            after = rows[-1]["place"]

    async def last(self, crawl: int) -> int:
        """See `KeptRecords.last`."""
        row = self._database.row("SELECT pages FROM crawls WHERE id = ?", (crawl,))
        return 0 if row is None else int(row["pages"])

    async def held(self, walks: Sequence[int]) -> dict[int, HeldRecords]:
        """See `KeptRecords.held`."""
        rows = self._database.rows(_HELD, (orjson.dumps(list(walks)).decode(),))
        return {row["walk"]: HeldRecords(row["records"], row["place"]) for row in rows}

    def select(self, choice: Choice) -> AbstractAsyncContextManager[TableSelection]:
        """See `KeptRecords.select`."""
        return selected(self._database, choice)
