"""Writer of CSV that a spreadsheet opens by a double click, and shows as it is."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import IO, Final

from igcrawl.analysis.formats.cells import Cell, Cells
from igcrawl.analysis.formats.excel_cells import CellText
from igcrawl.analysis.formats.table_values import read_lines
from igcrawl.items.columns import Column

#: Values of `--separator`, and what they mean.
SEPARATORS: Final = {"comma": ",", "semicolon": ";", "tab": "\t"}


class ExcelCsvWriter:
    """Writes CSV for spreadsheets.

    Args:
        file: where to.
        type_: of the records.
        columns: of this type.
        separator: one of those in `SEPARATORS`. Where it is a semicolon, numbers have a decimal comma.
    """

    def __init__(self, file: IO[bytes], type_: str, columns: Sequence[Column], separator: str = ",") -> None:
        self._file = file
        self._cells = Cells(type_, columns, "csv without --for, parquet or duckdb")
        self._separator = separator
        self._text = CellText(separator).cell
        file.write(codecs.BOM_UTF8)
        self._write([[column.name for column in columns]])

    def write(self, lines: Sequence[bytes]) -> None:
        """See `RecordWriter.write`."""
        self._write([self._row(self._cells.row(record, self._text)) for record, _ in read_lines(lines)])

    def close(self) -> None:
        """See `RecordWriter.close`."""

    def abandon(self) -> None:
        """See `RecordWriter.abandon`."""

    @property
    def notes(self) -> list[str]:
        """See `RecordWriter.notes`."""
        return self._cells.notes

    def _write(self, rows: Sequence[Sequence[str]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self._separator).writerows(rows)
        self._file.write(text.getvalue().encode())

    def _row(self, cells: Sequence[Cell]) -> list[str]:
        return [cell if type(cell) is str else self._shown(cell) for cell in cells]

    def _shown(self, cell: Cell) -> str:
        if cell is None:
            return ""
        if isinstance(cell, bool):
            return str(cell).upper()
        if isinstance(cell, datetime):
            return f"{cell:%Y-%m-%d %H:%M:%S}"
        return str(cell).replace(".", ",") if self._separator == ";" else str(cell)
