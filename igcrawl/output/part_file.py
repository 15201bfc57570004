"""A file that is written beside another one and takes its place when it is whole."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import Final

from igcrawl.output.own_part import copy_part, write_all
from igcrawl.output.place import new_hash

_SUFFIX: Final = ".part"
_MODE: Final = 0o666


class PartFile:
    """A file that is still being written.

    Args:
        path: whose place it is to take.
    """

    def __init__(self, path: Path) -> None:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=_prefix(path), suffix=_SUFFIX)
        self._path, self._temporary, self.descriptor = path, Path(name), handle
        self._hash = new_hash()
        self.length = 0
        # Tells it from one that a killed run has left.
        fcntl.flock(handle, fcntl.LOCK_EX)
        os.fchmod(handle, path.stat().st_mode & 0o777 if path.exists() else _MODE & ~_umask())

    def copy(self, source: int, end: int) -> None:
        """Copy the beginning of a file; it does not count to the hash."""
        copy_part(source, self.descriptor, end)
        self.length += end

    def write(self, data: bytes) -> None:
        """Write on."""
        write_all(self.descriptor, data)
        self._hash.update(data)
        self.length += len(data)

    @property
    def hash(self) -> str:
        """Hash of what was written."""
        return str(self._hash.hexdigest())

    def sync(self) -> None:
        """Bring to the disk what was written."""
        os.fsync(self.descriptor)

    def take_place(self) -> None:
        """Take the other file's place, and bring that to the disk, too."""
        self._temporary.rename(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def discard(self) -> None:
        """Close the file, and remove it unless it has taken the other one's place."""
        os.close(self.descriptor)
        self._temporary.unlink(missing_ok=True)


@contextmanager
def part_of(path: Path) -> Iterator[PartFile]:
    """Give a file that is to take another one's place; one that a killed run has left is removed.

    Raises:
        OSError: it cannot be made, or written within.
    """
    remove_left(path)
    part = PartFile(path)
    try:
        yield part
    finally:
        part.discard()


def remove_left(path: Path) -> None:
    """Remove what killed runs have left beside a file."""
    for left in path.parent.glob(f"{_prefix(path)}????????{_SUFFIX}"):
        with suppress(OSError), left.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()


def _prefix(path: Path) -> str:
    """Return the beginning of the names of a file's parts: as short for a long name as for another."""
    return f".igcrawl-{blake2b(path.name.encode('utf-8', 'surrogateescape'), digest_size=6).hexdigest()}-"


def _umask() -> int:
    own = os.umask(0o077)
    os.umask(own)
    return own
