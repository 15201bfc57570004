"""What becomes of an output's file and must be undone, or changes its name; for all else see `tests.output.others`."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.operators.place import Place


def packed_in_place(path: Path, place: Place) -> None:
    other = path.with_name(f"{path.name}.gz")
    if not other.exists():
        other.write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()


def made_a_folder(path: Path, place: Place) -> None:
    _away(path, place)
    path.mkdir()
    place.undo.append(path.rmdir)


def made_a_link_to_the_session(path: Path, place: Place) -> None:
    _away(path, place)
    path.symlink_to("session.json")
    place.undo.append(path.unlink)


def made_a_circle_of_links(path: Path, place: Place) -> None:
    _away(path, place)
    path.symlink_to(path.name)
    place.undo.append(path.unlink)


def made_read_only(path: Path, place: Place) -> None:
    _with_mode(path, place, 0o444)


def made_unreadable(path: Path, place: Place) -> None:
    _with_mode(path, place, 0)


def _away(path: Path, place: Place) -> None:
    path.rename(path.with_name(f"moved-{place.chance.randrange(10**6)}"))


def _with_mode(path: Path, place: Place, mode: int) -> None:
    file = path.resolve()
    file.chmod(mode)
    place.undo.append(lambda: file.chmod(0o644) if file.is_file() else None)


CHANGES: Final[tuple[Callable[[Path, Place], None], ...]] = (
    packed_in_place,
    made_a_folder,
    made_a_link_to_the_session,
    made_a_circle_of_links,
    made_read_only,
    made_unreadable,
)
