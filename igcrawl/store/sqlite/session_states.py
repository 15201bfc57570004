"""Session states in an SQLite file of their own, which all crawls of a user share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import orjson

from igcrawl.errors import BadInput
from igcrawl.store.sqlite.database import Database

_T = TypeVar("_T")

#: Seconds; each transaction takes a few milliseconds, so a file that is locked for longer is not just busy.
_PATIENCE: Final = 10.0
_STATE: Final = "SELECT state FROM session_states WHERE account = ? AND server = ?"
_CHANGE: Final = """
    INSERT INTO session_states VALUES (?, ?, ?) ON CONFLICT (account, server) DO UPDATE SET state = excluded.state
"""


class SqliteSessionStates:
    """Session states in an SQLite file, see `igcrawl.store.base.SessionStateRows`.

    Args:
        path: the file; made when it is opened, if it is missing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database = Database(path, "sqlite_states", "IG_STATE", _PATIENCE)

    async def open(self) -> None:
        """See `SessionStateRows.open`."""
        if self._path.exists() and not os.access(self._path, os.R_OK | os.W_OK):
            raise BadInput(f"IG_STATE: {self._path}: this user cannot write it; check its owner")
        await self._database.open()

    async def close(self) -> None:
        """See `SessionStateRows.close`."""
        await self._database.close()

    async def accounts(self, server: str) -> list[str]:
        """See `SessionStateRows.accounts`."""
        rows = self._database.rows("SELECT account FROM session_states WHERE server = ? ORDER BY account", (server,))
        return [account for [account] in rows]

    async def servers(self, account: str) -> list[str]:
        """See `SessionStateRows.servers`."""
        rows = self._database.rows("SELECT server FROM session_states WHERE account = ? ORDER BY server", (account,))
        return [server for [server] in rows]

    async def read(self, account: str, server: str) -> dict[str, Any]:
        """See `SessionStateRows.read`."""
        row = self._database.row(_STATE, (account, server))
        return {} if row is None else orjson.loads(row["state"])

    async def change(self, account: str, server: str, change: Callable[[dict[str, Any]], _T]) -> _T:
        """See `SessionStateRows.change`."""
        with self._database.transaction():
            row = self._database.row(_STATE, (account, server))
            before = "{}" if row is None else row["state"]
            state = orjson.loads(before)
            result = change(state)
            after = orjson.dumps(state).decode()
            if after != before:
                self._database.execute(_CHANGE, (account, server, after))
        return result
