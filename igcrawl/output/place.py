"""Places of files: the machine, the real path, and what tells a file that was touched from one that was not."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, NamedTuple

_MACHINE_ID: Final = Path("/etc/machine-id")
_BLOCK: Final = 1 << 20


@cache
def machine() -> str:
    """Return what tells this machine from others: its host name and, where there is one, its machine id."""
    own = ""
    with suppress(OSError):
        own = _MACHINE_ID.read_text("ascii").strip()[:12]
    return f"{socket.gethostname()} {own}".strip()


class FileFacts(NamedTuple):
    """Facts that change when a file is written, replaced or moved: device, inode, length, and time of change in ns."""

    device: int
    inode: int
    length: int
    changed: int

    @classmethod
    def of(cls, file: int | Path) -> FileFacts | None:
        """Return the facts of a descriptor's or a path's file; None when there is none."""
        try:
            known = file.stat() if isinstance(file, Path) else os.fstat(file)
        except FileNotFoundError:
            return None
        return cls(known.st_dev, known.st_ino, known.st_size, known.st_mtime_ns)


def new_hash() -> Any:
    """Return a hash of a part of a file, still of nothing."""
    return blake2b(digest_size=16)


def hash_part(file: int, start: int, end: int) -> Any:
    """Return the hash of a part of a file, to be gone on with.

    Args:
        file: its descriptor.
        start: where the part begins.
        end: where it ends; a shorter file ends it.

    Raises:
        OSError: the file cannot be read.
    """
    known = new_hash()
    while start < end and (block := os.pread(file, min(_BLOCK, end - start), start)):
        known.update(block)
        start += len(block)
    return known


def name_aside(path: Path) -> Path:
    """Return a free name beside a file, for what somebody else has written under its name."""
    number = 1
    while (aside := path.with_name(f"{path.name}.aside-{number}")).exists():
        number += 1
    return aside
