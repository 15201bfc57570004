"""A process's connections to a Postgres database: all stores of it in one event loop share them."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import ClassVar, Final
from weakref import WeakKeyDictionary, WeakValueDictionary

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row
from psycopg.types.json import set_json_dumps, set_json_loads

from igcrawl.store.odd_text import from_json, to_json
from igcrawl.store.postgres.worker_locks import WorkerLocks, has_news
from igcrawl.store.silence import SILENCE, Connection, Silent, Watched, Watchman

#: So many statements run at once; each store's others wait. One more connection holds the locks of the workers.
_MOST: Final = 4
#: Seconds after which a connection that nobody uses is closed: a crawl waits for its turn longer than it asks.
_IDLE: Final = 20.0
#: Seconds for which a server that was there is looked for before a statement fails: it may be starting again.
_PATIENCE: Final = 10.0
_LOOK_AGAIN: Final = 0.2

#: What our statements rely on; and on the server's side the same as in the address, which frees a dead worker's walks.
_SESSION: Final = {
    "tcp_keepalives_idle": "20",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "4",
    "tcp_user_timeout": "40000",
    "idle_in_transaction_session_timeout": "60000",
    # A worker's lock is held by an idle session.
    "idle_session_timeout": "0",
    "default_transaction_isolation": "read committed",
    "TimeZone": "UTC",
    # It takes longer to start than any of our statements to run.
    "jit": "off",
}
#: Changes when the server is started again, and when it recovers from a crash: then it forgets its statistics.
_SERVER_LIFE: Final = (
    "SELECT concat_ws(' ', pg_postmaster_start_time(), pg_stat_get_bgwriter_stat_reset_time()) AS life"
)
_lives: Final[WeakKeyDictionary[Connection, str]] = WeakKeyDictionary()


def server_life(connection: Connection) -> str:
    """Return a text that was another before the server's latest start or crash."""
    return _lives[connection]


class LostMeanwhile(psycopg.OperationalError):
    """Raised when a connection is lost while the schema is looked at."""


