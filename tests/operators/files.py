"""What may become of an output's file, beside what `tests.output.others` does to it."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.operators.place import Place


def saved_by_a_spreadsheet(path: Path, place: Place) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


def packed_in_place(path: Path, place: Place) -> None:
    other = path.with_name(f"{path.name}.gz")
    if not other.exists():
        other.write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()


def moved_behind_a_link(path: Path, place: Place) -> None:
    elsewhere = path.with_name("elsewhere")
    elsewhere.mkdir(exist_ok=True)
    target = elsewhere / f"{place.chance.randrange(10**6)}-{path.name}"
    shutil.move(path.resolve(), target)
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def made_a_link_to_nowhere(path: Path, place: Place) -> None:
    path.unlink()
    path.symlink_to(f"nowhere-{place.chance.randrange(10**6)}")


def linked_twice(path: Path, place: Place) -> None:
    os.link(path.resolve(), path.with_name(f"twin-{place.chance.randrange(10**6)}"))


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


def emptied(path: Path, place: Place) -> None:
    path.write_bytes(b"")


def doubled(path: Path, place: Place) -> None:
    path.write_bytes(path.read_bytes() * 2)


def sorted_by_line(path: Path, place: Place) -> None:
    path.write_bytes(b"".join(sorted(path.read_bytes().splitlines(keepends=True))))


def _away(path: Path, place: Place) -> None:
    path.rename(path.with_name(f"moved-{place.chance.randrange(10**6)}"))


def _with_mode(path: Path, place: Place, mode: int) -> None:
    file = path.resolve()
    file.chmod(mode)
    place.undo.append(lambda: file.chmod(0o644) if file.is_file() else None)


CHANGES: Final[tuple[Callable[[Path, Place], None], ...]] = (
    *(saved_by_a_spreadsheet, packed_in_place, moved_behind_a_link, made_a_link_to_nowhere, linked_twice),
    *(made_a_folder, made_a_link_to_the_session, made_a_circle_of_links, made_read_only, made_unreadable),
    *(emptied, doubled, sorted_by_line),
)
