"""Outputs of crawls in the SQLite store."""

from __future__ import annotations

import sqlite3

import orjson

from igcrawl.store.model import OutputRow
from igcrawl.store.sqlite.database import Database


class SqliteOutputs:
    """Outputs in an SQLite file, see `igcrawl.store.base.Outputs`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def at(self, machine: str, path: str) -> list[OutputRow]:
        """See `Outputs.at`."""
        sql = "SELECT * FROM outputs WHERE machine = ? AND path = ? ORDER BY id DESC"
        return [_output_of(row) for row in self._database.rows(sql, (machine, path))]

    async def of(self, crawl: int) -> list[OutputRow]:
        """See `Outputs.of`."""
        return [
            _output_of(row)
            for row in self._database.rows("SELECT * FROM outputs WHERE crawl = ? ORDER BY id", (crawl,))
        ]

    async def put(self, row: OutputRow) -> None:
        """See `Outputs.put`."""
        sql = "INSERT OR REPLACE INTO outputs (crawl, machine, path, state) VALUES (?, ?, ?, ?)"
        self._database.execute(sql, (row.crawl, row.machine, row.path, orjson.dumps(row.state).decode()))

    async def drop(self, row: OutputRow) -> None:
        """See `Outputs.drop`."""
        sql = "DELETE FROM outputs WHERE crawl = ? AND machine = ? AND path = ?"
        self._database.execute(sql, (row.crawl, row.machine, row.path))


def _output_of(row: sqlite3.Row) -> OutputRow:
    return OutputRow(row["crawl"], row["machine"], row["path"], orjson.loads(row["state"]))
