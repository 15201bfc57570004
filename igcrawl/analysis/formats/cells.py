"""Cells of spreadsheets: what a record's value becomes in one, and what must be said of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, TypeAlias

from igcrawl.analysis.formats.record_writer import UnknownFields
from igcrawl.analysis.formats.table_values import is_json, time_of, to_json_text
from igcrawl.analysis.formats.text_limits import EXACT, SHEET_COLUMNS, SHEET_ROWS, cut_for_cell
from igcrawl.errors import BadInput
from igcrawl.items.columns import Column, ColumnKind
from igcrawl.wording import counted

Cell: TypeAlias = str | int | float | bool | datetime | None
#: A spreadsheet takes 1900 for a leap year, and knows none before.
_FIRST_YEAR: Final = 1901
#: Texts of so many characters are remembered.
_KNOWN_LENGTH: Final = 200


class Cells:
    """Values of records as the cells of a sheet.

    Args:
        sheet: its name.
        columns: of the type of record.
        instead: formats without a limit to name where the sheet is too small.
        fit: turns a text into one that a cell of the format can hold, whatever its length.
        written: by the type of a value, what writes it.

    Raises:
        BadInput: there are more columns than a sheet has.
    """

    def __init__(
        self,
        sheet: str,
        columns: Sequence[Column],
        instead: str,
        fit: Callable[[str], str],
        written: Mapping[type, Callable[[Any], str]],
    ) -> None:
        if len(columns) > SHEET_COLUMNS:
            raise BadInput(f"{sheet} has {len(columns):,} columns, a sheet {SHEET_COLUMNS:,}; write {instead}")
        self._sheet = sheet
        self._instead = instead
        self._fit = fit
        self._written = written
        # Most texts stand in many rows.
        makers = [(column.name, self._maker(column)) for column in columns]
        self._makers = [(name, lru_cache(1024)(make), make) for name, make in makers]
        self._fields = UnknownFields(columns)
        self._cut: Counter[str] = Counter()
        self._rows = 1

    def row(self, record: dict[str, Any]) -> list[str | None]:
        """Return the cells of a record as they are written, None for those that are empty.

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
        cells: list[str | None] = []
        for name, make_known, make in self._makers:
            value = record.get(name)
            if type(value) is str and len(value) <= _KNOWN_LENGTH:
                cells.append(make_known(value))
            else:
                cells.append(None if value is None else make(value))
        return cells

    @property
    def notes(self) -> list[str]:
        """See `RecordWriter.notes`."""
        long = ("was longer than a cell and is cut", "were longer than a cell and are cut")
        return [f"{name}: {counted(count, 'text', long)}" for name, count in self._cut.items()] + self._fields.notes

    def _maker(self, column: Column) -> Callable[[Any], str | None]:
        """Return the function that writes a value of a column."""
        read = _reader(column)

        def make(value: Any) -> str | None:
            cell = read(value)
            if type(cell) is str:
                fit = self._fit(cell)
                cell = cut_for_cell(fit)
                if cell is not fit:
                    self._cut[column.name] += 1
            return None if cell is None else self._written[type(cell)](cell)

        return make


def _reader(column: Column) -> Callable[[Any], Cell]:
    """Return the function that turns a value of a column into what a cell holds."""
    if column.is_time:
        return _time if column.kind is ColumnKind.TEXT else _time_of_seconds
    return to_json_text if is_json(column) else _plain


def _plain(value: Any) -> Cell:
    if isinstance(value, list | dict):
        return to_json_text(value)
    if type(value) is int and abs(value) >= EXACT:
        return str(value)
    return value  # type: ignore[no-any-return]


def _time_of_seconds(value: Any) -> Cell:
    return _time(value) if value else None


def _time(value: Any) -> Cell:
    return _read_time(value) if isinstance(value, str | int) else _plain(value)


@lru_cache(4096)
def _read_time(value: str | int) -> Cell:
    try:
        time = time_of(value)
    except ValueError:
        return str(value)
    return time if time is None or time.year >= _FIRST_YEAR else str(value)
