"""A worker of the SQLite store: a number that was never given out before, and the lock of its own file."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from igcrawl.errors import StoreError
from igcrawl.store.sqlite.database import Database
from igcrawl.store.sqlite.worker_locks import WorkerLocks

_GIVE_BACK: Final = "UPDATE walks INDEXED BY walks_held SET worker = NULL WHERE worker = ?"


class SqliteWorker:
    """A worker of a store in an SQLite file, see `igcrawl.store.base.Worker`.

    Args:
        database: of the store.
        locks: of all its workers.
    """

    def __init__(self, database: Database, locks: WorkerLocks) -> None:
        self._database = database
        self._locks = locks
        #: None before it has joined, and after it has left.
        self.number: int | None = None

    async def join(self) -> int:
        """See `Worker.join`."""
        if self.number is None:
            with self._database.transaction():
                self._database.execute("UPDATE workers SET latest = latest + 1")
                [[number]] = self._database.rows("SELECT latest FROM workers")
            self._locks.enter(number)
            self.number = int(number)
        return self.number

    def lives(self, number: int) -> bool:
        """Return whether a worker lives, this one included."""
        return self._locks.alive(number)

    async def leave(self) -> None:
        """See `Worker.leave`."""
        number, self.number = self.number, None
        if number is None:
            return
        try:
            # Where it fails: who has left is dead, and the walks of the dead are free, too.
            with suppress(StoreError):
                self._database.execute(_GIVE_BACK, (number,))
        finally:
            self._locks.leave()
