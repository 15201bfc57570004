"""Locks of the worker processes on one machine: each locks its own file, and the kernel frees those of the dead."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from igcrawl.errors import StoreError


class WorkerLocks:
    """The workers of a store.

    Every method may raise `StoreError`.

    Args:
        folder: holds a file a worker, named by its number; made when the first one enters.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own: tuple[Path, int] | None = None

    def enter(self, number: int) -> None:
        """Be alive under a number that nobody ever had, and clear away what the dead left."""
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            for path in self._folder.iterdir():
                if path.name.isdecimal():
                    _remove_if_dead(path)
            path = self._folder / str(number)
            self._own = path, _lock_new(path)
        except OSError as error:
            raise self._error(error) from None

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
        path, file = self._own
        self._own = None
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise self._error(error) from None
        finally:
            os.close(file)

    def _error(self, error: OSError) -> StoreError:
        reason = error.strerror or error
        return StoreError(f"{self._folder}: {reason}; when that is mended, the same command goes on")


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
