"""Readers: envelope -> records. A reader is data, a path and a field map, and one function interprets all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from igcrawl.errors import MalformedAnswer, NotFound
from igcrawl.items import Record
from igcrawl.parsing.fields import Field
from igcrawl.parsing.json_paths import ManyPath, Path, kind_name, null_on_the_way, stands_at, walk_many, walk_path
from igcrawl.parsing.values import WrongKind


@dataclass(frozen=True, slots=True)
class Reading:
    """Context of an answer: the values shared by all its records.

    Args:
        operation: name of the operation.
        walk: operation and target of the walk.
        fetched_at: when the answer came, UTC, ISO 8601.
        args: the call's arguments, for what the answer itself does not repeat.
        notes: takes a line for each thing that nothing is known about and that was passed over.
    """

    operation: str
    walk: str
    fetched_at: str
    args: Mapping[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


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
        """It gives one kind of record."""
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
            rows = [{**shared, **row} if type(row) is dict else row for row in rows]
        return self.records(rows, places, reading)

    def _rows(self, envelope: Mapping[str, Any], reading: Reading) -> tuple[list[Any], Places]:
        head = self.head
        if len(head) < len(self.at):
            found = list(walk_many(envelope, self.at, reading.operation, reading.notes))
            return [row for _, row in found], Places([place for place, _ in found])
        place = ".".join(head) or "answer"
        there = walk_path(envelope, head, reading.operation)
        if self.single:
            if there is None:
                raise NotFound(f"{reading.operation}: {place} is null: no such target")
            return [there], Places([place])
        if type(there) is not list:
            raise MalformedAnswer(reading.operation, place, f"expected a list, got {kind_name(there)}")
        return there, Places(place)

    def _unwrapped(self, rows: list[Any], places: Places, reading: Reading) -> tuple[list[Any], Places]:
        """Take the wrapped objects; among rows of several kinds, one that neither wraps nor is one is noted."""
        opened, where = [], []
        for index, row in enumerate(rows):
            inner = row.get(self.unwrap) if type(row) is dict else row
            if type(inner) is dict and self.merged:
                inner = {**inner, **{key: value for key, value in row.items() if value is not None}}
            elif inner is None and self.merged and type(row) is dict and row.get("pk") is not None:
                inner = row
            if inner is None and self.merged:
                reading.notes.append(f"{places[index]}: no {self.unwrap}: passed over")
                continue
            opened.append(inner)
            where.append(places[index])
        return opened, Places(where)

    def records(self, rows: list[Any], places: Places, reading: Reading) -> list[Any]:
        """Return the records of these rows.

        Raises:
            MalformedAnswer: one does not fit; the error names its place.
        """
        kind = self.record
        shared: list[Any] = [kind.TYPE, reading.operation, reading.fetched_at, reading.walk]
        shared += [_shared_value(item, reading.args) for item in self.before]
        if self.position:
            shared.append(0)
        fields = self.fields.values()
        plain = [(field.key, field.take) for field in fields if field.key is not None]
        try:
            if len(plain) == len(self.fields):
                return [kind(*shared, *[take(row.get(key)) for key, take in plain]) for row in rows]
            return [kind(*shared, *[field.of(row) for field in fields]) for row in rows]
        except (WrongKind, AttributeError):
            raise self._misfit(rows, places, reading.operation) from None

    def _misfit(self, rows: list[Any], places: Places, operation: str) -> MalformedAnswer:
        """Find the place that did not fit, off the fast path."""
        for index, row in enumerate(rows):
            where = places[index]
            if type(row) is not dict:
                return MalformedAnswer(operation, where, f"expected an object, got {kind_name(row)}")
            for one in self.fields.values():
                try:
                    one.of(row)
                except WrongKind as misfit:
                    return MalformedAnswer(operation, f"{where}.{one}", str(misfit))
        raise AssertionError(f"{operation}: every row fits")


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
