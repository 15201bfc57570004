"""Session files: read only when nobody else can, written atomically, by one process at a time."""

from __future__ import annotations

import fcntl
import os
import shlex
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import orjson

from igcrawl.errors import BadInput
from igcrawl.paths import unreadable
from igcrawl.sessions.formats.kind import kind_of
from igcrawl.sessions.session import Session
from igcrawl.store.replace_file import remove_copies, replace_file

#: A file is written in a few milliseconds; who holds its folder for longer is stopped or no igcrawl.
_LONGEST_WAIT: Final = 0.5
_STEP: Final = 0.005


def load_session(path: Path) -> Session:
    """Read a session file that nobody else can read.

    Raises:
        BadInput: it is missing, open to others, no JSON object, or holds no session.
    """
    try:
        mode, content = _read(path)
    except OSError as error:
        raise BadInput(f"session file {path}: {unreadable(path, error)}") from None
    if mode & 0o077:
        raise BadInput(f"session file {path} can be read by others: chmod 600 {path}")
    return _parsed(content, path)


def load_own_session(path: Path) -> Session:
    """Read the session file of a run, whatever its mode: somebody may have changed it since the run began.

    Raises:
        BadInput: it is no JSON object, or holds no session.
        OSError: it cannot be read, so nobody knows whose it is.
    """
    return _parsed(_read(path)[1], path)


def _read(path: Path) -> tuple[int, bytes]:
    """Return a file's mode, and its content unless that must be imported first."""
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        raise BadInput(f"session file {path}: not a regular file, so refreshes could not be saved")
    content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    kind = kind_of(content)
    if kind is not None:
        raise BadInput(f"session file {path} is {kind}: scrapy session import {shlex.quote(str(path))}")
    return stat.S_IMODE(mode), content


def _parsed(content: bytes, path: Path) -> Session:
    try:
        settings = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise BadInput(
            f"session file {path}: not JSON; expected the settings that aiograpi or instagrapi dump; "
            f"what a browser or another program wrote: scrapy session import {shlex.quote(str(path))}"
        ) from None
    if not isinstance(settings, dict):
        raise BadInput(f"session file {path}: expected a JSON object")
    return Session(settings, f"session file {path}")


def save_session(session: Session, path: Path) -> None:
    """Write a session's file again, readable by its owner only; who writes it holds it (`alone`)."""
    # A link stays a link: the file behind it is replaced.
    replace_file(path.resolve(), session.dump(), 0o600)


def write_private(path: Path, content: bytes) -> None:
    """Replace a file that others may be about to write, atomically, with mode 0600."""
    with alone(path):
        replace_file(path, content, 0o600)


@contextmanager
def alone(path: Path) -> Iterator[bool]:
    """Hold the folder of a session's file, so that no other process of igcrawl writes there.

    Yields:
        Whether it is held: some file systems have no locks, and a process may be stopped while it holds one.
    """
    try:
        folder = os.open(path.resolve().parent, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        yield False
        return
    try:
        yield _is_locked(folder)
    finally:
        os.close(folder)


def _is_locked(folder: int) -> bool:
    end = time.monotonic() + _LONGEST_WAIT
    while True:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                return False
            time.sleep(_STEP)
        except OSError:
            return False
        else:
            return True


def remove_leftovers(path: Path) -> None:
    """Remove copies that processes killed in the middle of writing left beside a session's file."""
    with alone(path) as held:
        if held:
            try:
                remove_copies(path.resolve().parent)
            except OSError:
                # A folder that cannot be written has none of ours.
                return
