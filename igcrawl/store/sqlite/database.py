"""A store's SQLite file: opened for its owner only, brought up to date, and its errors said in one line."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeAlias

from igcrawl.errors import BadInput, StoreError
from igcrawl.store.schema import pending
from igcrawl.store.sqlite import connection
from igcrawl.store.sqlite.connection import SharedConnection

Parameters: TypeAlias = Sequence[Any] | Mapping[str, Any]

#: As 0001.sql writes it.
_APPLICATION: Final = int.from_bytes(b"igcr", "big")
#: Nothing can be mended but the address.
_WRONG_PATH: Final = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM", "SQLITE_NOTADB")
_ADVICE: Final = "the same command continues from the last committed page"
#: What has happened, by the beginning of SQLite's name for it.
_REASONS: Final = {
    "SQLITE_FULL": "its disk is full; free some space, then",
    "SQLITE_IOERR": "its disk cannot be read or written; when that is fixed,",
    "SQLITE_BUSY": "another process has kept it locked for {patience:.0f} s; when that one is done,",
    "SQLITE_READONLY": "it cannot be written any more; when that is fixed,",
    "SQLITE_CORRUPT": "it is damaged; restore a backup, then",
    "SQLITE_NOTADB": "it is damaged; restore a backup, then",
}


class Database:
    """A store's file. Every method may raise `StoreError`.

    Args:
        path: the file.
        schema: the folder of its migrations.
        setting: the setting that names it.
        patience: seconds that it waits for another process's transaction; None for the usual ones.
    """

    def __init__(
        self, path: Path, schema: str = "sqlite", setting: str = "IG_STORE", patience: float | None = None
    ) -> None:
        self._path = path
        self._schema = schema
        self._setting = setting
        self._patience = connection.PATIENCE if patience is None else patience
        self._shared: SharedConnection | None = None

    async def open(self) -> None:
        """Open the file and bring its schema up to date, once; it is made when missing, as its folder is.

        Raises:
            BadInput: it cannot be opened, is another program's, or is newer than this one.
        """
        if self._shared is not None:
            return
        try:
            self._shared = SharedConnection.take(self._path, self._patience)
            self._prepare(self._shared.get())
        except (OSError, sqlite3.Error) as error:
            await self.close()
            if isinstance(error, OSError) or _name(error).startswith(_WRONG_PATH):
                raise self._unusable(error) from None
            raise self._error(error) from None
        except BaseException:
            await self.close()
            raise

    def hurry(self) -> None:
        """See `igcrawl.store.base.Connection.hurry`: a file does not keep anybody waiting."""

    async def close(self) -> None:
        """Close the file. Does no harm twice."""
        shared, self._shared = self._shared, None
        if shared is not None:
            shared.give_back()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all that is executed within, or nothing of it when that raises."""
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            # At last: a commit into a file that is gone would be lost, and nobody would know.
            self._check_place()
            self.execute("COMMIT")
        except BaseException:
            # SQLite has already rolled back after some errors.
            with suppress(StoreError):
                self.execute("ROLLBACK")
            raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read all that is read within as it is at one moment; nobody else has to wait."""
        self.execute("BEGIN")
        try:
            yield
        finally:
            # Temporary tables that were made within stay.
            with suppress(StoreError):
                self.execute("COMMIT")

    def execute(self, sql: str, parameters: Parameters = ()) -> sqlite3.Cursor:
        """Execute a statement that writes."""
        connection = self._connection()
        try:
            return connection.execute(sql, parameters)
        except sqlite3.Error as error:
            raise self._error(error) from None

    def execute_many(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Execute a statement for each row, in flat memory."""
        connection = self._connection()
        try:
            connection.executemany(sql, rows)
        except sqlite3.Error as error:
            raise self._error(error) from None

    def rows(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        """Return all rows: a cursor left open would keep the write-ahead log from being cleared."""
        connection = self._connection()
        try:
            return connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise self._error(error) from None

    def row(self, sql: str, parameters: Parameters = ()) -> sqlite3.Row | None:
        """Return the only row, if there is one."""
        rows = self.rows(sql, parameters)
        return rows[0] if rows else None

    def _check_place(self) -> None:
        if self._shared is not None:
            try:
                self._shared.check()
            except OSError as error:
                raise self._error(error) from None

    def _connection(self) -> sqlite3.Connection:
        if self._shared is None:
            raise StoreError(f"{self._path}: the store is not open")
        try:
            return self._shared.get()
        except (OSError, sqlite3.Error) as error:
            raise self._error(error) from None

    def _prepare(self, connection: sqlite3.Connection) -> None:
        self._refuse_strangers(connection)
        _set_wal(connection, self._patience)
        if not self._pending(connection):
            return
        with self.transaction():
            # Another process may have been quicker.
            for version, script in self._pending(connection):
                for statement in _statements(script):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {version}")

    def _pending(self, connection: sqlite3.Connection) -> list[tuple[int, str]]:
        return pending(self._schema, _version(connection), f"{self._setting}: {self._path}")

    def _refuse_strangers(self, connection: sqlite3.Connection) -> None:
        # In this order: another process may be making the store's tables, and its mark with them.
        tables = connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
        [application] = connection.execute("PRAGMA application_id").fetchone()
        if tables and application != _APPLICATION:
            raise BadInput(f"{self._setting}: {self._path} is another program's database; name another place")

    def _unusable(self, error: OSError | sqlite3.Error) -> BadInput:
        reason = error.strerror if isinstance(error, OSError) else error
        return BadInput(
            f"{self._setting}: {self._path}: {reason}; name a place where igcrawl may create and write a file"
        )

    def _error(self, error: OSError | sqlite3.Error) -> StoreError:
        known = next((reason for begin, reason in _REASONS.items() if _name(error).startswith(begin)), None)
        said = error.strerror if isinstance(error, OSError) else error
        return StoreError(
            f"{self._path}: {(known or 'when that is fixed,').format(patience=self._patience)} {_ADVICE} ({said})"
        )


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _set_wal(connection: sqlite3.Connection, patience: float) -> None:
    """Switch to the write-ahead log; SQLite does not wait for another process that is just doing the same."""
    until = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
        except sqlite3.OperationalError as error:
            if not _name(error).startswith("SQLITE_BUSY") or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _name(error: OSError | sqlite3.Error) -> str:
    """Return SQLite's name for an error, "" for one that is not SQLite's."""
    return getattr(error, "sqlite_errorname", "")


def _statements(script: str) -> Iterator[str]:
    """Yield a script's statements; sqlite3's own executescript commits first."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
