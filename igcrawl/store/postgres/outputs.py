"""Outputs of crawls in the Postgres store."""

from __future__ import annotations

from typing import Any, Final

import orjson

from igcrawl.store.model import OutputRow
from igcrawl.store.postgres.database import Database

_PUT: Final = """
    INSERT INTO outputs (crawl, machine, path, state, opened) VALUES (%s, %s, %s, %s, nextval('outputs_opened'))
    ON CONFLICT (crawl, machine, path) DO UPDATE SET state = excluded.state, opened = excluded.opened
"""


class PostgresOutputs:
    """Outputs in a Postgres database, see `igcrawl.store.base.Outputs`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def at(self, machine: str, path: str) -> list[OutputRow]:
        """See `Outputs.at`."""
        sql = "SELECT * FROM outputs WHERE machine = %s AND path = %s ORDER BY opened DESC"
        return [_output_of(row) for row in await self._database.rows(sql, [machine, path])]

    async def of(self, crawl: int) -> list[OutputRow]:
        """See `Outputs.of`."""
        sql = "SELECT * FROM outputs WHERE crawl = %s ORDER BY opened"
        return [_output_of(row) for row in await self._database.rows(sql, [crawl])]

    async def put(self, row: OutputRow) -> None:
        """See `Outputs.put`."""
        await self._database.rows(_PUT, [row.crawl, row.machine, row.path, orjson.dumps(row.state).decode()])

    async def drop(self, row: OutputRow) -> None:
        """See `Outputs.drop`."""
        sql = "DELETE FROM outputs WHERE crawl = %s AND machine = %s AND path = %s"
        await self._database.rows(sql, [row.crawl, row.machine, row.path])


def _output_of(row: dict[str, Any]) -> OutputRow:
    return OutputRow(row["crawl"], row["machine"], row["path"], orjson.loads(row["state"]))
