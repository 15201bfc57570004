"""Sessions in the Postgres store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import orjson

from igcrawl.store.postgres.database import Cursor, Database

_T = TypeVar("_T")

_HEALTH: Final = "SELECT health FROM sessions WHERE account = %s"


class PostgresSessions:
    """What is known of sessions in a Postgres database, see `igcrawl.store.base.KnownSessions`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def accounts(self) -> list[str]:
        """See `KnownSessions.accounts`."""
        rows = await self._database.rows("SELECT account FROM sessions ORDER BY account")
        return [row["account"] for row in rows]

    async def read(self, account: str) -> dict[str, Any]:
        """See `KnownSessions.read`."""
        row = await self._database.row(_HEALTH, [account])
        return {} if row is None else orjson.loads(row["health"])

    async def change(self, account: str, change: Callable[[dict[str, Any]], _T]) -> _T:
        """See `KnownSessions.change`."""

        async def write(cursor: Cursor) -> _T:
            # A row that is not there cannot be locked.
            await cursor.execute("INSERT INTO sessions VALUES (%s, '{}') ON CONFLICT DO NOTHING", [account])
            await cursor.execute(f"{_HEALTH} FOR UPDATE", [account])
            before = (await anext(cursor))["health"]
            health = orjson.loads(before)
            result = change(health)
            after = orjson.dumps(health).decode()
            if after != before:
                await cursor.execute("UPDATE sessions SET health = %s WHERE account = %s", [after, account])
            return result

        return await self._database.transact(write)
