"""A worker of the Postgres store: a number that was never given out before, and the advisory lock of that number."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from igcrawl.errors import StoreError
from igcrawl.store.postgres.database import Database


class PostgresWorker:
    """A worker of a store in a Postgres database, see `igcrawl.store.base.Worker`.

    Args:
        database: of the store.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._joining = asyncio.Lock()
        #: None before it has joined, and after it has left.
        self.number: int | None = None

    async def join(self) -> int:
        """See `Worker.join`."""
        async with self._joining:
            if self.number is None:
                [row] = await self._database.rows("SELECT nextval('workers')::integer AS number")
                with self._database.worker_locks() as locks:
                    await locks.enter(row["number"])
                self.number = int(row["number"])
            return self.number

    async def renew(self) -> None:
        """Take the lock again after its connection was lost. Others may have taken this worker's walks meanwhile."""
        with self._database.worker_locks() as locks:
            await locks.renew()

    async def leave(self) -> None:
        """See `Worker.leave`."""
        number, self.number = self.number, None
        if number is None:
            return
        # Where it fails: who has left is dead, and the walks of the dead are free, too.
        with suppress(StoreError):
            await self._database.rows("UPDATE walks SET worker = NULL WHERE worker = %s", [number])
        with suppress(StoreError), self._database.worker_locks() as locks:
            await locks.leave(number)
