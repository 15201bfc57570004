"""Writer of Parquet files, by pyarrow: the extra `igcrawl[analysis]`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import IO, Any, Final

from igcrawl.analysis.formats.arrow_columns import ArrowColumns
from igcrawl.analysis.formats.table_values import read_lines
from igcrawl.items.columns import Column

#: So many rows make a row group, and so many are turned into columns at once.
ROW_GROUP: Final = 100_000
_BATCH: Final = 2_000


class ParquetWriter:
    """Writes a Parquet file with typed columns.

    Args:
        file: where to.
        columns: of the type of record.
    """

    def __init__(self, file: IO[bytes], columns: Sequence[Column]) -> None:
        import pyarrow as pa  # noqa: PLC0415 - an extra
        import pyarrow.parquet as pq  # noqa: PLC0415 - as above

        self._arrow = pa
        self._columns = ArrowColumns(columns)
        self._writer = pq.ParquetWriter(file, self._columns.schema, compression="zstd")
        self._records: list[dict[str, Any]] = []
        self._batches: list[Any] = []
        self._waiting = 0

    def write(self, lines: Sequence[bytes]) -> None:
        """See `RecordWriter.write`."""
        for record, _ in read_lines(lines):
            self._records.append(record)
            if len(self._records) == _BATCH:
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
        return self._columns.notes

    def _turn(self) -> None:
        """Turn the records that wait into columns."""
        if not self._records:
            return
        self._batches.append(self._columns.batch(self._records))
        self._waiting += len(self._records)
        self._records = []
        if self._waiting >= ROW_GROUP:
            self._write_group()

    def _write_group(self) -> None:
        if self._batches:
            table = self._arrow.Table.from_batches(self._batches, schema=self._columns.schema)
            self._writer.write_table(table, row_group_size=ROW_GROUP)
            self._batches, self._waiting = [], 0
