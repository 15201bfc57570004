"""Writer of CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import IO, Any

from igcrawl.analysis.formats.record_writer import UnknownFields
from igcrawl.analysis.formats.table_values import is_json, read_lines, to_json_text
from igcrawl.items.columns import Column


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
        self._has_json = any(map(is_json, columns))
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


def _cell(column: Column, value: object) -> object:
    if value is None:
        return None
    return to_json_text(value) if is_json(column) or isinstance(value, list | dict) else value
