"""Readers: envelope -> records. A reader is data, a path and a field map, and one function interprets all of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any, Final, Protocol, TypeAlias

from igcrawl.errors import MalformedAnswer, NotFound
from igcrawl.items import Record
from igcrawl.parsing.fields import Field, Unusable
from igcrawl.parsing.json_paths import (
    ManyPath,
    Path,
    kind_name,
    list_at,
    null_on_the_way,
    stands_at,
    walk_many,
    walk_path,
)
from igcrawl.parsing.values import WrongKind

#: Keys that only a thing itself has, not what wraps it.
_OWN_IDS: Final = ("pk", "pk_id", "strong_id__")
_INDEX: Final = re.compile(r"\[[0-9]+\]")
#: So many different notes an answer may leave.
_MOST_NOTES: Final = 50


@dataclass(frozen=True, slots=True)
class Reading:
    """Context of an answer: the values shared by all its records.

    Args:
        operation: name of the operation.
        walk: operation and target of the walk.
        fetched_at: when the answer came, UTC, ISO 8601.
        args: the call's arguments, for what the answer itself does not repeat.
        notes: what does not fit, and what nothing is known about; one line for all the rows of a list.
        passed_over: places of the rows that gave no record.
    """

    operation: str
    walk: str
    fetched_at: str
    args: Mapping[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Note something once, whichever row of a list it is about."""
        text = _INDEX.sub("[]", text)
        if text not in self.notes and len(self.notes) < _MOST_NOTES:
            self.notes.append(text)

    def pass_over(self, place: str, problem: str) -> None:
        """Note a row that gives no record."""
        self.passed_over.append(place)
        self.note(f"{place}: {problem}: passed over")


class NoRecord(MalformedAnswer):
    """Raised when the one object of an answer is there, and is none of its kind."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that every record of a reader has, e.g. the direction of a follow."""

    value: Any


@dataclass(frozen=True, slots=True)
class Translated:
    """A call's argument in our words; a value without a translation stays as it is."""

    argument: str
    words: Mapping[str, str]

    def of(self, args: Mapping[str, Any]) -> Any:
        """Return the value."""
        given = args.get(self.argument)
        return self.words.get(given, given) if isinstance(given, str) else given


Shared: TypeAlias = str | Constant | Translated


