"""Writers of records in a format; each takes their JSON lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import IO, Protocol

from igcrawl.analysis.table_values import read_lines, to_json_text
from igcrawl.items.columns import Column, ColumnKind


class RecordWriter(Protocol):
    """A writer of records to a file that is open."""

    def write(self, lines: Sequence[bytes]) -> None:
        """Write records, each a JSON line without its end."""

    def close(self) -> None:
        """Write what is left; the file stays open."""

    def abandon(self) -> None:
        """Let go of the file, whose content counts for nothing."""

    @property
    def notes(self) -> list[str]:
        """What could not be written as it is, a line each."""


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


class CsvWriter:
    """Writes CSV as a feed does, but for lists and objects, which are JSON.

    Args:
        file: where to.
        columns: of the type of record.
    """

    def __init__(self, file: IO[bytes], columns: Sequence[Column]) -> None:
        self._file = file
        self._columns = columns
        self._names = {column.name for column in columns}
        self._unknown: dict[str, None] = {}
        self._begun = False

    def write(self, lines: Sequence[bytes]) -> None:
        """See `RecordWriter.write`."""
        text = io.StringIO(newline="")
        rows = csv.writer(text)
        if not self._begun:
            rows.writerow([column.name for column in self._columns])
            self._begun = True
        columns = [(column.name, column.kind is ColumnKind.JSON) for column in self._columns]
        for record in read_lines(lines):
            if not record.keys() <= self._names:
                self._unknown |= dict.fromkeys(name for name in record if name not in self._names)
            values = [(record.get(name), nested) for name, nested in columns]
            rows.writerow([_cell(value, nested=nested) for value, nested in values])
        self._file.write(text.getvalue().encode("utf-8", "replace"))

    def close(self) -> None:
        """See `RecordWriter.close`."""
        if not self._begun:
            self.write([])

    def abandon(self) -> None:
        """See `RecordWriter.abandon`."""

    @property
    def notes(self) -> list[str]:
        """See `RecordWriter.notes`."""
        return unknown_fields(self._unknown)


def unknown_fields(names: Sequence[str] | dict[str, None]) -> list[str]:
    """Return a note about fields of records that no column is for."""
    return [f"fields that are no columns were left out: {', '.join(names)}"] if names else []


def _cell(value: object, *, nested: bool) -> object:
    if value is None:
        return None
    return to_json_text(value) if nested or isinstance(value, list | dict) else value
