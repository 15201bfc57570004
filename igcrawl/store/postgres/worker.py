"""A worker of the Postgres store: a session of the database that holds the advisory lock of its number.

The server lets go of the lock when the process dies, when its machine falls off the network, and when an operator ends
the session.
"""

from __future__ import annotations

from contextlib import suppress

from igcrawl.errors import StoreError
from igcrawl.store.postgres.database import WORKER_LOCK, Database


class PostgresWorker:
    """A worker of a store in a Postgres database, see `igcrawl.store.base.Worker`.

    Args:
        database: of the store.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        #: None before it has joined, and after it has left.
        self.number: int | None = None

    async def join(self) -> int:
        """See `Worker.join`."""
        if self.number is None:
            async with self._database.transaction() as cursor:
                await cursor.execute("SELECT nextval('workers')::integer AS number")
                number = (await anext(cursor))["number"]
                await cursor.execute("SELECT pg_advisory_lock(%s, %s)", [WORKER_LOCK, number])
            self.number = int(number)
        return self.number

    async def leave(self) -> None:
        """See `Worker.leave`."""
        number, self.number = self.number, None
        if number is None:
            return
        # Where it fails: who has left is dead, and the walks of the dead are free, too.
        with suppress(StoreError):
            await self._database.rows("UPDATE walks SET worker = NULL WHERE worker = %s", [number])
            # The server may notice a moment later that we are gone.
            await self._database.rows("SELECT pg_advisory_unlock(%s, %s)", [WORKER_LOCK, number])
