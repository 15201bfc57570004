"""Paths as the operator gives them.

Those of settings count from the project's folder, where `scrapy.cfg` is, wherever a command runs; those of the command
line count from the current folder.
"""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import Final

from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings
from scrapy.utils.conf import closest_scrapy_cfg

from igcrawl.errors import BadInput
from igcrawl.wording import did_you_mean, nearest

_COMMAND_LINE: Final = SETTINGS_PRIORITIES["cmdline"]
#: So many names of a folder are looked at for one that may be meant.
_MOST_NAMES: Final = 5000
_SQLITE: Final = "sqlite:///"


def expanded(path: str | Path, what: str = "") -> Path:
    """Return a path with the home folder in the place of ``~`` or ``~user``.

    Args:
        path: as it was given.
        what: it is, such as the name of a setting; "" where the path says it.

    Raises:
        BadInput: there is no such home folder, or no path has such a text.
    """
    said = f"{what}: {path}" if what else str(path)
    if "\0" in str(path):
        raise BadInput(f"{said}: a path cannot contain a NUL")
    try:
        return Path(path).expanduser()
    except RuntimeError:
        first = Path(path).parts[0]
        whose = f"no user {first[1:]!r} has a home folder here" if first != "~" else "your home folder is not known"
        raise BadInput(f"{said}: {whose}; give the full path") from None


def real_path(path: Path, said: str) -> Path:
    """Return the path to which another one leads by its links.

    Args:
        path: it need not be there.
        said: what messages call it.

    Raises:
        BadInput: the links lead in a circle.
    """
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        # Python tells a circle by the one or the other, as its version is.
        raise BadInput(f"{said}: its links lead in a circle") from None


def unreadable(path: str | Path, error: OSError) -> str:
    """Return why a file cannot be read; for one that is not there, which of its folder have a name like it."""
    told = error.strerror or str(error)
    if not isinstance(error, FileNotFoundError):
        return told
    wanted = Path(path).expanduser()
    try:
        with os.scandir(wanted.parent) as entries:
            names = [entry.name for entry in islice(entries, _MOST_NAMES) if not entry.name.startswith(".")]
    except OSError:
        return f"{told}: there is no folder {wanted.parent}"
    meant = did_you_mean(nearest(wanted.name, names)).rstrip()
    return f"{told}; {meant}" if meant else told


def project_folder() -> Path:
    """Return the project's folder; the current one where there is no project, or when that is it."""
    found = closest_scrapy_cfg()
    folder = Path(found).parent if found else Path()
    return Path() if folder.absolute() == Path.cwd() else folder.absolute()


def in_project(path: str | Path, what: str = "") -> Path:
    """Return a path that counts from the project's folder; what is not relative stays as it is.

    Args:
        path: as it was given.
        what: see `expanded`.

    Raises:
        BadInput: see `expanded`.
    """
    own = expanded(path, what)
    # To look for the project takes a dozen questions to the disk.
    return own if own.is_absolute() else project_folder() / own


def setting_path(settings: BaseSettings, name: str) -> str:
    """Return a setting that is a path, "" when it is not set.

    What the command line gives counts from the current folder, all else from the project's.
    """
    value = str(settings.get(name) or "")
    return str(in_project(value, name)) if value and not given_on_command_line(settings, name) else value


def store_in_project(url: str) -> str:
    """Return a store's address in which the file of an SQLite store counts from the project's folder."""
    return (
        f"{_SQLITE}{in_project(url.removeprefix(_SQLITE), 'IG_STORE')}"
        if url.startswith(_SQLITE) and url != _SQLITE
        else url
    )


def given_on_command_line(settings: BaseSettings, name: str) -> bool:
    """Return whether the command line gives a setting: its paths count from the current folder."""
    return (settings.getpriority(name) or 0) >= _COMMAND_LINE
