"""The project's folder, where `scrapy.cfg` is: relative paths of settings count from there, wherever a command runs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings
from scrapy.utils.conf import closest_scrapy_cfg

_COMMAND_LINE: Final = SETTINGS_PRIORITIES["cmdline"]
_SQLITE: Final = "sqlite:///"


def project_folder() -> Path:
    """Return the project's folder; the current one where there is no project, or when that is it."""
    found = closest_scrapy_cfg()
    folder = Path(found).parent if found else Path()
    return Path() if folder.absolute() == Path.cwd() else folder.absolute()


def in_project(path: str | Path) -> Path:
    """Return a path of a setting, or a default; what is not relative stays as it is."""
    return project_folder() / Path(path).expanduser()


def setting_path(settings: BaseSettings, name: str) -> str:
    """Return a setting that is a path, "" when it is not set.

    What the command line gives counts from the current folder, all else from the project's.
    """
    value = str(settings.get(name) or "")
    return str(in_project(value)) if value and not given_on_command_line(settings, name) else value


def store_in_project(url: str) -> str:
    """Return a store's address in which the file of an SQLite store counts from the project's folder."""
    return f"{_SQLITE}{in_project(url.removeprefix(_SQLITE))}" if url.startswith(_SQLITE) and url != _SQLITE else url


def given_on_command_line(settings: BaseSettings, name: str) -> bool:
    """Return whether the command line gives a setting: its paths count from the current folder."""
    return (settings.getpriority(name) or 0) >= _COMMAND_LINE
