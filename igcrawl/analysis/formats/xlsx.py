"""Writer of XLSX, a sheet for each type of record.

The files inside are written here: xlsxwriter, which writes in flat memory too, takes several times as long.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from igcrawl.analysis.formats.cells import Cells
from igcrawl.analysis.formats.graph_xml import xml_text
from igcrawl.analysis.formats.table_values import read_lines
from igcrawl.analysis.formats.text_limits import fit_for_cell
from igcrawl.items.columns import Column

#: What the name of a sheet may not hold, and how long it may be.
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME: Final = 31
#: A spreadsheet reads this as the character of that number.
_ESCAPE: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
#: Day 0 of a spreadsheet.
_DAY_ZERO: Final = datetime(1899, 12, 30, tzinfo=UTC)
_DAY: Final = timedelta(days=1)

_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_KIND: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_ROOT_LINKS: Final = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
#: Cells as they are, times, and the bold ones of the first row.
_STYLES: Final = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    "<borders><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_SHEET: Final = (
    f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    '<cols><col min="1" max="{columns}" width="18" customWidth="1"/></cols><sheetData>'
)


class XlsxBook:
    """A workbook. Its rows wait in temporary files, not in memory.

    Args:
        file: where to.
        beside: a folder for the temporary files.
    """

    def __init__(self, file: IO[bytes], beside: Path) -> None:
        self._file = file
        self._beside = beside
        self._sheets: dict[str, XlsxSheet] = {}

    def table(self, type_: str, columns: Sequence[Column]) -> XlsxSheet:
        """Return the writer of a new sheet."""
        name = _NOT_IN_NAMES.sub("_", type_)[:_LONGEST_NAME]
        self._sheets[name] = XlsxSheet(self._beside, type_, columns)
        return self._sheets[name]

    def close(self) -> None:
        """Write the file."""
        numbers = range(1, len(self._sheets) + 1)
        kinds = "".join(
            f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_KIND}.worksheet+xml"/>'
            for number in numbers
        )
        links = "".join(
            f'<Relationship Id="rId{number}" Type="{_LINKS}/worksheet" Target="worksheets/sheet{number}.xml"/>'
            for number in numbers
        )
        sheets = "".join(
            f'<sheet name="{xml_text(name)}" sheetId="{number}" r:id="rId{number}"/>'
            for number, name in zip(numbers, self._sheets, strict=True)
        )
        parts = {
            "[Content_Types].xml": (
                f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
                '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                '<Default Extension="xml" ContentType="application/xml"/>'
                f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
                f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>{kinds}</Types>'
            ),
            "_rels/.rels": _ROOT_LINKS,
            "xl/workbook.xml": (
                f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><bookViews><workbookView/></bookViews>'
                f"<sheets>{sheets}</sheets></workbook>"
            ),
            "xl/_rels/workbook.xml.rels": (
                f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{links}'
                f'<Relationship Id="rId{len(self._sheets) + 1}" Type="{_LINKS}/styles" Target="styles.xml"/>'
                "</Relationships>"
            ),
            "xl/styles.xml": _STYLES,
        }
        with ZipFile(self._file, "w", ZIP_DEFLATED, compresslevel=1) as archive:
            for name, text in parts.items():
                archive.writestr(_entry(name), text)
            for number, sheet in zip(numbers, self._sheets.values(), strict=True):
                sheet.copy_into(archive, f"xl/worksheets/sheet{number}.xml")

    def abandon(self) -> None:
        """Let go of the file."""


class XlsxSheet:
    """Writes the records of a type to a sheet of their own.

    Args:
        beside: a folder for a temporary file.
        type_: of the records.
        columns: of this type.
    """

    def __init__(self, beside: Path, type_: str, columns: Sequence[Column]) -> None:
        self._cells = Cells(type_, columns, "csv, parquet or duckdb", fit_for_cell, _WRITTEN)
        self._rows: IO[bytes] = TemporaryFile(dir=beside, prefix=".sheet.")  # noqa: SIM115 - closed when it was copied
        letters = [_letters(place) for place in range(len(columns))]
        self._starts = [f'<c r="{each}' for each in letters]
        self._last_column = letters[-1]
        self._last = 1
        self._rows.write(_SHEET.format(columns=len(columns)).encode())
        heads = [f'{start}1" s="2"{_text(column.name)}' for start, column in zip(self._starts, columns, strict=True)]
        self._rows.write(f'<row r="1">{"".join(heads)}</row>'.encode())

    def write(self, lines: Sequence[bytes]) -> None:
        """See `RecordWriter.write`."""
        written = []
        for record, _ in read_lines(lines):
            self._last += 1
            end = f'{self._last}"'
            cells = zip(self._starts, self._cells.row(record), strict=True)
            row = "".join([f"{start}{end}{cell}" for start, cell in cells if cell is not None])
            written.append(f'<row r="{self._last}">{row}</row>')
        self._rows.write("".join(written).encode())

    def close(self) -> None:
        """See `RecordWriter.close`."""
        self._rows.write(f'</sheetData><autoFilter ref="A1:{self._last_column}{self._last}"/></worksheet>'.encode())

    def copy_into(self, archive: ZipFile, name: str) -> None:
        """Copy the sheet into a workbook, and let go of it."""
        entry = _entry(name)
        entry.file_size = self._rows.tell()
        self._rows.seek(0)
        with archive.open(entry, "w") as target:
            copyfileobj(self._rows, target, 1 << 20)
        self._rows.close()

    def abandon(self) -> None:
        """See `RecordWriter.abandon`."""
        self._rows.close()

    @property
    def notes(self) -> list[str]:
        """See `RecordWriter.notes`."""
        return self._cells.notes


class XlsxTable:
    """Writes a workbook of one sheet.

    Args:
        file: where to.
        beside: a folder for the temporary file.
        columns: of the sheet.
    """

    def __init__(self, file: IO[bytes], beside: Path, columns: Sequence[Column]) -> None:
        self._book = XlsxBook(file, beside)
        self._sheet = self._book.table("answer", columns)

    def write(self, lines: Sequence[bytes]) -> None:
        """See `RecordWriter.write`."""
        self._sheet.write(lines)

    def close(self) -> None:
        """See `RecordWriter.close`."""
        self._sheet.close()
        self._book.close()

    def abandon(self) -> None:
        """See `RecordWriter.abandon`."""
        self._sheet.abandon()

    @property
    def notes(self) -> list[str]:
        """See `RecordWriter.notes`."""
        return self._sheet.notes


def _text(text: str) -> str:
    return f' t="inlineStr"><is><t xml:space="preserve">{xml_text(_ESCAPE.sub("_x005F_", text))}</t></is></c>'


def _time(time: datetime) -> str:
    return f' s="1"><v>{(time - _DAY_ZERO) / _DAY!r}</v></c>'


def _number(number: float) -> str:
    return f"><v>{number!r}</v></c>"


def _flag(flag: bool) -> str:
    return f' t="b"><v>{int(flag)}</v></c>'


#: What follows a cell's place, by the type of its value.
_WRITTEN: Final[dict[type, Any]] = {str: _text, datetime: _time, int: _number, float: _number, bool: _flag}


def _entry(name: str) -> ZipInfo:
    """Return an entry without the time of now: the same records give the same file."""
    entry = ZipInfo(name)
    entry.compress_type = ZIP_DEFLATED
    return entry


def _letters(place: int) -> str:
    """Return the name of a column by its place: A, B, …, Z, AA."""
    letters = ""
    place += 1
    while place:
        place, last = divmod(place - 1, 26)
        letters = chr(ord("A") + last) + letters
    return letters
