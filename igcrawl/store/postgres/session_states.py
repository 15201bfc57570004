"""Session states in the Postgres store, which all machines share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import orjson

from igcrawl.store.postgres.database import Cursor, Database

_T = TypeVar("_T")

_STATE: Final = "SELECT state FROM session_states WHERE account = %s AND server = %s"


class PostgresSessionStates:
    """Session states in a Postgres database, see `igcrawl.store.base.SessionStateRows`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self) -> None:
        """See `SessionStateRows.open`."""
        await self._database.open()

    async def close(self) -> None:
        """See `SessionStateRows.close`."""
        await self._database.close()

    async def accounts(self, server: str) -> list[str]:
        """See `SessionStateRows.accounts`."""
        rows = await self._database.rows(
            "SELECT account FROM session_states WHERE server = %s ORDER BY account", [server]
        )
        return [row["account"] for row in rows]

    async def servers(self, account: str) -> list[str]:
        """See `SessionStateRows.servers`."""
        rows = await self._database.rows(
            "SELECT server FROM session_states WHERE account = %s ORDER BY server", [account]
        )
        return [row["server"] for row in rows]

    async def read(self, account: str, server: str) -> dict[str, Any]:
        """See `SessionStateRows.read`."""
        row = await self._database.row(_STATE, [account, server])
        return {} if row is None else orjson.loads(row["state"])

    async def change(self, account: str, server: str, change: Callable[[dict[str, Any]], _T]) -> _T:
        """See `SessionStateRows.change`."""

        async def write(cursor: Cursor) -> _T:
            # A row that is not there cannot be locked.
            await cursor.execute("INSERT INTO session_states VALUES (%s, %s, '{}') ON CONFLICT DO NOTHING", key)
            await cursor.execute(f"{_STATE} FOR UPDATE", key)
            before = (await anext(cursor))["state"]
            state = orjson.loads(before)
            result = change(state)
            after = orjson.dumps(state).decode()
            if after != before:
                await cursor.execute(
                    "UPDATE session_states SET state = %s WHERE account = %s AND server = %s", [after, *key]
                )
            return result

        key = [account, server]
        return await self._database.transact(write)
