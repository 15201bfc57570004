"""A process's connection to a store's file: all stores of that file in one thread share it.

When a process closes any descriptor of a file, it loses all locks that it has on that file, SQLite's too. Another
process would then delete the write-ahead log under living connections, and what they commit would be lost. So nobody
but SQLite opens a store's file, except to make it.
"""

from __future__ import annotations

import errno
import os
import resource
import sqlite3
import threading
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import ClassVar, Final, NamedTuple
from weakref import WeakValueDictionary

#: Seconds that a process waits for another's transaction; the longest begins a crawl of millions of walks.
PATIENCE: Final = 60.0
#: An open connection has three descriptors: the file, its write-ahead log, and that log's index. A third of those that
#: the process may have are for them.
_SHARE: Final = 3 * 3
_AT_LEAST: Final = 8

_making = threading.Lock()
_clock = count()


class _Key(NamedTuple):
    """The user of a connection, and the file to which it leads by whatever path."""

    process: int
    thread: int
    device: int
    inode: int


class SharedConnection:
    """A connection to a file, of use in the thread that took it.

    A process that has very many files open closes those that it used longest ago; they are opened again when they are
    needed.

    Args:
        path: the file, which is there.
        key: tells it from others.
        patience: seconds that it waits for another's transaction.
    """

    _known: ClassVar[WeakValueDictionary[_Key, SharedConnection]] = WeakValueDictionary()

    def __init__(self, path: Path, key: _Key, patience: float) -> None:
        self._path = path
        self._key = key
        self._patience = patience
        self._users = 0
        self._used = 0
        self._opened: sqlite3.Connection | None = None

    @classmethod
    def take(cls, path: Path, patience: float) -> SharedConnection:
        """Return the connection to a file, which is made if it is missing. Whoever takes it gives it back.

        Args:
            path: the file.
            patience: seconds that it waits for another's transaction.

        Raises:
            OSError: the file cannot be made.
            sqlite3.Error: it cannot be opened.
        """
        path = path.resolve()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # One after another: no other thread may have a lock on the file when it is closed here.
        with _making, suppress(FileExistsError):
            # SQLite would make it readable for all; its -wal and -shm are made with the file's mode.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        key = _key_of(path)
        shared = cls._known.get(key)
        if shared is None or not shared._is_there():
            shared = cls(path, key, patience)
            shared.get()
            cls._known[key] = shared
        shared._users += 1
        return shared

    def get(self) -> sqlite3.Connection:
        """Return the connection, open.

        Raises:
            OSError: the file is gone.
            sqlite3.Error: it cannot be opened.
        """
        self._used = next(_clock)
        if self._opened is None:
            if not self._is_there():
                raise OSError(errno.ESTALE, "the file is gone")
            self._make_room()
            self._opened = _connect(self._path, self._patience)
        return self._opened

    def check(self) -> None:
        """Refuse to go on in a file that somebody has removed or replaced: what is written there is lost.

        Raises:
            OSError: the path does not lead to it any more.
        """
        if not self._is_there():
            raise OSError(errno.ESTALE, "the file was removed or replaced")

    def give_back(self) -> None:
        """Close the connection, unless another store uses it."""
        self._users -= 1
        if not self._users:
            if self._known.get(self._key) is self:
                del self._known[self._key]
            self._close()

    def _is_there(self) -> bool:
        """Return whether the path still leads to the file; a number of a file that is gone is given to another."""
        try:
            return _key_of(self._path) == self._key
        except OSError:
            return False

    def _close(self) -> None:
        connection, self._opened = self._opened, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()

    def _make_room(self) -> None:
        """Close the connection of this thread that was used longest ago, if there are too many."""
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        idle = [
            each
            for each in list(self._known.values())
            if each._key[:2] == self._key[:2] and each._opened is not None and not each._opened.in_transaction
        ]
        if soft != resource.RLIM_INFINITY and len(idle) >= max(soft // _SHARE, _AT_LEAST):
            min(idle, key=lambda each: each._used)._close()


def _key_of(path: Path) -> _Key:
    status = path.stat()
    return _Key(os.getpid(), threading.get_ident(), status.st_dev, status.st_ino)


def _connect(path: Path, patience: float) -> sqlite3.Connection:
    # Read and write, never make: the file that was there may be gone.
    connection = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=patience, isolation_level=None)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = FULL")
        # Children fall all over the index of seeds: a log of 16 MB gathers what changes on a page before it is written.
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
    except BaseException:
        connection.close()
        raise
    return connection
