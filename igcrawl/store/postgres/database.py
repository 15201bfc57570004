"""A store's Postgres database: its address, statements and transactions; errors in one line that holds no password."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final, TypeAlias, TypeVar
from urllib.parse import unquote

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import DictRow

from igcrawl.errors import BadInput, StoreError
from igcrawl.store.addresses import password_of
from igcrawl.store.postgres.connection import LostMeanwhile, SharedConnections, server_life
from igcrawl.store.postgres.worker_locks import WorkerLocks
from igcrawl.store.schema import in_pieces, pending
from igcrawl.store.silence import SILENCE, Connection, Silent

logger = logging.getLogger(__name__)

Cursor: TypeAlias = psycopg.AsyncCursor[DictRow]
_T = TypeVar("_T")
Parameters: TypeAlias = Sequence[Any] | Mapping[str, Any]

#: First half of the names of our advisory locks: "igcb" the beginning of a crawl, "igcm" a migration. "igcw" is a
#: worker's life, see `worker_locks`.
BEGIN_LOCK: Final = int.from_bytes(b"igcb", "big")
_MIGRATION_LOCK: Final = int.from_bytes(b"igcm", "big")

#: What the address may change. A side that fell off the network is taken for dead by the other after 40 s.
_DEFAULTS: Final = {
    "application_name": "igcrawl",
    "connect_timeout": "10",
    "keepalives": "1",
    "keepalives_idle": "20",
    "keepalives_interval": "5",
    "keepalives_count": "4",
    "tcp_user_timeout": "40000",
}
#: Two workers have found the same accounts at the same moment.
_IN_THE_WAY: Final = (
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
    psycopg.errors.UniqueViolation,
)
#: A transaction's name, to ask for it later. A pooler in between would tell another process than the server's.
_OWN: Final = "SELECT pg_current_xact_id()::text AS number, pg_backend_pid() AS backend"
#: What became of a transaction.
_FATE: Final = "SELECT pg_xact_status(%s::xid8) AS fate"
#: Its process may wait for a client that is gone. Sessions of other roles are not seen, and may not be ended.
_END: Final = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE pid = %(backend)s AND backend_xid = %(number)s::xid8::xid AND usename = current_user
"""
#: Seconds between two looks at it.
_LOOK_AGAIN: Final = 0.05
#: Seconds after which the server itself has ended a session whose client is gone.
_LONGEST_LOOK: Final = 75.0
_ADVICE: Final = "the same command continues from the last committed page"
_NAMED: Final = "IG_STORE: the database"
_EXAMPLE: Final = "postgresql://user:password@host:5432/database"


class _Undone(psycopg.OperationalError):
    """Raised when a connection was lost before its transaction was committed."""


class _StillInProgress(Exception):
    """Raised when it is not decided yet whether a transaction is committed."""


class _Unknown(psycopg.OperationalError):
    """Raised when a connection was lost while its transaction was being committed.

    Args:
        said: what the database's library said.
        transaction: its number and its backend.
        life: of the server, see `server_life`.
    """

    def __init__(self, said: str, transaction: Mapping[str, Any], life: str) -> None:
        super().__init__(said)
        self.transaction = transaction
        self.life = life


