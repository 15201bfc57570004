"""Sessions in the SQLite store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import orjson

from igcrawl.store.sqlite.database import Database

_T = TypeVar("_T")

_HEALTH: Final = "SELECT health FROM sessions WHERE account = ?"
_CHANGE: Final = """
    INSERT INTO sessions VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET health = excluded.health
"""


class SqliteSessions:
    """What is known of sessions in an SQLite file, see `igcrawl.store.base.KnownSessions`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def accounts(self) -> list[str]:
        """See `KnownSessions.accounts`."""
        return [account for [account] in self._database.rows("SELECT account FROM sessions ORDER BY account")]

    async def read(self, account: str) -> dict[str, Any]:
        """See `KnownSessions.read`."""
        row = self._database.row(_HEALTH, (account,))
        return {} if row is None else orjson.loads(row["health"])

    async def change(self, account: str, change: Callable[[dict[str, Any]], _T]) -> _T:
        """See `KnownSessions.change`."""
        # With every request, which is why no disk is waited for; the page that it brings is committed behind it.
        with self._database.quick_transaction():
            row = self._database.row(_HEALTH, (account,))
            before = "{}" if row is None else row["health"]
            health = orjson.loads(before)
            result = change(health)
            after = orjson.dumps(health).decode()
            if after != before:
                self._database.execute(_CHANGE, (account, after))
        return result
