"""Session states that an earlier version kept in the SQLite store."""

from __future__ import annotations

from typing import Any

import orjson

from igcrawl.store.sqlite.database import Database


class SqliteEarlierStates:
    """Session states from before in an SQLite file, see `igcrawl.store.base.EarlierStates`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> dict[str, dict[str, Any]]:
        """See `EarlierStates.all`."""
        rows = self._database.rows("SELECT account, health FROM sessions")
        return {row["account"]: orjson.loads(row["health"]) for row in rows}

    async def put(self, account: str, state: dict[str, Any]) -> None:
        """See `EarlierStates.put`."""
        with self._database.transaction():
            self._database.execute(
                "UPDATE sessions SET health = ? WHERE account = ?", (orjson.dumps(state).decode(), account)
            )
