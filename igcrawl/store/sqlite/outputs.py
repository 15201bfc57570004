"""Exactly-once files of crawls in the SQLite store."""

from __future__ import annotations

from igcrawl.store.model import OutputRow
from igcrawl.store.sqlite.database import Database


class SqliteOutputs:
    """Outputs in an SQLite file, see `igcrawl.store.base.Outputs`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, crawl: int, path: str) -> OutputRow | None:
        """See `Outputs.find`."""
        sql = """
            SELECT length, id = (SELECT max(id) FROM outputs WHERE path = :path) AS latest
            FROM outputs WHERE path = :path AND crawl = :crawl
        """
        row = self._database.row(sql, {"path": path, "crawl": crawl})
        return None if row is None else OutputRow(path, row["length"], bool(row["latest"]))

    async def begin(self, crawl: int, path: str, length: int) -> None:
        """See `Outputs.begin`."""
        sql = "INSERT OR REPLACE INTO outputs (crawl, path, length) VALUES (?, ?, ?)"
        self._database.execute(sql, (crawl, path, length))
