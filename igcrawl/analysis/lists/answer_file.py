"""Files that answers are written to: rows with fixed columns, by the writers of exports."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import IO, Any, Final

from igcrawl.analysis.destination import Destination, check_file, read_destination
from igcrawl.analysis.formats.csv_table import CsvWriter
from igcrawl.analysis.formats.format import CSV, JSON_LINES, PARQUET, XLSX, check_installed
from igcrawl.analysis.formats.json_lines import JsonLinesWriter
from igcrawl.analysis.formats.parquet import ParquetWriter
from igcrawl.analysis.formats.record_writer import RecordWriter
from igcrawl.analysis.formats.xlsx import XlsxTable
from igcrawl.config.config import Config
from igcrawl.config.own_files import OwnFiles
from igcrawl.items.columns import Column
from igcrawl.output.json_lines import to_lines
from igcrawl.printable import say

#: So many rows are written at once.
_BATCH: Final = 5_000
#: The name of a workbook's only sheet.
_SHEET: Final = "answer"


def answer_destination(out: str | None, config: Config) -> Destination | None:
    """Return where an answer is to be written, None for nowhere.

    Args:
        out: a file named .csv, .jsonl, .parquet or .xlsx, or ``-`` for standard output.
        config: names the store, which no file may replace.

    Raises:
        BadInput: nothing can be written there.
    """
    if out is None:
        return None
    destination = read_destination(out, None, None, (JSON_LINES, CSV, PARQUET, XLSX))
    check_installed(destination.format)
    if destination.path is not None:
        check_file(destination.path, OwnFiles.of(config))
    return destination


def write_answer(destination: Destination, columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> int:
    """Write an answer's rows, say what could not be written as it is, and return how many there were.

    Raises:
        StoreError: the file could not be written; an old one is as it was.
        BrokenPipeError: whoever was reading standard output has enough.
    """
    written, left = 0, iter(rows)
    with destination.opened() as file:
        writer = _writer(file, destination, columns)
        try:
            while batch := list(islice(left, _BATCH)):
                writer.write(to_lines(batch).splitlines())
                written += len(batch)
            writer.close()
        except BaseException:
            writer.abandon()
            raise
    for note in writer.notes:
        say(f"igcrawl: {note}", file=sys.stderr)
    return written


def _writer(file: IO[bytes], destination: Destination, columns: Sequence[Column]) -> RecordWriter:
    if destination.format is JSON_LINES:
        return JsonLinesWriter(file)
    if destination.format is XLSX:
        assert destination.path is not None
        return XlsxTable(file, destination.path.resolve().parent, _SHEET, columns)
    return CsvWriter(file, columns) if destination.format is CSV else ParquetWriter(file, columns)