class Database:
    """A database, as one store sees it. Every method may raise `StoreError`.

    Args:
        url: its address.
        silence: seconds after which a server that says nothing is given up.
        setting: that gives the address.
    """

    def __init__(self, url: str, silence: float = SILENCE, setting: str = "IG_STORE") -> None:
        self._setting = setting
        self._url = url
        self._silence = silence
        self._shared: SharedConnections | None = None

    async def open(self) -> None:
        """Connect and bring the schema up to date, once.

        Raises:
            BadInput: the address leads to no database that can be used, or to a newer one.
            StoreError: the database was reached and then lost.
        """
        if self._shared is not None:
            return
        try:
            address = make_conninfo("", **(_DEFAULTS | conninfo_to_dict(self._url)))
        except psycopg.Error:
            # It would repeat the part of the address that it does not understand.
            raise BadInput(f"{self._setting}: not the address of a Postgres database; expected {_EXAMPLE}") from None
        try:
            self._shared = await SharedConnections.take(address, _migrate, self._silence)
        except LostMeanwhile as error:
            # It was reached, so its address is right.
            raise StoreError(f"the Postgres store: {self._said(error)}; {_ADVICE}") from None
        except (psycopg.Error, UnicodeError) as error:
            # A host's name that cannot be one is the latter.
            raise BadInput(f"{self._setting}: {self._said(error)}; expected {_EXAMPLE} that igcrawl may use") from None

    def hurry(self) -> None:
        """See `igcrawl.store.base.Connection.hurry`."""
        if self._shared is not None:
            self._shared.hurry()

    async def close(self) -> None:
        """Disconnect. Does no harm twice."""
        shared, self._shared = self._shared, None
        if shared is not None:
            with suppress(psycopg.Error):
                await shared.give_back()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Cursor]:
        """Write all that is executed within, or nothing of it when that raises."""
        with self._errors():
            async with (
                self._opened().connection() as connection,
                connection.transaction(),
                connection.cursor() as cursor,
            ):
                yield cursor

    async def transact(self, work: Callable[[Cursor], Awaitable[_T]]) -> _T:
        """Do work in a transaction and return its result.

        It is done again when the database undid it: for the sake of another, or because the connection was lost. When
        that happens in the middle of the commit, the server is asked whether it was committed.
        """
        with self._errors():
            for _ in range(2):
                with suppress(*_IN_THE_WAY, _Undone):
                    return await self._transact_once(work)
            return await self._transact_once(work)

    async def _transact_once(self, work: Callable[[Cursor], Awaitable[_T]]) -> _T:
        results: list[_T] = []
        try:
            await self._attempt(work, results)
        except _Unknown as lost:
            if not await self._was_committed(lost):
                raise _Undone(str(lost)) from None
        return results[0]

    async def _attempt(self, work: Callable[[Cursor], Awaitable[_T]], results: list[_T]) -> None:
        transaction: DictRow | None = None
        async with self._opened().connection() as connection:
            try:
                async with connection.transaction(), connection.cursor() as cursor:
                    result = await work(cursor)
                    await cursor.execute(_OWN)
                    [transaction] = await cursor.fetchall()
                    results.append(result)
            except psycopg.Error as error:
                if isinstance(error, Silent) or not _is_lost(connection, error):
                    raise
                if transaction is None:
                    raise _Undone(self._said(error)) from None
                raise _Unknown(self._said(error), transaction, server_life(connection)) from None

    async def _was_committed(self, lost: _Unknown) -> bool:
        """Return whether a transaction was committed; one that the server still waits for is ended.

        Raises:
            psycopg.Error: the server cannot be asked.
            StoreError: it does not know, or the transaction does not end.
        """
        until = time.monotonic() + _LONGEST_LOOK
        while time.monotonic() < until:
            async with self._opened().connection() as connection:
                try:
                    return await _ask_outcome(connection, lost)
                except _StillInProgress:
                    pass
                except psycopg.Error as error:
                    if not _is_lost(connection, error):
                        raise
            await asyncio.sleep(_LOOK_AGAIN)
        raise StoreError(f"the Postgres store: the server does not say whether a page was committed; {_ADVICE}")

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Connection]:
        """Lend one connection, for as long as temporary tables on it are needed."""
        with self._errors():
            async with self._opened().connection() as connection:
                yield connection

    async def rows(self, sql: str, parameters: Parameters = ()) -> list[DictRow]:
        """Execute one statement, and return its rows."""
        with self._errors():
            try:
                return await self._rows_once(sql, parameters)
            except psycopg.errors.AdminShutdown:
                # The server, or the session, was ended before the statement was.
                return await self._rows_once(sql, parameters)

    async def _rows_once(self, sql: str, parameters: Parameters) -> list[DictRow]:
        async with self._opened().connection() as connection:
            cursor = await connection.execute(sql, parameters)
            return await cursor.fetchall() if cursor.description else []

    async def row(self, sql: str, parameters: Parameters = ()) -> DictRow | None:
        """Execute one statement, and return its first row, if there is one."""
        rows = await self.rows(sql, parameters)
        return rows[0] if rows else None

    @contextmanager
    def worker_locks(self) -> Iterator[WorkerLocks]:
        """Lend the locks of this process's workers."""
        with self._errors():
            yield self._opened().locks

    def _opened(self) -> SharedConnections:
        if self._shared is None:
            raise StoreError("the store is not open")
        return self._shared

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            raise StoreError(f"the Postgres store: {self._said(error)}; {_ADVICE}") from None

    def _said(self, error: psycopg.Error | UnicodeError) -> str:
        primary = error.diag.message_primary if isinstance(error, psycopg.Error) else None
        text = " ".join((primary or str(error) or type(error).__name__).split())
        for secret in self._secrets():
            text = text.replace(secret, "[redacted]")
        return text

    def _secrets(self) -> set[str]:
        options = conninfo_to_dict(self._url)
        password = password_of(self._url)
        known = {password, unquote(password), *(str(options.get(name, "")) for name in ("password", "sslpassword"))}
        return known - {""}


