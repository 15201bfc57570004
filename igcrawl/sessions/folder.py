"""The folder `sessions/`: one file a session, named by its operator, for its owner's eyes only."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Final

from igcrawl.errors import BadInput
from igcrawl.paths import in_project, real_path
from igcrawl.sessions.session import Session
from igcrawl.sessions.session_file import load_session, write_private

_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")


def session_folder() -> Path:
    """Return the folder, which is in the project's."""
    return in_project("sessions")


def is_name(text: str) -> bool:
    """Return whether a session may be called so: letters, digits, dot, dash, underscore."""
    return _NAME.fullmatch(text) is not None and not text.endswith(".json")


def check_name(name: str) -> str:
    """Return a session's name.

    Raises:
        BadInput: no session may be called so.
    """
    if not is_name(name):
        raise BadInput("a session's name: letters, digits, dot, dash and underscore, at most 64, not ending in .json")
    return name


def path_of(name: str, folder: Path | None = None) -> Path:
    """Return where a session of this name is kept."""
    return (folder or session_folder()) / f"{name}.json"


def names(folder: Path | None = None) -> list[str]:
    """Return the names of the sessions there are."""
    folder = folder or session_folder()
    files = sorted(folder.glob("*.json")) if folder.is_dir() else []
    return [path.stem for path in files if is_name(path.stem)]


def owners(folder: Path | None = None) -> dict[str, str]:
    """Return the name of each account's session, by the account's id; files that cannot be read are passed over."""
    found: dict[str, str] = {}
    for name in names(folder):
        try:
            found.setdefault(load_session(path_of(name, folder)).ds_user_id, name)
        except BadInput:
            continue
    return found


def put(name: str, session: Session, folder: Path | None = None) -> Path:
    """Write a session's file, atomically, mode 0600, and return its path.

    Raises:
        BadInput: the folder is open to others, or cannot be written.
    """
    folder = folder or session_folder()
    path = path_of(check_name(name), folder)
    check_folder(folder)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(real_path(path, str(path)), session.dump())
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from None
    return path


def check_folder(folder: Path | None = None) -> None:
    """Refuse a folder in which others could read or replace a session.

    Raises:
        BadInput: it is open to others, or no folder.
    """
    folder = folder or session_folder()
    try:
        mode = folder.stat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise BadInput(f"{folder}: {error.strerror or error}") from None
    if not stat.S_ISDIR(mode):
        raise BadInput(f"{folder} is no folder: sessions are kept in one of this name")
    if stat.S_IMODE(mode) & 0o077:
        raise BadInput(f"folder {folder} is open to others: chmod 700 {folder}")
