"""Records as columns of Apache Arrow: one type a column, and null where a value is none of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

from igcrawl.analysis.formats.record_writer import UnknownFields
from igcrawl.analysis.formats.table_values import INT64, time_of, to_json_text
from igcrawl.items.columns import Column, ColumnKind
from igcrawl.wording import counted

#: A fraction holds these whole numbers exactly.
_EXACT: Final = range(-(1 << 53), (1 << 53) + 1)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


#: Whether a column of a kind takes a value.
_TAKES: Final[dict[ColumnKind, Callable[[Any], bool]]] = {
    ColumnKind.TEXT: lambda value: isinstance(value, str),
    ColumnKind.COUNT: lambda value: _is_whole(value) and value in INT64,
    ColumnKind.NUMBER: lambda value: isinstance(value, float) or (_is_whole(value) and value in _EXACT),
    ColumnKind.FLAG: lambda value: isinstance(value, bool),
    ColumnKind.TEXTS: lambda value: isinstance(value, list) and all(isinstance(each, str) for each in value),
    ColumnKind.JSON: lambda value: True,
}


class ArrowColumns:
    """Turns records into columns. Needs pyarrow.

    Args:
        columns: of the type of record.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        import pyarrow as pa  # noqa: PLC0415 - an extra

        self._arrow = pa
        types = {
            ColumnKind.TEXT: pa.string(),
            ColumnKind.COUNT: pa.int64(),
            ColumnKind.NUMBER: pa.float64(),
            ColumnKind.FLAG: pa.bool_(),
            ColumnKind.TEXTS: pa.list_(pa.string()),
            ColumnKind.JSON: pa.string(),
        }
        self._columns = columns
        self._time = pa.timestamp("us", "UTC")
        self.schema = pa.schema(
            [(column.name, self._time if column.is_time else types[column.kind]) for column in columns]
        )
        self._fields = UnknownFields(columns)
        self._odd: Counter[str] = Counter()

    def batch(self, records: Sequence[dict[str, Any]]) -> Any:
        """Return records as a batch of columns."""
        for record in records:
            self._fields.see(record)
        arrays = [self._array(column, [record.get(column.name) for record in records]) for column in self._columns]
        return self._arrow.RecordBatch.from_arrays(arrays, schema=self.schema)

    def table(self, records: Sequence[dict[str, Any]]) -> Any:
        """Return records as a table."""
        return self._arrow.Table.from_batches([self.batch(records)], schema=self.schema)

    @property
    def notes(self) -> list[str]:
        """See `RecordWriter.notes`."""
        unfit = ("does not fit the column and is null", "do not fit the column and are null")
        odd = [f"{name}: {counted(count, 'value', unfit)}" for name, count in self._odd.items()]
        return odd + self._fields.notes

    def _array(self, column: Column, values: list[Any]) -> Any:
        if column.is_time:
            return self._times(column, values)
        if column.kind is ColumnKind.JSON:
            values = [None if value is None else to_json_text(value) for value in values]
        arrow_type = self.schema.field(column.name).type
        try:
            return self._arrow.array(values, arrow_type)
        except (self._arrow.ArrowException, TypeError, ValueError, OverflowError):
            takes = _TAKES[column.kind]
            fitting = [value if value is None or takes(value) else None for value in values]
            self._odd[column.name] += fitting.count(None) - values.count(None)
            return self._arrow.array(fitting, arrow_type)

    def _times(self, column: Column, values: list[Any]) -> Any:
        if column.kind is ColumnKind.TEXT:
            try:
                return self._arrow.array(values, self._arrow.string()).cast(self._time)
            except (self._arrow.ArrowException, TypeError, ValueError):
                pass
        times = []
        for value in values:
            try:
                times.append(None if value is None else time_of(value))
            except ValueError:
                times.append(None)
                self._odd[column.name] += 1
        return self._arrow.array(times, self._time)
