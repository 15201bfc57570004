"""Files of an export: which writers a format has, and which files they fill."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, Protocol

from igcrawl.analysis.destination import Destination, check_file
from igcrawl.analysis.formats.account_graph import BESIDE, EDGE_TYPES, AccountGraph, GraphOrder
from igcrawl.analysis.formats.csv_table import CsvWriter
from igcrawl.analysis.formats.duckdb_file import DuckDbFile
from igcrawl.analysis.formats.excel_csv import ExcelCsvWriter
from igcrawl.analysis.formats.format import CSV, DUCKDB, EXCEL_CSV, GEPHI_CSV, GEXF, JSON_LINES, XLSX, Holds
from igcrawl.analysis.formats.gephi_csv import gephi_edges, gephi_nodes
from igcrawl.analysis.formats.gexf import gexf
from igcrawl.analysis.formats.graphml import graphml
from igcrawl.analysis.formats.json_lines import JsonLinesWriter
from igcrawl.analysis.formats.parquet import ParquetWriter
from igcrawl.analysis.formats.record_writer import RecordWriter
from igcrawl.analysis.formats.xlsx import XlsxBook
from igcrawl.analysis.replacing import NewFiles, new_files
from igcrawl.config.own_files import OwnFiles
from igcrawl.items import WalkEnd
from igcrawl.operations.record_kinds import columns_of_type, record_kinds
from igcrawl.wording import counted

#: After so many parts of a graph Ctrl-C is heard.
_PARTS: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesOrder:
    """An order of files.

    Args:
        destination: where to.
        own: what no file may replace.
        type: of the records that are wanted, None for all.
        separator: of CSV for spreadsheets.
        graph: which part of a graph.
        about: attributes of a graph.
    """

    destination: Destination
    own: OwnFiles = field(default_factory=OwnFiles)
    type: str | None = None
    separator: str = ","
    graph: GraphOrder = field(default_factory=GraphOrder)
    about: Mapping[str, Any] = field(default_factory=dict)


class ExportFiles(Protocol):
    """Files that are open."""

    written: Counter[str]
    """Their content, by its name."""

    def write(self, type_: str, lines: Sequence[bytes]) -> None:
        """Write records of a type; those that are not wanted are passed over."""

    async def finish(self) -> None:
        """Write what is left; the files stay open."""

    def abandon(self) -> None:
        """Let go of the files, whose content counts for nothing."""

    @property
    def notes(self) -> list[str]:
        """Remarks about what could not be written as it is, a line each."""


@contextmanager
def opened_files(order: FilesOrder) -> Iterator[tuple[ExportFiles, Callable[[], str]]]:
    """Give the files of a format, and the name of where they are; when the context ends well they are in their places.

    Raises:
        BadInput: nothing can be written there.
        StoreError: a file could not be written; the old ones are as they were.
    """
    destination = order.destination
    if destination.path is None:
        with destination.opened() as file:
            yield _in_one(file, order), lambda: str(destination)
        return
    with new_files() as files:

        def places() -> str:
            return ", ".join(map(str, files.paths))

        if destination.format in {XLSX, DUCKDB, EXCEL_CSV}:
            yield _tables(files, destination.path, order), places
        elif destination.format is GEPHI_CSV:
            parts = {gephi_nodes: _beside(destination.path, "nodes"), gephi_edges: _beside(destination.path, "edges")}
            for path in parts.values():
                check_file(path, order.own)
            made = [(files.open(path), write) for write, path in parts.items()]
            yield GraphFiles(order, made), places
        else:
            yield _in_one(files.open(destination.path, destination.compression), order), places


def _in_one(file: IO[bytes], order: FilesOrder) -> ExportFiles:
    format_ = order.destination.format
    if format_.holds is Holds.GRAPH:
        written = gexf if format_ is GEXF else graphml
        return GraphFiles(order, [(file, lambda graph: written(graph, order.about))])
    if format_ is JSON_LINES:
        return OneTable(JsonLinesWriter(file), order.type)
    assert order.type is not None
    columns = columns_of_type(order.type)
    return OneTable(CsvWriter(file, columns) if format_ is CSV else ParquetWriter(file, columns), order.type)


def _beside(path: Path, part: str) -> Path:
    return path.with_name(f"{path.stem}-{part}{path.suffix}")


class OneTable:
    """One file by one writer.

    Args:
        writer: of the file.
        type_: of the records that it takes, None for all.
    """

    def __init__(self, writer: RecordWriter, type_: str | None) -> None:
        self._writer = writer
        self._type = type_
        self.written: Counter[str] = Counter()

    def write(self, type_: str, lines: Sequence[bytes]) -> None:
        """See `ExportFiles.write`."""
        if self._type in {None, type_}:
            self._writer.write(lines)
            self.written[type_] += len(lines)

    async def finish(self) -> None:
        """See `ExportFiles.finish`."""
        self._writer.close()

    def abandon(self) -> None:
        """See `ExportFiles.abandon`."""
        self._writer.abandon()

    @property
    def notes(self) -> list[str]:
        """See `ExportFiles.notes`."""
        return self._writer.notes


class _Book(Protocol):
    def close(self) -> None: ...

    def abandon(self) -> None: ...


class TablesByType:
    """A table for each type of record that there is, in one file or in a file each.

    Args:
        make: makes the writer of a type's table.
        type_: the only one that is wanted, None for all.
        book: the file that holds all tables, None where each has its own.
    """

    def __init__(self, make: Callable[[str], RecordWriter], type_: str | None, book: _Book | None = None) -> None:
        self._make = make
        self._type = type_
        self._book = book
        self._tables: dict[str, RecordWriter] = {}
        self._known = record_kinds()
        self._unknown: Counter[str] = Counter()
        self.written: Counter[str] = Counter()

    def write(self, type_: str, lines: Sequence[bytes]) -> None:
        """See `ExportFiles.write`."""
        if type_ not in self._known:
            self._unknown[type_] += len(lines)
        elif self._type in {None, type_}:
            self._table(type_).write(lines)
            self.written[type_] += len(lines)

    async def finish(self) -> None:
        """See `ExportFiles.finish`."""
        if not self._tables:
            # Without any table it would be no file.
            self._table(self._type or WalkEnd.TYPE)
        for table in self._tables.values():
            table.close()
        if self._book is not None:
            self._book.close()

    def abandon(self) -> None:
        """See `ExportFiles.abandon`."""
        for table in self._tables.values():
            table.abandon()
        if self._book is not None:
            self._book.abandon()

    @property
    def notes(self) -> list[str]:
        """See `ExportFiles.notes`."""
        unknown = [
            f"{counted(count, 'record')} of {type_}, a type that is not known here, left out"
            for type_, count in self._unknown.items()
        ]
        return [f"{type_}: {note}" for type_, table in self._tables.items() for note in table.notes] + unknown

    def _table(self, type_: str) -> RecordWriter:
        if type_ not in self._tables:
            self._tables[type_] = self._make(type_)
        return self._tables[type_]


def _tables(files: NewFiles, path: Path, order: FilesOrder) -> TablesByType:
    if order.destination.format is DUCKDB:
        base = DuckDbFile(files.make(path), {name: columns_of_type(name) for name in record_kinds()})
        return TablesByType(base.table, order.type, base)
    if order.destination.format is XLSX:
        book = XlsxBook(files.open(path), path.resolve().parent)
        return TablesByType(lambda type_: book.table(type_, columns_of_type(type_)), order.type, book)

    def in_own_file(type_: str) -> RecordWriter:
        file = path if order.type is not None else _beside(path, type_)
        check_file(file, order.own)
        return ExcelCsvWriter(files.open(file), type_, columns_of_type(type_), order.separator)

    return TablesByType(in_own_file, order.type)


class GraphFiles:
    """Files of a graph.

    Args:
        order: what is wanted of it.
        parts: files, each with what writes the graph into it.
    """

    def __init__(
        self, order: FilesOrder, parts: Sequence[tuple[IO[bytes], Callable[[AccountGraph], Iterator[str]]]]
    ) -> None:
        self._order = order
        self._parts = parts
        self._graph = AccountGraph()
        self.written: Counter[str] = Counter()

    def write(self, type_: str, lines: Sequence[bytes]) -> None:
        """See `ExportFiles.write`."""
        if type_ in {*EDGE_TYPES, *BESIDE}:
            self._graph.add(type_, lines, edges=self._order.type in {None, type_})

    @property
    def notes(self) -> list[str]:
        """See `ExportFiles.notes`."""
        return self._graph.notes

    def add_starts(self, pks: Iterable[str]) -> None:
        """Take accounts that the operator gave."""
        self._graph.add_starts(pks)

    async def finish(self) -> None:
        """See `ExportFiles.finish`."""
        nodes, edges = self._graph.arrange(self._order.graph)
        self.written = Counter({"edges": edges, "nodes": nodes})
        for file, written in self._parts:
            waiting: list[str] = []
            for part in written(self._graph):
                waiting.append(part)
                if len(waiting) == _PARTS:
                    file.write("".join(waiting).encode("utf-8", "replace"))
                    waiting = []
                    await asyncio.sleep(0)
            file.write("".join(waiting).encode("utf-8", "replace"))
        self._graph.close()

    def abandon(self) -> None:
        """See `ExportFiles.abandon`."""
        with suppress(OSError):
            self._graph.close()
