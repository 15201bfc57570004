"""Writer of XLSX, a sheet for each type of record, by xlsxwriter: the extra `igcrawl[analysis]`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Final

from igcrawl.analysis.formats.cells import Cells
from igcrawl.analysis.formats.table_values import read_lines
from igcrawl.analysis.formats.text_limits import fit_for_cell
from igcrawl.items.columns import Column

#: What the name of a sheet may not hold, and how long it may be.
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME: Final = 31
_WIDTH: Final = 18


class XlsxBook:
    """A workbook. Its rows wait in temporary files, not in memory.

    Args:
        file: where to.
        beside: a folder for the temporary files.
    """

    def __init__(self, file: IO[bytes], beside: Path) -> None:
        import xlsxwriter  # noqa: PLC0415 - an extra

        self._folder = TemporaryDirectory(dir=beside, prefix=".xlsx.", ignore_cleanup_errors=True)
        options = {"constant_memory": True, "tmpdir": self._folder.name, "remove_timezone": True}
        self._book: Any = xlsxwriter.Workbook(file, options)
        self._head = self._book.add_format({"bold": True})
        self._time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})

    def table(self, type_: str, columns: Sequence[Column]) -> XlsxSheet:
        """Return the writer of a new sheet."""
        sheet = self._book.add_worksheet(_NOT_IN_NAMES.sub("_", type_)[:_LONGEST_NAME])
        return XlsxSheet(sheet, type_, columns, self._head, self._time)

    def close(self) -> None:
        """Write the file."""
        from xlsxwriter.exceptions import XlsxWriterException  # noqa: PLC0415 - an extra

        try:
            self._book.close()
        except XlsxWriterException as error:
            raise OSError(str(error)) from None
        self._folder.cleanup()

    def abandon(self) -> None:
        """Let go of the file."""
        for sheet in self._book.worksheets():
            sheet.row_data_fh.close()
        # It writes its end when it is collected, whatever has become of the file.
        self._book.fileclosed = True
        self._folder.cleanup()


class XlsxSheet:
    """Writes the records of a type to a sheet of their own.

    Args:
        sheet: a new one of xlsxwriter's.
        type_: of the records.
        columns: of this type.
        head: the format of the first row.
        time: the format of times.
    """

    def __init__(self, sheet: Any, type_: str, columns: Sequence[Column], head: Any, time: Any) -> None:
        self._sheet = sheet
        self._columns = columns
        self._cells = Cells(type_, columns, "csv, parquet or duckdb")
        self._time = time
        self._last = 0
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(columns) - 1, _WIDTH)
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column.name, head)

    def write(self, lines: Sequence[bytes]) -> None:
        """See `RecordWriter.write`."""
        for record, _ in read_lines(lines):
            cells = self._cells.row(record)
            self._last += 1
            for place, cell in enumerate(cells):
                if isinstance(cell, str):
                    text = self._cells.cut(self._columns[place], fit_for_cell(cell))
                    self._sheet.write_string(self._last, place, text)
                elif isinstance(cell, bool):
                    self._sheet.write_boolean(self._last, place, cell)
                elif isinstance(cell, datetime):
                    self._sheet.write_datetime(self._last, place, cell, self._time)
                elif cell is not None:
                    self._sheet.write_number(self._last, place, cell)

    def close(self) -> None:
        """See `RecordWriter.close`."""
        self._sheet.autofilter(0, 0, self._last, len(self._columns) - 1)

    def abandon(self) -> None:
        """See `RecordWriter.abandon`."""

    @property
    def notes(self) -> list[str]:
        """See `RecordWriter.notes`."""
        return self._cells.notes
