"""Session files: read only when nobody else can, written atomically."""

from __future__ import annotations

import stat
from pathlib import Path

import orjson

from igcrawl.errors import BadInput
from igcrawl.sessions.session import Session
from igcrawl.store.replace_file import replace_file


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
    """Replace a file atomically, with mode 0600."""
    replace_file(path, content, 0o600)