class AnyReader(Protocol):
    """Interface of readers."""

    @property
    def record(self) -> type[Record]:
        """The kind of record it is asked for; others may come along."""

    @property
    def parts(self) -> tuple[Reader, ...]:
        """The readers of one kind of record that it is made of."""

    @property
    def mixed(self) -> bool:
        """True if it may give records of other kinds, too."""

    def finds_place(self, envelope: Mapping[str, Any]) -> bool:
        """Return whether an answer has the place that it reads."""

    def read(self, envelope: Mapping[str, Any], reading: Reading) -> list[Any]:
        """Return the records.

        Raises:
            NotFound: there is no such target.
            MalformedAnswer: the answer has another shape; the error names the place.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads one kind of record from one place.

    Args:
        at: path from the envelope to the list of rows, or to the one object; with `EACH` in it, to each row.
        single: whether there stands one object instead of a list; null then means that there is no such target.
        record: the record's class.
        before: fields that come before the server's in the record: names of call arguments, or constants.
        position: whether the record has a `position` behind them; it is 0 until the walk counts it.
        fields: the record's other fields, in its order.
        unwrap: key under which each row holds the object, for rows like ``{"media": {…}}``.
        merged: whether a row has fields of its own beside the wrapped object's, as streamed answers do.
        beside: what each row gets from elsewhere in the answer: its key there, and the path.
        absent: path on which null means that there is no such target.
        expects: path that must be there, for a reader that takes whatever stands around it.
    """

    at: ManyPath
    record: type[Record]
    fields: Mapping[str, Field]
    single: bool = False
    before: tuple[Shared, ...] = ()
    position: bool = False
    unwrap: str | None = None
    merged: bool = False
    beside: Mapping[str, Path] = field(default_factory=dict)
    absent: Path | None = None
    expects: Path | None = None

    @property
    def parts(self) -> tuple[Reader, ...]:
        """Itself."""
        return (self,)

    @property
    def mixed(self) -> bool:
        """False: it gives one kind of record."""
        return False

    @property
    def head(self) -> Path:
        """The path as far as it leads to one place."""
        steps: list[str] = []
        for step in self.at:
            if not isinstance(step, str):
                break
            steps.append(step)
        return tuple(steps)

    def finds_place(self, envelope: Mapping[str, Any]) -> bool:
        """Return whether an answer has the place that it reads."""
        return stands_at(envelope, self.head)

    def check_place(self, envelope: Mapping[str, Any], operation: str) -> None:
        """Check that what stands in its place is of the right kind, or null.

        Raises:
            MalformedAnswer: it is of another kind.
        """
        if self.single:
            found = walk_path(envelope, self.head, operation)
            if found is not None and type(found) is not dict:
                raise MalformedAnswer(operation, ".".join(self.head), _no_object(found))
        elif self.head:
            list_at(envelope, self.head, operation)

    def read(self, envelope: Mapping[str, Any], reading: Reading) -> list[Any]:
        """Return the records."""
        if self.absent is not None and null_on_the_way(envelope, self.absent):
            raise NotFound(f"{reading.operation}: {'.'.join(self.absent)} is null: no such target")
        if self.expects is not None:
            walk_path(envelope, self.expects, reading.operation)
        rows, places = self._rows(envelope, reading)
        if self.unwrap is not None:
            rows, places = self._unwrapped(rows, places, reading)
        if self.beside:
            shared = {key: walk_path(envelope, path, reading.operation) for key, path in self.beside.items()}
            rows = [_over(shared, row) if type(row) is dict else row for row in rows]
        return self.records(rows, places, reading)

    def _rows(self, envelope: Mapping[str, Any], reading: Reading) -> tuple[list[Any], Places]:
        head = self.head
        if len(head) < len(self.at):
            found = list(walk_many(envelope, self.at, reading.operation, reading.note))
            return [row for _, row in found], Places([place for place, _ in found])
        place = ".".join(head) or "answer"
        if not self.single:
            return list_at(envelope, head, reading.operation), Places(place)
        there = walk_path(envelope, head, reading.operation)
        if there is None:
            raise NotFound(f"{reading.operation}: {place} is null: no such target")
        return [there], Places([place])

    def _unwrapped(self, rows: list[Any], places: Places, reading: Reading) -> tuple[list[Any], Places]:
        """Take the wrapped objects; a row that wraps none, and is none itself, is passed over."""
        opened, where = [], []
        for index, row in enumerate(rows):
            inner = row
            if type(row) is dict:
                inner = row.get(self.unwrap)
                if type(inner) is dict:
                    inner = _over(inner, row) if self.merged else inner
                elif self.merged and any(row.get(key) is not None for key in _OWN_IDS):
                    inner = row
                else:
                    reading.pass_over(places[index], f"no {self.unwrap}" if inner is None else _no_object(inner))
                    continue
            opened.append(inner)
            where.append(places[index])
        return opened, Places(where)

    def records(self, rows: list[Any], places: Places, reading: Reading) -> list[Any]:
        """Return the records of these rows. A row that gives none is passed over, a field that does not fit is null.

        Raises:
            NoRecord: there is only one, and it gives none.
        """
        shared: list[Any] = [self.record.TYPE, reading.operation, reading.fetched_at, reading.walk]
        shared += [_shared_value(item, reading.args) for item in self.before]
        if self.position:
            shared.append(0)
        try:
            columns = [field.column(rows) for field in self.fields.values()]
            return list(map(self.record, *map(repeat, shared), *columns))
        except (WrongKind, AttributeError):
            mended = [self._mended(row, places[index], shared, reading) for index, row in enumerate(rows)]
            return [record for record in mended if record is not None]

    def _mended(self, row: Any, place: str, shared: list[Any], reading: Reading) -> Any:
        """Return the record of a row of which something may not fit, None if it gives none; off the fast path."""

        def note(text: str) -> None:
            reading.note(f"{place}.{text}")

        if type(row) is not dict:
            problem = _no_object(row)
        else:
            try:
                return self.record(*shared, *[field.mended(row, note) for field in self.fields.values()])
            except Unusable as misfit:
                place, problem = f"{place}.{misfit.place}" if misfit.place else place, misfit.problem
        if self.single:
            raise NoRecord(reading.operation, place, problem)
        reading.pass_over(place, problem)
        return None


def _over(below: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row, with what it lacks from below."""
    return {**below, **{key: value for key, value in row.items() if value is not None}}


def _no_object(found: Any) -> str:
    return f"expected an object, got {kind_name(found)}"


class Places:
    """Places of rows, for messages: a list's path, or each row's own."""

    def __init__(self, named: str | list[str]) -> None:
        self._named = named

    def __getitem__(self, index: int) -> str:
        return f"{self._named}[{index}]" if isinstance(self._named, str) else self._named[index]


def _shared_value(item: Shared, args: Mapping[str, Any]) -> Any:
    if isinstance(item, Constant):
        return item.value
    return item.of(args) if isinstance(item, Translated) else args.get(item)
