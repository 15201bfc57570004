"""A worker of the Postgres store: a number that was never given out before, and the advisory lock of that number."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from igcrawl.errors import LostClaim, StoreError
from igcrawl.store.postgres.database import Database

#: A walk that was claimed and is not held any more.
_FREED: Final = """
    SELECT seed FROM walks JOIN unnest(%(walks)s::bigint[], %(fences)s::bigint[]) AS own (id, fence) USING (id)
    WHERE worker IS DISTINCT FROM %(me)s OR walks.fence <> own.fence LIMIT 1
"""


class PostgresWorker:
    """A worker of a store in a Postgres database, see `igcrawl.store.base.Worker`.

    Args:
        database: of the store.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._joining = asyncio.Lock()
        #: The fence of each walk that was claimed and has not ended, by the walk's number.
        self.claims: dict[int, int] = {}
        #: Since this time that the locks were taken, nobody has taken this worker for dead.
        self._checked = 0
        #: None before it has joined, and after it has left.
        self.number: int | None = None

    async def join(self) -> int:
        """See `Worker.join`."""
        async with self._joining:
            if self.number is None:
                [row] = await self._database.rows("SELECT nextval('workers')::integer AS number")
                with self._database.worker_locks() as locks:
                    await locks.enter(row["number"])
                    self._checked = locks.times_taken
                self.number = int(row["number"])
            return self.number

    async def check(self) -> None:
        """See `Worker.check`."""
        if self.number is None:
            return
        with self._database.worker_locks() as locks:
            if locks.lost:
                await locks.renew()
            times_taken = locks.times_taken
        if times_taken == self._checked:
            return
        asked = {"me": self.number, "walks": list(self.claims), "fences": list(self.claims.values())}
        freed = await self._database.row(_FREED, asked)
        if freed is not None:
            raise LostClaim(f"{freed['seed']}: another worker has taken the walk over; nothing more was asked for it")
        self._checked = times_taken

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
