"""Session states that an earlier version kept in the Postgres store."""

from __future__ import annotations

from typing import Any

import orjson

from igcrawl.store.postgres.database import Cursor, Database


class PostgresEarlierStates:
    """Session states from before in a Postgres database, see `igcrawl.store.base.EarlierStates`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> dict[str, dict[str, Any]]:
        """See `EarlierStates.all`."""
        rows = await self._database.rows("SELECT account, health FROM sessions", [])
        return {row["account"]: orjson.loads(row["health"]) for row in rows}

    async def put(self, account: str, state: dict[str, Any]) -> None:
        """See `EarlierStates.put`."""

        async def write(cursor: Cursor) -> None:
            await cursor.execute(
                "UPDATE sessions SET health = %s WHERE account = %s", [orjson.dumps(state).decode(), account]
            )

        await self._database.transact(write)
