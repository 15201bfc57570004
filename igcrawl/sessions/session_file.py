"""Session files: read only when nobody else can, written atomically."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import orjson

from igcrawl.errors import BadInput
from igcrawl.sessions.session import Session


def load_session(path: Path) -> Session:
    """Read a session file.

    Raises:
        BadInput: it is missing, open to others, no JSON object, or holds no session.
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise BadInput(f"session file {path}: not a regular file, so refreshes could not be saved")
        content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise BadInput(f"session file {path}: {error.strerror or error}") from None
    if stat.S_IMODE(mode) & 0o077:
        raise BadInput(f"session file {path} can be read by others: chmod 600 {path}")
    try:
        settings = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise BadInput(
            f"session file {path}: not JSON; expected the settings that aiograpi or instagrapi dump"
        ) from None
    if not isinstance(settings, dict):
        raise BadInput(f"session file {path}: expected a JSON object")
    return Session(settings, f"session file {path}")


def save_session(session: Session, path: Path) -> None:
    """Write a session's file again, readable by its owner only."""
    # A link stays a link: the file behind it is replaced.
    write_private(path.resolve(), session.dump())


def write_private(path: Path, content: bytes) -> None:
    """Replace a file atomically, with mode 0600: a reader sees the old content or the new, never a part."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