def _is_lost(connection: Connection, error: psycopg.Error) -> bool:
    """Return whether a connection has ended with an error: the server's farewell may come before its end is seen."""
    return connection.closed or error.diag.severity_nonlocalized in {"FATAL", "PANIC"}


async def _ask_outcome(connection: Connection, lost: _Unknown) -> bool:
    """Return whether a transaction was committed.

    A server that has lost transactions in a crash gives their numbers to others.

    Raises:
        StoreError: the server does not know.
        _StillInProgress: it is not decided yet.
    """
    same = server_life(connection) == lost.life
    try:
        [row] = await (await connection.execute(_FATE, [lost.transaction["number"]])).fetchall()
    except psycopg.errors.InvalidParameterValue:
        # No transaction has had the number yet.
        return False
    fate = row["fate"]
    if fate == "aborted" or (fate == "in progress" and not same):
        return False
    if fate == "committed" and same:
        return True
    if fate == "in progress":
        await connection.execute(_END, lost.transaction)
        raise _StillInProgress
    raise StoreError(f"the Postgres store: the server does not know whether a page was committed; {_ADVICE}")


async def _migrate(connection: Connection) -> None:
    """Bring the schema up to date, step by step: what is broken off goes on from its last step at the next opening."""
    while pending("postgres", await _version(connection), _NAMED):
        async with connection.transaction():
            # Another process may be about it, or have been quicker.
            await connection.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_MIGRATION_LOCK])
            await connection.execute("CREATE TABLE IF NOT EXISTS igcrawl_schema (version integer PRIMARY KEY)")
            version = await _version(connection)
            steps = pending("postgres", version, _NAMED)
            # Where nothing is yet, all of it is one step.
            for number, script in steps[:1] if version else steps:
                if version and not in_pieces(script):
                    logger.info(
                        "the Postgres store is brought to schema %d of %d; it may be broken off", number, steps[-1][0]
                    )
                if await _goes_on(connection, script):
                    break
                await connection.execute("INSERT INTO igcrawl_schema VALUES (%s)", [number])


async def _goes_on(connection: Connection, script: str) -> bool:
    """Execute a migration, and return whether a piece of it is left."""
    cursor = await connection.execute(script)
    row = await cursor.fetchone() if in_pieces(script) else None
    if row is not None:
        logger.warning("the Postgres store takes its new form: %s; it may be broken off and goes on later", row["done"])
    return row is not None


async def _version(connection: Connection) -> int:
    known = await (await connection.execute("SELECT to_regclass('igcrawl_schema') AS known")).fetchone()
    if known is None or known["known"] is None:
        return 0
    latest = await (await connection.execute("SELECT max(version) AS version FROM igcrawl_schema")).fetchone()
    return 0 if latest is None else latest["version"] or 0
