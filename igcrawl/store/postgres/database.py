"""A store's Postgres database: one connection, brought up to date; its errors in one line that holds no password."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final, TypeAlias
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import set_json_dumps, set_json_loads

from igcrawl.errors import BadInput, StoreError
from igcrawl.store.odd_text import from_json, to_json
from igcrawl.store.schema import pending

Connection: TypeAlias = psycopg.AsyncConnection[DictRow]
Cursor: TypeAlias = psycopg.AsyncCursor[DictRow]
Parameters: TypeAlias = Sequence[Any] | Mapping[str, Any]

#: First half of the names of our advisory locks: "igcw" a worker's life, "igcb" the beginning of a crawl,
#: "igcm" a migration.
WORKER_LOCK: Final = int.from_bytes(b"igcw", "big")
BEGIN_LOCK: Final = int.from_bytes(b"igcb", "big")
_MIGRATION_LOCK: Final = int.from_bytes(b"igcm", "big")

#: What the address may change. A side that fell off the network is taken for dead by the other after 40 s.
_DEFAULTS: Final = {
    "application_name": "igcrawl",
    "connect_timeout": "15",
    "keepalives": "1",
    "keepalives_idle": "20",
    "keepalives_interval": "5",
    "keepalives_count": "4",
    "tcp_user_timeout": "40000",
}
#: The same on the server's side, which frees a dead worker's walks; and what our statements rely on.
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
#: Two workers have found the same accounts at the same moment.
_IN_THE_WAY: Final = (
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
    psycopg.errors.UniqueViolation,
)
_ADVICE: Final = "the same command goes on from the last page that was committed"
_EXAMPLE: Final = "postgresql://user:password@host:5432/database"


class Database:
    """A connection to a database, used by one caller at a time. Every method may raise `StoreError`.

    Args:
        url: its address.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Connection | None = None
        self._free = asyncio.Lock()

    async def open(self) -> None:
        """Connect and bring the schema up to date, once.

        Raises:
            BadInput: the address leads to no database that can be used, or to a newer one.
        """
        if self._connection is not None:
            return
        try:
            self._connection = await self._connect()
            await self._connection.execute(
                "SELECT set_config(name, value, false) FROM unnest(%s::text[], %s::text[]) AS own (name, value)",
                [list(_SESSION), list(_SESSION.values())],
            )
            await _migrate(self._connection)
        except (psycopg.Error, UnicodeError) as error:
            # A host's name that cannot be one is the latter.
            await self.close()
            raise BadInput(f"IG_STORE: {self._said(error)}; expected {_EXAMPLE} that igcrawl may use") from None
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Disconnect. Does no harm twice."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                await connection.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Cursor]:
        """Write all that is executed within, or nothing of it when that raises."""
        async with self._free:
            with self._errors():
                connection = self._opened()
                async with connection.transaction(), connection.cursor() as cursor:
                    yield cursor

    async def transact(self, work: Callable[[Cursor], Awaitable[None]]) -> None:
        """Do work in a transaction, and again when the database undid it for the sake of another."""
        async with self._free:
            with self._errors():
                connection = self._opened()
                for last in (False, False, True):
                    try:
                        async with connection.transaction(), connection.cursor() as cursor:
                            await work(cursor)
                        break
                    except _IN_THE_WAY:
                        if last:
                            raise

    async def rows(self, sql: str, parameters: Parameters = ()) -> list[DictRow]:
        """Execute one statement, and return its rows."""
        async with self._free:
            with self._errors():
                cursor = await self._opened().execute(sql, parameters)
                return await cursor.fetchall() if cursor.description else []

    async def row(self, sql: str, parameters: Parameters = ()) -> DictRow | None:
        """Execute one statement, and return its first row, if there is one."""
        rows = await self.rows(sql, parameters)
        return rows[0] if rows else None

    async def _connect(self) -> Connection:
        try:
            address = make_conninfo("", **(_DEFAULTS | conninfo_to_dict(self._url)))
        except psycopg.Error:
            # It would repeat the part of the address that it does not understand.
            raise BadInput(f"IG_STORE: not the address of a Postgres database; expected {_EXAMPLE}") from None
        connection = await psycopg.AsyncConnection.connect(
            address, autocommit=True, client_encoding="utf8", row_factory=dict_row
        )
        set_json_dumps(to_json, connection)
        set_json_loads(from_json, connection)
        return connection

    def _opened(self) -> Connection:
        if self._connection is None:
            raise StoreError("the store is not open")
        return self._connection

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
        password = urlsplit(self._url).password or ""
        known = {password, unquote(password), *(str(options.get(name, "")) for name in ("password", "sslpassword"))}
        return known - {""}


async def _migrate(connection: Connection) -> None:
    if not pending("postgres", await _version(connection), "the database"):
        return
    async with connection.transaction():
        # Another process may be about it, or have been quicker.
        await connection.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_MIGRATION_LOCK])
        await connection.execute("CREATE TABLE IF NOT EXISTS igcrawl_schema (version integer PRIMARY KEY)")
        for version, script in pending("postgres", await _version(connection), "the database"):
            await connection.execute(script)
            await connection.execute("INSERT INTO igcrawl_schema VALUES (%s)", [version])


async def _version(connection: Connection) -> int:
    known = await (await connection.execute("SELECT to_regclass('igcrawl_schema') AS known")).fetchone()
    if known is None or known["known"] is None:
        return 0
    latest = await (await connection.execute("SELECT max(version) AS version FROM igcrawl_schema")).fetchone()
    return 0 if latest is None else latest["version"] or 0
