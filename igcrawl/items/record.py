"""Fields common to all records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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


def texts_of(records: Sequence[Any], name: str) -> str | None:
    """Return the texts in a field of records, a line or more each; None where it holds something else, too."""
    try:
        return "\n".join(filter(None, map(attrgetter(name), records)))
    except TypeError:
        return None
