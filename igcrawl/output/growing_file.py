"""A file that grows and has one writer: locked, appended to all or nothing, and known as this process left it."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from igcrawl.errors import BadInput
from igcrawl.output.own_part import write_all
from igcrawl.output.part_file import PartFile, remove_left
from igcrawl.output.place import FileFacts, name_aside


class GrowingFile:
    """A file of this process alone. Every method may raise `OSError`.

    Args:
        path: its real path.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        #: Whether it was made when it was taken.
        self.made = False
        #: As this process left it.
        self.facts: FileFacts | None = None
        self._file: BinaryIO | None = None

    def take(self) -> None:
        """Open and lock the file; what it holds is left as it is.

        Raises:
            BadInput: another process writes it, or it cannot be opened.
        """
        while self._file is None:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                remove_left(self.path)
                self.made = not self.path.exists()
                # Append mode: what others write meanwhile is not written over.
                file = self.path.open("a+b", buffering=0)
            except OSError as error:
                raise BadInput(f"output {self.path}: {error.strerror or error}") from None
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                file.close()
                taken = "another process writes it; give this one a file of its own, -O …"
                raise BadInput(f"{self.path}: {taken}") from None
            if FileFacts.of(self.path) == FileFacts.of(file.fileno()):
                self._file = file
            else:
                # A run that had nothing to write has just removed it.
                file.close()

    @property
    def is_open(self) -> bool:
        """True between `take` and `close`."""
        return self._file is not None

    @property
    def descriptor(self) -> int:
        """Its descriptor."""
        assert self._file is not None
        return self._file.fileno()

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return os.fstat(self.descriptor).st_size

    @property
    def was_touched(self) -> bool:
        """True if it is not as this process left it."""
        return FileFacts.of(self.descriptor) != self.facts

    @property
    def is_in_place(self) -> bool:
        """True if its path leads to it, as this process left it."""
        return FileFacts.of(self.path) == self.facts

    def append(self, data: bytes) -> None:
        """Write at the end, all or nothing."""
        before = self.size
        try:
            write_all(self.descriptor, data)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self.descriptor, before)
            raise
        self.facts = FileFacts.of(self.descriptor)

    def cut(self, length: int) -> None:
        """Cut the file to a length."""
        os.ftruncate(self.descriptor, length)
        self.facts = FileFacts.of(self.descriptor)

    def sync(self) -> None:
        """Bring to the disk what was written."""
        os.fsync(self.descriptor)
        self.facts = FileFacts.of(self.descriptor)

    def move_aside(self) -> tuple[BinaryIO, Path]:
        """Give the file another name, and take a new one in its place.

        Returns:
            The old one, which the caller closes, and its name now.
        """
        old, aside = self._file, name_aside(self.path)
        assert old is not None
        self.path.rename(aside)
        self._file = None
        self.take()
        return old, aside

    def write_in(self, part: PartFile) -> BinaryIO:
        """Go on in a file that is to take the place of this one, and return the old one, which the caller closes."""
        old, self._file = self._file, os.fdopen(os.dup(part.descriptor), "r+b", buffering=0)
        assert old is not None
        os.lseek(self.descriptor, 0, os.SEEK_END)
        return old

    def close(self, *, keep: bool) -> None:
        """Close the file. Does no harm twice.

        Args:
            keep: whether a file that was made, and is empty, stays.
        """
        file, self._file = self._file, None
        if file is None:
            return
        if self.made and not keep and not os.fstat(file.fileno()).st_size:
            with suppress(OSError):
                self.path.unlink(missing_ok=True)
        file.close()
