"""Readers: envelope -> records. A reader is data, a path and a field map, and one function interprets all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from igcrawl.errors import MalformedAnswer, NotFound
from igcrawl.fields import Field, WrongKind
from igcrawl.items import Record

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """Whose answer is read: what every record of it shares.

    Args:
        operation: name of the operation.
        walk: operation and target of the walk.
        fetched_at: when the answer came, UTC, ISO 8601.
        args: the call's arguments, for what the answer itself does not repeat.
    """

    operation: str
    walk: str
    fetched_at: str
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads one kind of record from one place.

    Args:
        at: path from the envelope to the list of rows, or to the one object.
        single: whether there stands one object instead of a list; null then means that there is no such target.
        record: the record's class.
        before: fields that come before the server's in the record: names of call arguments, or constants.
        position: whether the record has a `position` behind them; it is 0 until the walk counts it.
        fields: the record's other fields, in its order.
        unwrap: key under which each row holds the object, for rows like ``{"media": {…}}``.
    """

    at: Path
    record: type[Record]
    fields: Mapping[str, Field]
    single: bool = False
    before: tuple[str | Constant, ...] = ()
    position: bool = False
    unwrap: str | None = None

    def read(self, envelope: Mapping[str, Any], reading: Reading) -> list[Any]:
        """Return the records.

        Raises:
            NotFound: the one object is null.
            MalformedAnswer: the answer has another shape; the error names the place.
        """
        found = walk_path(envelope, self.at, reading.operation)
        if self.single:
            if found is None:
                raise NotFound(f"{reading.operation}: {'.'.join(self.at)} is null: no such target")
            rows, place = [found], ".".join(self.at)
        elif type(found) is list:
            rows, place = found, ".".join(self.at) + "[{}]"
        else:
            raise MalformedAnswer(reading.operation, ".".join(self.at), f"expected a list, got {kind_name(found)}")
        if self.unwrap is not None:
            rows = [row.get(self.unwrap) if type(row) is dict else row for row in rows]
        return self._records(rows, place, reading)

    def _records(self, rows: list[Any], place: str, reading: Reading) -> list[Any]:
        kind = self.record
        shared: list[Any] = [kind.TYPE, reading.operation, reading.fetched_at, reading.walk]
        shared += [item.value if isinstance(item, Constant) else reading.args.get(item) for item in self.before]
        if self.position:
            shared.append(0)
        fields = self.fields.values()
        plain = [(field.key, field.take) for field in fields if field.key is not None]
        try:
            if len(plain) == len(self.fields):
                return [kind(*shared, *[take(row.get(key)) for key, take in plain]) for row in rows]
            return [kind(*shared, *[field.of(row) for field in fields]) for row in rows]
        except (WrongKind, AttributeError):
            raise self._misfit(rows, place, reading.operation) from None

    def _misfit(self, rows: list[Any], place: str, operation: str) -> MalformedAnswer:
        """Find the place that did not fit, off the fast path."""
        for index, row in enumerate(rows):
            where = place.format(index)
            if type(row) is not dict:
                return MalformedAnswer(operation, where, f"expected an object, got {kind_name(row)}")
            for one in self.fields.values():
                try:
                    one.of(row)
                except WrongKind as misfit:
                    return MalformedAnswer(operation, f"{where}.{one}", str(misfit))
        raise AssertionError(f"{operation}: every row at {place} fits")


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that every record of a reader has, e.g. the direction of a follow."""

    value: Any


def walk_path(envelope: Any, path: Path, operation: str) -> Any:
    """Return what stands at `path`; the last step may be null.

    Raises:
        MalformedAnswer: a step is missing or leads into something that is no object.
    """
    current = envelope
    for index, step in enumerate(path):
        place = ".".join(path[: index + 1])
        if type(current) is not dict:
            raise MalformedAnswer(operation, ".".join(path[:index]), f"expected an object, got {kind_name(current)}")
        if step not in current:
            known = ", ".join(sorted(current)[:5]) or "nothing"
            raise MalformedAnswer(operation, place, f"missing; there is {known}")
        current = current[step]
    return current


def kind_name(value: Any) -> str:
    """Name a JSON value's kind in the operator's words."""
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
