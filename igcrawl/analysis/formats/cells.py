"""Cells of spreadsheets: what a record's value becomes in one, and what must be said of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

from igcrawl.analysis.formats.record_writer import UnknownFields
from igcrawl.analysis.formats.table_values import is_json, time_of, to_json_text
from igcrawl.analysis.formats.text_limits import EXACT, SHEET_COLUMNS, SHEET_ROWS, cut_for_cell
from igcrawl.errors import BadInput
from igcrawl.items.columns import Column
from igcrawl.wording import counted

Cell: TypeAlias = str | int | float | bool | datetime | None
#: The first day that a spreadsheet counts right, as it takes 1900 for a leap year.
_FIRST_YEAR: Final = 1901


class Cells:
    """Values of records as the cells of a sheet.

    Args:
        sheet: its name.
        columns: of the type of record.
        instead: formats without a limit to name where the sheet is too small.

    Raises:
        BadInput: there are more columns than a sheet has.
    """

    def __init__(self, sheet: str, columns: Sequence[Column], instead: str) -> None:
        if len(columns) > SHEET_COLUMNS:
            raise BadInput(f"{sheet} has {len(columns):,} columns, a sheet {SHEET_COLUMNS:,}; write {instead}")
        self._sheet = sheet
        self._columns = columns
        self._instead = instead
        self._fields = UnknownFields(columns)
        self._cut: Counter[str] = Counter()
        self._rows = 1

    def row(self, record: dict[str, Any]) -> list[Cell]:
        """Return the cells of a record, texts as they are.

        Raises:
            BadInput: the sheet is full.
        """
        self._fields.see(record)
        self._rows += 1
        if self._rows > SHEET_ROWS:
            raise BadInput(
                f"{self._sheet}: there are more than the {SHEET_ROWS - 1:,} records that a sheet holds; write "
                f"{self._instead}, or choose fewer by --walk, --crawl or --type"
            )
        return [_cell(column, record.get(column.name)) for column in self._columns]

    def cut(self, column: Column, text: str) -> str:
        """Return as much of a text as a cell can hold."""
        kept = cut_for_cell(text)
        if kept is not text:
            self._cut[column.name] += 1
        return kept

    @property
    def notes(self) -> list[str]:
        """See `RecordWriter.notes`."""
        long = ("was longer than a cell and is cut", "were longer than a cell and are cut")
        return [f"{name}: {counted(count, 'text', long)}" for name, count in self._cut.items()] + self._fields.notes


def _cell(column: Column, value: Any) -> Cell:
    if column.is_time and value is not None:
        try:
            time = time_of(value)
        except ValueError:
            time = None
        if time is None or time.year >= _FIRST_YEAR:
            return time if time is not None or value == 0 else str(value)
    if value is None or (isinstance(value, str) and not is_json(column)):
        return value
    if isinstance(value, list | dict) or is_json(column):
        return to_json_text(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= EXACT:
        return str(value)
    return value if isinstance(value, bool | int | float) else str(value)
