"""Fields common to all records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(slots=True)
class Record:
    """One output line.

    Args:
        type: which kind of record, the class's `TYPE`.
        operation: the operation whose answer held it.
        fetched_at: when that answer came, UTC, ISO 8601.
        walk: operation and target of its walk, e.g. ``followers/25025320``.
    """

    TYPE: ClassVar[str]
    #: The fields by which a record that comes again in a walk is recognised; none: nothing is ever the same.
    KEY: ClassVar[tuple[str, ...]] = ()

    type: str
    operation: str
    fetched_at: str
    walk: str
