"""Rows of a file of targets, one after another: which dialect it is written in is seen by its first line."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final, Self, TypeAlias

import orjson

from igcrawl.arguments.column_guess import SAMPLE, guess_column, rival_column
from igcrawl.arguments.target_fields import TargetKind
from igcrawl.arguments.targets import NotATarget, Target, bare, shown
from igcrawl.arguments.text_lines import FileLines
from igcrawl.errors import BadInput
from igcrawl.wording import did_you_mean, nearest

#: Number of a line, the text in it that decides, and the target; None for a record that has none.
Row: TypeAlias = tuple[int, str, Target | NotATarget | None]

_DELIMITERS: Final = "\t;,|"
#: Begins a comment behind a target in a list.
_COMMENT_BEHIND: Final = re.compile(r"\s#")
#: A line that is what most lines of a list are: there is nothing behind its target.
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.@/:-]+")
_COLUMNS: Final = re.compile(r"[,;\t|]")
#: A comment; a table may count its rows below a ``#``.
_COMMENT: Final = re.compile(r"#(?![\t;,|])")
_TYPE: Final = re.compile(r'"type":\s*"(\w*)"')
#: As Excel writes it above a table.
_SEPARATOR: Final = re.compile(r"sep=([\t;,|])", re.IGNORECASE)


class TargetRows:
    """Rows of a file.

    Args:
        path: of the file.
        kind: what its targets are.
        column: see `igcrawl.arguments.target_file.TargetFile`.
        lists_profiles: see there.

    Raises:
        BadInput: the file cannot be read.
    """

    def __init__(self, path: Path, kind: TargetKind, column: str | None, lists_profiles: Callable[[str], bool]) -> None:
        self._path, self._kind, self._column, self._lists_profiles = path, kind, column, lists_profiles
        self._lines = FileLines(path)
        #: How the targets were found, for the operator; known when the first has come.
        self.layout = ""
        #: Of a column that was named and holds few targets: which one looks like it; known when the first row has come.
        self.hint = ""
        self._takes_walks = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows that say something.

        Raises:
            BadInput: the file cannot be read, or not told which column holds the targets.
        """
        lines, delimiters = iter(self._lines), _DELIMITERS
        for line in lines:
            said = bare(line)
            if not said or _COMMENT.match(said):
                continue
            if separator := _SEPARATOR.fullmatch(line.strip("\ufeff \r")):
                delimiters = separator[1]
                continue
            if said[0] in "{[":
                yield from self._records(line, lines)
            elif (delimiter := self._delimiter_of(line, delimiters, lines)) is not None:
                yield from self._table(line, lines, delimiter)
            else:
                yield from self._list(line, lines)
            return

    # A list

    def _list(self, first: str, lines: Iterator[str]) -> Iterator[Row]:
        read = self._kind.read
        head = _said(first)
        if self._kind.is_head(head):
            read = self._kind.reader_of(head)
            needs = "; an account of this name needs @" if self._kind.hit == "user" else ""
            self.layout = f"line {self._lines.number}, {head!r}, is taken for a head{needs}"
        else:
            yield from self._list_row(first, read)
        for line in lines:
            if _PLAIN.fullmatch(line) is None:
                yield from self._list_row(line, read)
                continue
            try:
                yield self._lines.number, line, read(line)
            except NotATarget as problem:
                yield self._lines.number, line, problem

    def _list_row(self, line: str, read: Callable[[str], Target]) -> Iterator[Row]:
        said = _said(line)
        if not said:
            return
        try:
            yield self._lines.number, said, read(said)
        except NotATarget as problem:
            columns = [column for column in _COLUMNS.split(said) if column.strip()]
            if len(columns) < 2:
                yield self._lines.number, said, problem
                return
            several = NotATarget(f"{len(columns)} columns; expected one {self._kind.one} a line")
            yield self._lines.number, f"{bare(columns[0])} …", several

    # A table

    def _delimiter_of(self, head: str, delimiters: str, lines: Iterator[str]) -> str | None:
        """Return what stands between the columns of a table with this head; None for a list.

        Raises:
            BadInput: it is a table, and nothing tells which column holds the targets.
        """
        split = {each: cells for each in delimiters if len(cells := _cells(head, each)) > 1}
        if self._column is not None:
            split = split or {",": _cells(head, ",")}
            found = [each for each, cells in split.items() if self._at(cells, self._column) is not None]
            if not found:
                raise BadInput(self._no_column(max(split, key=lambda each: len(split[each])), head, lines))
            return max(found, key=lambda each: len(split[each]))
        # A list as a spreadsheet saves it has empty columns.
        split = {each: cells for each, cells in split.items() if sum(map(bool, cells)) > 1}
        tables = [each for each, cells in split.items() if self._kind.best(cells)]
        if tables:
            return max(tables, key=lambda each: len(split[each]))
        for each in sorted(split, key=lambda each: len(split[each]), reverse=True):
            # Behind a list's target there may be a comment.
            if sum(map(bool, _cells(_said(head), each))) > 1 and not self._kind.is_target(_said(head)):
                raise BadInput(self._no_column(each, head, lines))
        return None

    def _no_column(self, delimiter: str, head: str, lines: Iterator[str]) -> str:
        """Return that no head tells where the targets are, and which column looks like it."""
        number, heads = self._lines.number, _cells(head, delimiter)
        rows = [_cells(line, delimiter) for line in islice(lines, SAMPLE)]
        guess = guess_column(self._kind, heads, rows)
        looks = f"; {guess.told(self._kind.several)}" if guess is not None else ""
        is_headless = guess is not None and guess.is_headless
        # What stands in a row that is no head is about people.
        there = "" if is_headless else ", ".join(repr(shown(cell)) for cell in heads[:12] if cell)
        if self._column is not None:
            meant = did_you_mean(nearest(self._column, heads))
            told = f"column={shown(self._column)}: line {number} of {self._path} has no such head: {there}"
            return f"{told}{f'; {meant}'.rstrip() if meant else looks}"
        if is_headless:
            looks = f"{looks}, but this is no head: put a line with heads above it"
        columns = f"{len(heads)} columns" + (f" ({there})" if there else "")
        told = f"file={self._path}: line {number} has {columns}, and none has a head that is known to stand above"
        return f"{told} {self._kind.several}{looks or '; give one a line, or a head and column=…'}"

    def _table(self, head: str, lines: Iterator[str], delimiter: str) -> Iterator[Row]:
        heads = _cells(head, delimiter)
        seen, lines = self._lines.ahead(lines, SAMPLE)
        fields = self._fields_of(heads, [_cells(line, delimiter) for line in seen])
        if fields is not None:
            self.layout = f"line {self._lines.number} is taken for a table's head; its column {fields[0]!r} is read"
        # The first of two columns with one head is the one that is meant.
        places = [(name, heads.index(name)) for name in fields or self._kind.needed(heads)]
        first, read = (places[0][1], self._kind.reader_of(fields[0])) if fields else (len(heads), self._kind.read)
        for start, cells in self._cells_of(csv.reader(lines, delimiter=delimiter, strict=True)):
            if isinstance(cells, NotATarget):
                yield start, "", cells
                continue
            # Most rows of a long table.
            if len(cells) > first and _PLAIN.fullmatch(cells[first]):
                yield self._value(start, cells[first], read)
                continue
            text = "".join(cells).strip()
            if not text or (not text.isascii() and not bare(text)):
                continue
            if text[0] == "#" and sum(bool(bare(cell)) for cell in cells) == 1:
                continue
            record = {name: cells[place] for name, place in places if place < len(cells)}
            yield self._in_record(start, record, fields)

    def _fields_of(self, heads: list[str], rows: list[list[str]]) -> list[str] | None:
        """Return the heads of the columns that are read; None for a table of igcrawl's own.

        Such a table says of each row what it is: the `pk` of a post is no account's.

        Raises:
            BadInput: the column may hold something else, and another one looks at least as much like targets.
        """
        if self._column is not None:
            head = heads[self._at(heads, self._column) or 0]
            guess = guess_column(self._kind, heads, rows)
            if guess is not None and guess.head != head:
                self.hint = guess.told(self._kind.several)
            return [head]
        if "type" in heads and not self._is_walk_table(heads):
            return None
        fields = self._kind.best(heads)
        if (doubt := self._kind.doubt(fields[0])) and (rival := rival_column(self._kind, heads, rows, fields[0])):
            one, other = shown(rival.head), shown(fields[0])
            raise BadInput(f"file={self._path}: its column {other!r} {doubt}; column={one} or column={other}")
        return fields

    def _is_walk_table(self, heads: list[str]) -> bool:
        """Return whether a table holds igcrawl's own walk records: nothing but their target tells an account."""
        return {"operation", "target"} <= set(heads) and self._kind.best(heads) == ["target"]

    def _cells_of(self, rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str] | NotATarget]]:
        """Yield the cells of each row, with the number of the line in which it begins.

        Raises:
            BadInput: quotes are not closed: what stands behind them would be lost.
        """
        while True:
            start = self._lines.number + 1
            try:
                yield start, next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                if "unexpected end" in str(error) or "field larger" in str(error):
                    raise BadInput(
                        f"file={self._path}: line {start}: a quote is opened and not closed; mend the file"
                    ) from None
                # A quote that was meant as a letter has drawn the lines below into its cell.
                for number in range(start, self._lines.number + 1):
                    yield number, NotATarget("its quotes are not those of a table: one within a cell is written twice")

    @staticmethod
    def _at(heads: list[str], column: str) -> int | None:
        wanted = bare(column).casefold()
        return next((place for place, head in enumerate(heads) if head.casefold() == wanted), None)

    # JSON lines

    def _records(self, first: str, lines: Iterator[str]) -> Iterator[Row]:
        self._takes_walks = self._column is None and self._holds_only_walks()
        if self._takes_walks:
            self.layout = "holds walk records only; their targets are read"
        yield from self._json(first)
        for line in lines:
            yield from self._json(line)

    def _holds_only_walks(self) -> bool:
        """Return whether all records are walk records: beside others they only say whose list was read."""
        lines = FileLines(self._path)
        try:
            for line in lines:
                if line.strip("\ufeff \t\r,") not in {"", "[", "]"} and set(_TYPE.findall(line)) != {"walk"}:
                    return False
        finally:
            lines.close()
        return True

    def _json(self, line: str) -> Iterator[Row]:
        number = self._lines.number
        # A JSON array may stand with an object a line.
        said = line.strip("\ufeff \t\r").removesuffix(",")
        if said in {"", "[", "]"}:
            return
        if said.startswith("[{") and not said.endswith("]"):
            said = said[1:]
        elif said.endswith("}]") and not said.startswith("["):
            said = said[:-1]
        try:
            value = orjson.loads(said)
        except orjson.JSONDecodeError:
            yield number, "", NotATarget("is no JSON; expected one object a line")
            return
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Mapping):
                yield self._in_record(number, each, None if self._column is None else [self._column])
            else:
                yield self._value(number, each, self._kind.read)

    @staticmethod
    def _value(number: int, value: Any, read: Callable[[str], Target]) -> Row:
        if not isinstance(value, str) and type(value) is not int:
            return number, "", NotATarget("expected an object with the target in it")
        try:
            return number, str(value), read(str(value))
        except NotATarget as problem:
            return number, str(value), problem

    def _in_record(self, number: int, record: Mapping[str, Any], fields: list[str] | None) -> Row:
        if self._is_own_target(record):
            return number, "", None
        if self._takes_walks:
            return self._value(number, record.get("target"), self._kind.reader_of("target"))
        try:
            cell = self._kind.cell_in(record, fields)
        except NotATarget as problem:
            return number, "", problem
        return (number, "", None) if cell is None else self._value(number, *cell)

    def _is_own_target(self, record: Mapping[str, Any]) -> bool:
        """Return whether a record is the profile that a walk has asked for beside its list."""
        if record.get("type") != "profile":
            return False
        operation = str(record.get("walk") or "").partition("/")[0]
        return bool(operation) and not self._lists_profiles(operation)


def _cells(line: str, delimiter: str) -> list[str]:
    """Return the cells of a line as a table's head."""
    try:
        [cells] = csv.reader([line], delimiter=delimiter, strict=True)
    except (csv.Error, ValueError):
        return []
    return [bare(cell) for cell in cells]


def _said(line: str) -> str:
    """Return what a line of a list says; empty for a comment."""
    said = bare(line)
    if said and not said.startswith("#"):
        comment = _COMMENT_BEHIND.search(said)
        said = bare(_without_empty_columns(said if comment is None else said[: comment.start()]))
    return "" if said.startswith("#") else said


def _without_empty_columns(text: str) -> str:
    """Return a line of a list without a spreadsheet's empty columns behind its target."""
    last = len(text)
    while last and (text[last - 1] in ",;" or text[last - 1].isspace()):
        last -= 1
    return text[:last]
