"""Fields common to all records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from operator import attrgetter
from typing import Any, ClassVar


@dataclass
class Record:
    """One output line.

    A field that IG_FIELDS leaves out is not in the instance, and not in its line; its value is the class's None.

    Args:
        type: which kind of record, the class's `TYPE`.
        operation: the operation whose answer held it.
        fetched_at: when that answer came, UTC, ISO 8601.
        walk: operation and target of its walk, e.g. ``followers/25025320``.
    """

    TYPE: ClassVar[str]
    #: The fields by which a record that comes again in a walk is recognised; none: nothing is ever the same.
    KEY: ClassVar[tuple[str, ...]] = ()
    #: Whether its account is what was asked for, and not one of many in a list: IG_FIELDS=standard leaves its picture.
    OWNS_PICTURE: ClassVar[bool] = False

    type: str
    operation: str
    fetched_at: str
    walk: str


def records_of(kind: type[Record], shared: Sequence[Any], columns: Sequence[Sequence[Any]]) -> list[Any]:
    """Return records of a class, each as its constructor makes it; many at once take a third of the time.

    Args:
        kind: has no `__post_init__`.
        shared: the values of the first fields, which all records share.
        columns: the values of the next fields, one or more, for each record; fields after them have their defaults.
    """
    # Mypy takes the class for one of its instances, which have no hash.
    hashed: Any = kind
    defaults = _defaults(hashed)
    names = list(defaults)
    blank = defaults | dict(zip(names, shared, strict=False))
    contents = [blank.copy() for _ in columns[0]]
    for name, column in zip(names[len(shared) :], columns, strict=False):
        for content, value in zip(contents, column, strict=True):
            content[name] = value
    new, records = kind.__new__, []
    for content in contents:
        record = new(kind)
        record.__dict__ = content
        records.append(record)
    return records


@cache
def _defaults(kind: type[Record]) -> dict[str, Any]:
    return {field.name: field.default for field in fields(kind)}


def texts_of(records: Sequence[Any], name: str) -> str | None:
    """Return the texts in a field of records, a line or more each; None where it holds something else, too."""
    try:
        return "\n".join(filter(None, map(attrgetter(name), records)))
    except TypeError:
        return None