class SharedConnections:
    """Connections to one database. Every method may raise `psycopg.Error`.

    Args:
        address: of the database, as libpq takes it.
        prepare: brings the schema up to date.
        silence: seconds after which a server that says nothing is given up.
    """

    _known: ClassVar[WeakValueDictionary[tuple[str, int], SharedConnections]] = WeakValueDictionary()

    def __init__(
        self, address: str, prepare: Callable[[Connection], Awaitable[None]], silence: float = SILENCE
    ) -> None:
        self._address = address
        self._silence = silence
        self._prepare = prepare
        self._loop = asyncio.get_running_loop()
        self._users = 0
        self._opening = asyncio.Lock()
        self._watchman = Watchman(self._probe, silence)
        self._turns = asyncio.Semaphore(_MOST)
        #: Those that wait for a statement, each with the time of its last use; the latest is the last.
        self._idle: deque[tuple[Connection, float]] = deque()
        #: Since when no connection can be made, None while one can.
        self._gone_since: float | None = None
        self._tidying: asyncio.TimerHandle | None = None
        self._locks: WorkerLocks | None = None

    @classmethod
    async def take(
        cls, address: str, prepare: Callable[[Connection], Awaitable[None]], silence: float = SILENCE
    ) -> SharedConnections:
        """Return the connections to a database. Whoever takes them gives them back.

        Args:
            address: of the database, as libpq takes it.
            prepare: brings the schema up to date, by the first connection.
            silence: see above.
        """
        key = address, id(asyncio.get_running_loop())
        shared = cls._known.get(key)
        if shared is None or shared._loop is not asyncio.get_running_loop():
            shared = cls._known[key] = cls(address, prepare, silence)
        shared._users += 1
        try:
            await shared._open()
        except BaseException:
            await shared.give_back()
            raise
        return shared

    async def _open(self) -> None:
        async with self._opening:
            if self._locks is None:
                try:
                    connection = await self._prepared()
                except LostMeanwhile:
                    # It had been reached; what cut it off may be over.
                    connection = await self._prepared()
                self._locks = WorkerLocks(connection, self._reach, self._watchman.watch)

    async def _prepared(self) -> Connection:
        """Return a new connection to a database whose schema is up to date.

        Raises:
            LostMeanwhile: it was lost on the way.
        """
        connection = await _connect(self._address, self._silence)
        try:
            async with self._watchman.watch(connection):
                await self._prepare(connection)
        except BaseException as error:
            lost = isinstance(error, psycopg.OperationalError) and connection.closed and not isinstance(error, Silent)
            await connection.close()
            if lost:
                raise LostMeanwhile(str(error)) from None
            raise
        return connection

    def hurry(self) -> None:
        """Wait less for a server that says nothing, until somebody gives these back."""
        self._watchman.hurry()

    async def give_back(self) -> None:
        """Disconnect, unless another store has taken them."""
        self._users -= 1
        if self._users:
            self._watchman.hurry(wanted=False)
            return
        key = self._address, id(self._loop)
        if self._known.get(key) is self:
            del self._known[key]
        if self._tidying is not None:
            self._tidying.cancel()
        while self._idle:
            await self._idle.pop()[0].close()
        if self._locks is not None:
            await self._locks.close()

    @property
    def locks(self) -> WorkerLocks:
        """The locks of this process's workers."""
        assert self._locks is not None
        return self._locks

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lend a connection for a statement or a transaction, when one is free."""
        async with self._turns:
            connection = await self._one_that_works()
            try:
                async with self._watchman.watch(connection):
                    yield connection
            except psycopg.errors.AdminShutdown:
                # What follows the server's farewell may still be on its way.
                await connection.close()
                raise
            finally:
                if connection.closed or connection.info.transaction_status != TransactionStatus.IDLE or not self._users:
                    await connection.close()
                else:
                    self._idle.append((connection, time.monotonic()))
                    self._tidy_later()

    async def _one_that_works(self) -> Connection:
        while self._idle:
            connection, _ = self._idle.pop()
            if not has_news(connection):
                return connection
            # A session that was ended says so.
            await connection.close()
        return await self._reach()

    async def _reach(self) -> Connection:
        """Connect, as soon as the server is there."""
        while True:
            began = time.monotonic()
            try:
                connection = await _connect(self._address, self._watchman.patience)
            except Silent:
                self._watchman.note(silent=True)
                raise
            except psycopg.OperationalError:
                # For all who wait together: they do not wait one after another.
                self._gone_since = self._gone_since or began
                if time.monotonic() > self._gone_since + _PATIENCE:
                    raise
                await asyncio.sleep(_LOOK_AGAIN)
            else:
                self._gone_since = None
                self._watchman.note(silent=False)
                return connection

    async def _probe(self, seconds: float) -> None:
        """Look whether the server answers anybody.

        Raises:
            Silent: it does not.
        """
        try:
            connection = await _connect(self._address, seconds)
        except Silent:
            raise
        except psycopg.Error:
            # It refuses, so it is there.
            return
        await connection.close()

    def _tidy_later(self) -> None:
        if self._tidying is None:
            self._tidying = self._loop.call_later(_IDLE, self._tidy)

    def _tidy(self) -> None:
        """Close the connections that nobody has used for long."""
        self._tidying = None
        while self._idle and self._idle[0][1] + _IDLE <= time.monotonic():
            connection, _ = self._idle.popleft()
            connection.pgconn.finish()
        if self._idle:
            self._tidy_later()


async def _connect(address: str, seconds: float) -> Connection:
    """Connect and make a connection ours.

    Args:
        address: of the database, as libpq takes it.
        seconds: within which the server must have answered.

    Raises:
        Silent: it has not.
        psycopg.Error: it refuses, or is not there.
    """
    try:
        async with asyncio.timeout(seconds):
            return await _connect_in_time(address)
    except (TimeoutError, psycopg.errors.ConnectionTimeout):
        raise Silent(seconds) from None


async def _connect_in_time(address: str) -> Connection:
    connection = await Watched.connect(address, autocommit=True, client_encoding="utf8", row_factory=dict_row)
    try:
        set_json_dumps(to_json, connection)
        set_json_loads(from_json, connection)
        await connection.execute(
            "SELECT set_config(name, value, false) FROM unnest(%s::text[], %s::text[]) AS own (name, value)",
            [list(_SESSION), list(_SESSION.values())],
        )
        [row] = await (await connection.execute(_SERVER_LIFE)).fetchall()
        _lives[connection] = row["life"]
    except BaseException:
        with suppress(psycopg.Error):
            await connection.close()
        raise
    return connection
