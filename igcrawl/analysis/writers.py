"""Writers of records in a format; each takes their JSON lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import IO, Any, Protocol

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
        self._names = [column.name for column in columns]
        self._fields = UnknownFields(columns)
        self._has_json = any(column.kind is ColumnKind.JSON for column in columns)
        self._begun = False

    def write(self, lines: Sequence[bytes]) -> None:
        """See `RecordWriter.write`."""
        text = io.StringIO(newline="")
        rows = csv.writer(text)
        if not self._begun:
            rows.writerow(self._names)
            self._begun = True
        rows.writerows(map(self._row, read_lines(lines)))
        self._file.write(text.getvalue().encode("utf-8", "replace"))

    def _row(self, read: tuple[dict[str, Any], bool]) -> Iterable[object]:
        record, nested = read
        self._fields.see(record)
        if nested or self._has_json:
            return [_cell(column, record.get(column.name)) for column in self._columns]
        return map(record.get, self._names)

    def close(self) -> None:
        """See `RecordWriter.close`."""
        if not self._begun:
            self.write([])

    def abandon(self) -> None:
        """See `RecordWriter.abandon`."""

    @property
    def notes(self) -> list[str]:
        """See `RecordWriter.notes`."""
        return self._fields.notes


class UnknownFields:
    """Fields of records that no column is for.

    Args:
        columns: of the type of record.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self._known = {column.name for column in columns}
        self._unknown: dict[str, None] = {}

    def see(self, record: dict[str, Any]) -> None:
        """Remember the fields of a record that are no columns."""
        if not record.keys() <= self._known:
            self._unknown |= dict.fromkeys(name for name in record if name not in self._known)

    @property
    def notes(self) -> list[str]:
        """What must be said of them."""
        return [f"fields that are no columns were left out: {', '.join(self._unknown)}"] if self._unknown else []


def _cell(column: Column, value: object) -> object:
    if value is None:
        return None
    return to_json_text(value) if column.kind is ColumnKind.JSON or isinstance(value, list | dict) else value
