"""What others do to a file while nobody looks; what they write into it is marked, so that it can be found again."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol


class Ground(Protocol):
    """Where others are at work."""

    chance: random.Random
    #: Marks of what they wrote.
    foreign: list[str]


def removed(path: Path, ground: Ground) -> None:
    path.unlink()


def renamed(path: Path, ground: Ground) -> None:
    path.rename(path.with_name(f"moved-{ground.chance.randrange(10**6)}"))


def cut(path: Path, ground: Ground) -> None:
    size = path.stat().st_size
    os.truncate(path, ground.chance.randrange(size + 1))


def replaced(path: Path, ground: Ground) -> None:
    path.unlink()
    path.write_text(mark(ground, "foreign text\n"))


def written_over(path: Path, ground: Ground) -> None:
    path.write_text(mark(ground, "foreign text in its place\n"))


def edited(path: Path, ground: Ground) -> None:
    data = bytearray(path.read_bytes())
    if data:
        at = ground.chance.randrange(len(data))
        data[at] ^= 1
        path.write_bytes(data)


def appended(path: Path, ground: Ground) -> None:
    line = f'{{"type":"other","username":"foreign{ground.chance.randrange(10**9)}"}}\n'
    with path.open("a") as file:
        file.write(mark(ground, line))


def prepended(path: Path, ground: Ground) -> None:
    line = f'{{"type":"other","username":"foreign{ground.chance.randrange(10**9)}"}}\n'
    path.write_bytes(mark(ground, line).encode() + path.read_bytes())


def touched(path: Path, ground: Ground) -> None:
    os.utime(path, ns=(1, 1))


def copied(path: Path, ground: Ground) -> None:
    data = path.read_bytes()
    path.unlink()
    path.write_bytes(data)


def saved_by_a_spreadsheet(path: Path, ground: Ground) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


def moved_behind_a_link(path: Path, ground: Ground) -> None:
    elsewhere = path.with_name("elsewhere")
    elsewhere.mkdir(exist_ok=True)
    target = elsewhere / f"{ground.chance.randrange(10**6)}-{path.name}"
    shutil.move(path.resolve(), target)
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def made_a_link_to_nowhere(path: Path, ground: Ground) -> None:
    path.unlink()
    path.symlink_to(f"nowhere-{ground.chance.randrange(10**6)}")


def linked_twice(path: Path, ground: Ground) -> None:
    os.link(path.resolve(), path.with_name(f"twin-{ground.chance.randrange(10**6)}"))


def emptied(path: Path, ground: Ground) -> None:
    path.write_bytes(b"")


def doubled(path: Path, ground: Ground) -> None:
    path.write_bytes(path.read_bytes() * 2)


def sorted_by_line(path: Path, ground: Ground) -> None:
    path.write_bytes(b"".join(sorted(path.read_bytes().splitlines(keepends=True))))


def mark(ground: Ground, text: str) -> str:
    """Return a text with a mark of its own in the place of ``foreign``, and remember that."""
    mark = f"foreign{ground.chance.randrange(10**12)}"
    text = text.replace("foreign", mark, 1)
    ground.foreign.append(mark)
    return text


OTHERS: list[Callable[[Path, Ground], None]] = [
    removed,
    renamed,
    cut,
    replaced,
    written_over,
    edited,
    appended,
    prepended,
    touched,
    copied,
    saved_by_a_spreadsheet,
    moved_behind_a_link,
    made_a_link_to_nowhere,
    linked_twice,
    emptied,
    doubled,
    sorted_by_line,
]
#: A batch is known by where its file is: what becomes later of a link that led there is not looked at.
LINKS: Final = (moved_behind_a_link, made_a_link_to_nowhere)
