"""Exactly-once files of crawls in the Postgres store."""

from __future__ import annotations

from typing import Final

from igcrawl.store.model import OutputRow
from igcrawl.store.postgres.database import Database

_BEGIN: Final = """
    INSERT INTO outputs (crawl, path, length, opened) VALUES (%s, %s, %s, nextval('outputs_opened'))
    ON CONFLICT (path, crawl) DO UPDATE SET length = excluded.length, opened = excluded.opened
"""


class PostgresOutputs:
    """Outputs in a Postgres database, see `igcrawl.store.base.Outputs`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, crawl: int, path: str) -> OutputRow | None:
        """See `Outputs.find`."""
        sql = """
            SELECT length, opened = (SELECT max(opened) FROM outputs WHERE path = %(path)s) AS latest
            FROM outputs WHERE path = %(path)s AND crawl = %(crawl)s
        """
        row = await self._database.row(sql, {"path": path, "crawl": crawl})
        return None if row is None else OutputRow(path, row["length"], row["latest"])

    async def begin(self, crawl: int, path: str, length: int) -> None:
        """See `Outputs.begin`."""
        await self._database.rows(_BEGIN, [crawl, path, length])
