"""Writer of JSON lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO


class JsonLinesWriter:
    """Writes JSON lines as they are."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.notes: list[str] = []

    def write(self, lines: Sequence[bytes]) -> None:
        """See `RecordWriter.write`."""
        if lines:
            self._file.write(b"\n".join(lines) + b"\n")

    def close(self) -> None:
        """See `RecordWriter.close`."""

    def abandon(self) -> None:
        """See `RecordWriter.abandon`."""
