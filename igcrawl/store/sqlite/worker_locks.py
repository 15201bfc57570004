"""Locks of the workers on one machine: each has a file that its process locks, and the kernel frees those of the dead.

Workers of one process share a lock: their files are links to one. So a process holds one descriptor for each store.
"""

from __future__ import annotations

import fcntl
import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from igcrawl.errors import StoreError


class WorkerLocks:
    """The workers of a store.

    Every method may raise `StoreError`.

    Args:
        folder: holds a file a worker, named by its number; made when the first one enters.
    """

    #: Locked files by process (a forked one has locks of its own) and descriptor, with the names that lead to each.
    _locked: ClassVar[dict[tuple[int, int], set[Path]]] = {}
    _changing: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own: tuple[Path, tuple[int, int]] | None = None

    def enter(self, number: int) -> None:
        """Be alive under a number that nobody ever had, and clear away what the dead left."""
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            for path in self._folder.iterdir():
                if path.name.isdecimal():
                    _remove_if_dead(path)
            path = self._folder / str(number)
            with self._changing:
                file = self._link(path)
                if file is None:
                    file = _lock_new(path)
                key = os.getpid(), file
                self._locked.setdefault(key, set()).add(path)
            self._own = path, key
        except OSError as error:
            raise self._error(error) from None

    def _link(self, path: Path) -> int | None:
        """Give a file that this process has locked one more name; None where there is none, or no links."""
        for (process, file), names in self._locked.items():
            name = next(iter(names))
            if process == os.getpid() and name.parent == path.parent:
                with suppress(OSError):
                    os.link(name, path)
                    if _is_at(file, path):
                        return file
        return None

    def alive(self, number: int) -> bool:
        """Return whether a worker lives, this one included."""
        try:
            file = os.open(self._folder / str(number), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise self._error(error) from None
        try:
            # Shared: two that look at once do not take each other for the worker.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError as error:
            raise self._error(error) from None
        finally:
            os.close(file)
        return False

    def leave(self) -> None:
        """Be dead. Does no harm twice."""
        if self._own is None:
            return
        path, key = self._own
        self._own = None
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise self._error(error) from None
        finally:
            with self._changing:
                names = self._locked[key]
                names.discard(path)
                if not names:
                    del self._locked[key]
                    os.close(key[1])

    def _error(self, error: OSError) -> StoreError:
        reason = error.strerror or error
        return StoreError(f"{self._folder}: {reason}; when that is fixed, the same command continues")


def _lock_new(path: Path) -> int:
    """Make and lock a file; somebody who clears away may take it for a dead worker's before it is locked."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _is_at(file, path):
                return file
        except BaseException:
            os.close(file)
            raise
        os.close(file)


def _remove_if_dead(path: Path) -> None:
    """Remove a file whose lock is free, under that lock: its name may belong to a living worker a moment later."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is_at(file, path):
            path.unlink()
    except BlockingIOError:
        return
    finally:
        os.close(file)


def _is_at(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False
