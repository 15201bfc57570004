"""The project's folder, where `scrapy.cfg` is: relative paths of settings count from there, wherever a command runs."""

from __future__ import annotations

from pathlib import Path

from scrapy.utils.conf import closest_scrapy_cfg


def project_folder() -> Path:
    """Return the project's folder; the current one where there is no project, or when that is it."""
    found = closest_scrapy_cfg()
    folder = Path(found).parent if found else Path()
    return Path() if folder.absolute() == Path.cwd() else folder.absolute()


def in_project(path: str | Path) -> Path:
    """Return a path of a setting, or a default; what is not relative stays as it is."""
    return project_folder() / Path(path).expanduser()
