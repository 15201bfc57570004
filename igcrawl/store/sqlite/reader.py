"""Read-only queries of the SQLite store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from igcrawl.errors import StoreError
from igcrawl.store.model import CrawlRow, FoundPage, OutputRow, WalkRow
from igcrawl.store.sqlite.database import Database
from igcrawl.store.sqlite.rows import crawl_of, walk_of

#: So many rows are read at once where there may be millions.
_BATCH: Final = 500

_LATEST: Final = "SELECT max(id) FROM crawls GROUP BY name, CASE WHEN name IS NULL THEN key END"
_PAGE_OF_WALKS: Final = """
    SELECT * FROM walks INDEXED BY walks_order
    WHERE crawl = ? AND id > ? AND depth <= ifnull(?, depth) AND (? OR verdict IS ?)
    ORDER BY id LIMIT ?
"""


class SqliteReader:
    """The part of `SqliteStore` that only reads.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened: Database | None = None

    @property
    def _database(self) -> Database:
        if self._opened is None:
            raise StoreError(f"{self._path}: the store is not open")
        return self._opened

    async def crawl(self, key: str, name: str | None = None) -> CrawlRow | None:
        """See `Store.crawl`."""
        return self._latest(key, name)

    def _latest(self, key: str, name: str | None) -> CrawlRow | None:
        if name is not None:
            sql, parameter = "SELECT * FROM crawls WHERE name = ? ORDER BY generation DESC LIMIT 1", name
        else:
            sql = "SELECT * FROM crawls WHERE key = ? AND name IS NULL ORDER BY generation DESC LIMIT 1"
            parameter = key
        row = self._database.row(sql, (parameter,))
        return None if row is None else crawl_of(row)

    async def output(self, crawl: int, path: str) -> OutputRow | None:
        """See `Store.output`."""
        sql = """
            SELECT length, id = (SELECT max(id) FROM outputs WHERE path = :path) AS latest
            FROM outputs WHERE path = :path AND crawl = :crawl
        """
        row = self._database.row(sql, {"path": path, "crawl": crawl})
        return None if row is None else OutputRow(path, row["length"], bool(row["latest"]))

    async def found(self, walk: int) -> AsyncIterator[FoundPage]:
        """See `Store.found`."""
        sql = "SELECT id, ids, turned FROM found WHERE walk = ? AND id > ? ORDER BY id LIMIT ?"
        last = 0
        while rows := self._database.rows(sql, (walk, last, _BATCH)):
            for row in rows:
                yield FoundPage(row["ids"], row["turned"])
            last = rows[-1]["id"]

    async def earlier(self, subject: str, before: int) -> list[WalkRow]:
        """See `Store.earlier`."""
        sql = """
            SELECT * FROM walks WHERE subject = ? AND id < ? AND verdict IN ('complete', 'updated')
            ORDER BY id DESC LIMIT 1000
        """
        return [walk_of(row) for row in self._database.rows(sql, (subject, before))]

    async def verdicts(self, crawl: int) -> dict[str | None, int]:
        """See `Store.verdicts`."""
        ended = """
            SELECT verdict, count(*) FROM walks INDEXED BY walks_ended
            WHERE crawl = ? AND verdict IS NOT NULL GROUP BY verdict
        """
        counts: dict[str | None, int] = dict(map(tuple, self._database.rows(ended, (crawl,))))
        waiting = """
            SELECT (SELECT count(*) FROM walks INDEXED BY walks_waiting
                    WHERE crawl = :crawl AND verdict IS NULL AND worker IS NULL)
                + (SELECT count(*) FROM walks INDEXED BY walks_held WHERE worker IS NOT NULL AND crawl = :crawl)
        """
        [[unended]] = self._database.rows(waiting, {"crawl": crawl})
        return counts | ({None: unended} if unended else {})

    async def walks(
        self, crawl: int | None = None, verdict: str | None = None, max_depth: int | None = None
    ) -> AsyncIterator[WalkRow]:
        """See `Store.walks`."""
        numbers = sorted(row.id for row in await self.crawls()) if crawl is None else [crawl]
        wanted = None if verdict == "open" else verdict
        for number in numbers:
            last = 0
            while True:
                parameters = (number, last, max_depth, verdict is None, wanted, _BATCH)
                rows = self._database.rows(_PAGE_OF_WALKS, parameters)
                for row in rows:
                    yield walk_of(row)
                if len(rows) < _BATCH:
                    break
                last = rows[-1]["id"]

    async def crawls(self) -> list[CrawlRow]:
        """See `Store.crawls`."""
        sql = f"SELECT * FROM crawls WHERE id IN ({_LATEST}) ORDER BY id DESC"  # noqa: S608 - constants
        return [crawl_of(row) for row in self._database.rows(sql)]
