"""Locks of the workers of one process: advisory locks, one for each worker's number, held by one connection.

The server lets go of them when the process dies, when its machine falls off the network, when an operator ends the
session, and when the server itself starts again. So the connection is watched while nobody uses it: once it is lost,
another takes the locks again. What depends on a lock asks the database in its own transaction, see `lives`.
"""

from __future__ import annotations

import asyncio
import logging
import select
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Final

import psycopg

from igcrawl.store.silence import Connection

logger = logging.getLogger(__name__)

#: First half of the locks' names; the second is the worker's number.
WORKER_LOCK: Final = int.from_bytes(b"igcw", "big")
#: A session of ours of which the server does not know yet that it has ended: nobody else takes these locks.
_END_OURS: Final = """
    SELECT pg_terminate_backend(pid) FROM pg_locks
    WHERE locktype = 'advisory' AND classid = %s AND objid = ANY(%s::bigint[]) AND objsubid = 2
        AND mode = 'ExclusiveLock' AND granted AND pid <> pg_backend_pid()
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_LOCK: Final = "SELECT pg_advisory_lock(%s, number) FROM unnest(%s::integer[]) AS own (number)"
#: Somebody may just be looking whether the worker lives, or a session of ours take a moment to end.
_LOCK_TIMEOUT: Final = "SET lock_timeout = '10s'"
#: Seconds between two tries to take the locks again.
_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0


def lives(worker: str) -> str:
    """Return SQL that tells whether a worker lives: of the dead, the lock can be taken.

    Shared, so that two that look at once do not take each other for the worker. It is asked by other connections than
    the one that holds the locks.

    Args:
        worker: SQL of its number.
    """
    return f"NOT pg_try_advisory_xact_lock_shared({WORKER_LOCK}, {worker})"


class WorkerLocks:
    """The locks of this process's workers. Every method may raise `psycopg.Error`.

    Args:
        connection: holds them.
        connect: makes another.
        watch: gives a connection up when the server falls silent.
    """

    def __init__(
        self,
        connection: Connection,
        connect: Callable[[], Awaitable[Connection]],
        watch: Callable[[Connection], AbstractAsyncContextManager[None]],
    ) -> None:
        self._connection = connection
        self._connect = connect
        self._watched = watch
        self._numbers: set[int] = set()
        self._turn = asyncio.Lock()
        self._loop = asyncio.get_running_loop()
        self._renewing: asyncio.Task[None] | None = None
        self._closed = False
        #: Counts the connections that have held the locks.
        self.times_taken = 1
        self._watch()

    @property
    def lost(self) -> bool:
        """True if the connection that holds the locks is lost, as far as it is known on this side."""
        return self._connection.closed or (not self._turn.locked() and has_news(self._connection))

    async def enter(self, number: int) -> None:
        """Take the lock of a number that nobody ever had."""
        async with self._used() as connection:
            await connection.execute(_LOCK, [WORKER_LOCK, [number]])
            self._numbers.add(number)

    async def leave(self, number: int) -> None:
        """Let go of a number's lock."""
        self._numbers.discard(number)
        async with self._used() as connection:
            await connection.execute("SELECT pg_advisory_unlock(%s, %s)", [WORKER_LOCK, number])

    async def renew(self) -> None:
        """Take all locks again if the connection that held them is lost."""
        async with self._used():
            pass

    async def close(self) -> None:
        """Let go of all locks."""
        self._closed = True
        if self._renewing is not None:
            self._renewing.cancel()
        async with self._turn:
            self._unwatch()
            await self._connection.close()

    @asynccontextmanager
    async def _used(self) -> AsyncIterator[Connection]:
        """Lend the connection, with all locks, and watch it again afterwards."""
        async with self._turn:
            self._unwatch()
            try:
                if not await self._works():
                    await self._replace()
                async with self._watched(self._connection):
                    yield self._connection
            finally:
                self._watch()

    async def _works(self) -> bool:
        try:
            async with self._watched(self._connection):
                await self._connection.execute("")
        except psycopg.Error:
            return False
        return True

    async def _replace(self) -> None:
        await self._connection.close()
        connection = await self._connect()
        try:
            numbers = sorted(self._numbers)
            async with self._watched(connection):
                await connection.execute(_LOCK_TIMEOUT)
                await connection.execute(_END_OURS, [WORKER_LOCK, numbers])
                await connection.execute(_LOCK, [WORKER_LOCK, numbers])
        except BaseException:
            await connection.close()
            raise
        self._connection = connection
        self.times_taken += 1
        if numbers:
            logger.warning("the Postgres connection that holds the workers' locks was lost; they are taken again")

    def _watch(self) -> None:
        if not self._closed and not self._connection.closed:
            self._loop.add_reader(self._connection.fileno(), self._notice)

    def _unwatch(self) -> None:
        if not self._connection.closed:
            self._loop.remove_reader(self._connection.fileno())

    def _notice(self) -> None:
        """Look after the connection: the server has said something unasked, or hung up."""
        self._unwatch()
        if self._renewing is None or self._renewing.done():
            self._renewing = self._loop.create_task(self._keep())

    async def _keep(self) -> None:
        pause = _FIRST_PAUSE
        while not self._closed:
            with suppress(psycopg.Error):
                await self.renew()
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)


def has_news(connection: Connection) -> bool:
    """Return whether the server has said something unasked, such as its farewell, or hung up."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
