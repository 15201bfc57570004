"""Writer of CSV that a spreadsheet opens by a double click, and shows as it is."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import IO, Any, Final

from igcrawl.analysis.formats.cells import Cells
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
        written = _WRITTEN | ({float: _with_decimal_comma} if separator == ";" else {})
        instead = "csv without --for, parquet or duckdb"
        self._cells = Cells(type_, columns, instead, CellText(separator).cell, written)
        self._file = file
        self._separator = separator
        file.write(codecs.BOM_UTF8)
        self._write([[column.name for column in columns]])

    def write(self, lines: Sequence[bytes]) -> None:
        """See `RecordWriter.write`."""
        self._write([self._cells.row(record) for record, _ in read_lines(lines)])

    def close(self) -> None:
        """See `RecordWriter.close`."""

    def abandon(self) -> None:
        """See `RecordWriter.abandon`."""

    @property
    def notes(self) -> list[str]:
        """See `RecordWriter.notes`."""
        return self._cells.notes

    def _write(self, rows: Sequence[Sequence[str | None]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self._separator).writerows(rows)
        self._file.write(text.getvalue().encode())


def _time(time: datetime) -> str:
    return time.isoformat(" ", "seconds").removesuffix("+00:00")


def _flag(flag: bool) -> str:
    return "TRUE" if flag else "FALSE"


def _with_decimal_comma(number: float) -> str:
    return str(number).replace(".", ",")


_WRITTEN: Final[dict[type, Callable[[Any], str]]] = {str: str, int: str, float: str, bool: _flag, datetime: _time}
