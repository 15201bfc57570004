"""Fields common to all records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import repeat
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


def records_of(kind: type[Record], columns: Sequence[Iterable[Any]]) -> list[Any]:
    """Return records of a class, each as its constructor makes it from a row; many at once take half the time.

    Args:
        kind: has no `__post_init__`.
        columns: values of each field, in the order of the fields; those with a default may be missing at the end.
    """
    known, new = fields(kind), kind.__new__
    names = [field.name for field in known]
    defaults = [repeat(field.default) for field in known[len(columns) :]]
    records = []
    for row in zip(*columns, *defaults, strict=False):
        record = new(kind)
        record.__dict__ = dict(zip(names, row, strict=True))
        records.append(record)
    return records
