"""Sessions in the Postgres store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import orjson

from igcrawl.store.postgres.reader import PostgresReader

_T = TypeVar("_T")

_HEALTH: Final = "SELECT health FROM sessions WHERE account = %s"


class PostgresSessions(PostgresReader):
    """The part of `PostgresStore` that keeps sessions."""

    async def sessions(self) -> list[str]:
        """See `Store.sessions`."""
        rows = await self._database.rows("SELECT account FROM sessions ORDER BY account")
        return [row["account"] for row in rows]

    async def session(self, account: str) -> dict[str, Any]:
        """See `Store.session`."""
        row = await self._database.row(_HEALTH, [account])
        return {} if row is None else orjson.loads(row["health"])

    async def change_session(self, account: str, change: Callable[[dict[str, Any]], _T]) -> _T:
        """See `Store.change_session`."""
        async with self._database.transaction() as cursor:
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
