"""Writer of Parquet files, by pyarrow: the extra `igcrawl[analysis]`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.util import find_spec
from typing import IO, Any, Final

from igcrawl.analysis.table_values import read_lines, to_json_text
from igcrawl.analysis.writers import UnknownFields
from igcrawl.errors import BadInput
from igcrawl.items.columns import Column, ColumnKind
from igcrawl.wording import counted

#: So many rows make a row group, and so many are turned into columns at once.
ROW_GROUP: Final = 100_000
_BATCH: Final = 2_000
_INT64: Final = range(-(1 << 63), 1 << 63)
#: Whether a column of a kind takes a value.
_TAKES: Final[dict[ColumnKind, Callable[[Any], bool]]] = {
    ColumnKind.TEXT: lambda value: isinstance(value, str),
    ColumnKind.COUNT: lambda value: isinstance(value, int) and not isinstance(value, bool) and value in _INT64,
    ColumnKind.NUMBER: lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    ColumnKind.FLAG: lambda value: isinstance(value, bool),
    ColumnKind.JSON: lambda value: True,
}


def check_pyarrow() -> None:
    """Check that pyarrow is installed.

    Raises:
        BadInput: it is not.
    """
    if find_spec("pyarrow") is None:
        raise BadInput("parquet needs pyarrow: pip install 'igcrawl[analysis]'; or write jsonl or csv")


class ParquetWriter:
    """Writes a Parquet file: a column has one type, and null where a value is none of it.

    Args:
        file: where to.
        columns: of the type of record.
    """

    def __init__(self, file: IO[bytes], columns: Sequence[Column]) -> None:
        import pyarrow as pa  # noqa: PLC0415 - an extra
        import pyarrow.parquet as pq  # noqa: PLC0415 - as above

        self._arrow = pa
        types = {
            ColumnKind.TEXT: pa.string(),
            ColumnKind.COUNT: pa.int64(),
            ColumnKind.NUMBER: pa.float64(),
            ColumnKind.FLAG: pa.bool_(),
            ColumnKind.JSON: pa.string(),
        }
        self._columns = columns
        self._schema = pa.schema([(column.name, types[column.kind]) for column in columns])
        self._writer = pq.ParquetWriter(file, self._schema, compression="zstd")
        self._fields = UnknownFields(columns)
        self._rows: list[dict[str, Any]] = []
        self._batches: list[Any] = []
        self._waiting = 0
        self._odd: Counter[str] = Counter()

    def write(self, lines: Sequence[bytes]) -> None:
        """See `RecordWriter.write`."""
        for record, _ in read_lines(lines):
            self._rows.append(record)
            self._fields.see(record)
            if len(self._rows) == _BATCH:
                self._turn()

    def close(self) -> None:
        """See `RecordWriter.close`."""
        self._turn()
        self._write_group()
        self._writer.close()

    def abandon(self) -> None:
        """See `RecordWriter.abandon`."""
        # It writes its end when it is collected, whatever has become of the file.
        with suppress(Exception):
            self._writer.close()

    @property
    def notes(self) -> list[str]:
        """See `RecordWriter.notes`."""
        unfit = ("does not fit the column and is null", "do not fit the column and are null")
        odd = [f"{name}: {counted(count, 'value', unfit)}" for name, count in self._odd.items()]
        return odd + self._fields.notes

    def _turn(self) -> None:
        """Turn the rows that wait into columns."""
        if not self._rows:
            return
        arrays = [self._array(column, [row.get(column.name) for row in self._rows]) for column in self._columns]
        self._batches.append(self._arrow.RecordBatch.from_arrays(arrays, schema=self._schema))
        self._waiting += len(self._rows)
        self._rows = []
        if self._waiting >= ROW_GROUP:
            self._write_group()

    def _write_group(self) -> None:
        if self._batches:
            table = self._arrow.Table.from_batches(self._batches, schema=self._schema)
            self._writer.write_table(table, row_group_size=ROW_GROUP)
            self._batches, self._waiting = [], 0

    def _array(self, column: Column, values: list[Any]) -> Any:
        arrow_type = self._schema.field(column.name).type
        if column.kind is ColumnKind.JSON:
            values = [None if value is None else to_json_text(value) for value in values]
        try:
            return self._arrow.array(values, arrow_type)
        except (self._arrow.ArrowException, TypeError, ValueError, OverflowError):
            takes = _TAKES[column.kind]
            fitting = [value if value is None or takes(value) else None for value in values]
            self._odd[column.name] += fitting.count(None) - values.count(None)
            return self._arrow.array(fitting, arrow_type)
