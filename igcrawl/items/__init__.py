"""Output values: records, one output line each, and pages, the unit that flows through the pipelines.

Every record starts with `type`, `operation`, `fetched_at` and `walk`; the rest is listed in docs/records.md.
IDs are text (they pass 2^53). Times the server gives stay its own: seconds since 1970, UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from igcrawl.items.accounts import Follow, NewFollow, Profile, Suggestion
from igcrawl.items.answers import CommentCheck, Hit, Payload, Redirect
from igcrawl.items.media import Audio, Comment, Media
from igcrawl.items.record import Record, texts_of

__all__ = [
    "RECORD_TYPES",
    "Audio",
    "Comment",
    "CommentCheck",
    "EndlessWalkEnd",
    "Follow",
    "Hit",
    "Media",
    "NewFollow",
    "Page",
    "Payload",
    "Profile",
    "Record",
    "Redirect",
    "Suggestion",
    "WalkEnd",
    "texts_of",
    "to_record",
]


@dataclass
class WalkEnd(Record):
    """The last record of a walk: its verdict and its counts.

    `records` counts different accounts or things, `duplicates` those that came again and were not written,
    `requests` every attempt that was sent. `reason` is the operator's line when the verdict needs one. Where an
    earlier generation of the list is known, `new` counts those that it did not hold, and `gone` those that have been
    missing from the last two complete ones; None says that it cannot be told. `given` is the target as the operator
    wrote it, `line` its line in the operator's file; a target that another walk has found has neither.
    """

    TYPE: ClassVar[str] = "walk"

    target: str
    verdict: str
    pages: int
    records: int
    duplicates: int
    expected: int | None
    requests: int
    started_at: str
    ended_at: str
    new: int | None = None
    gone: int | None = None
    reason: str | None = None
    given: str | None = None
    line: int | None = None


@dataclass
class EndlessWalkEnd(WalkEnd):
    """The last record of a walk that IG_ENDLESS_PAGES ended, until the setting is raised."""


RECORD_TYPES: dict[str, type[Record]] = {
    record.TYPE: record
    for record in (Profile, Follow, Suggestion, Hit, Media, Comment, Audio, Redirect, Payload, WalkEnd)
}


def to_record(row: Any) -> Any:
    """Return the record that a line of JSON was made of; what is none of ours stays a mapping."""
    kind = RECORD_TYPES.get(row.get("type"))
    for own in (kind, *kind.__subclasses__()) if kind is not None else ():
        if row.keys() <= {field.name for field in fields(own)}:
            with suppress(TypeError):
                return own(**row)
    return row


@dataclass(slots=True)
class Page:
    """The records of one answer of a walk. This is the item of our spiders: one item passes the pipelines, not 200.

    Args:
        walk: operation and target of the walk.
        records: in the server's order; the last page's end with the `WalkEnd`.
        cursor: where the walk goes on; None at its end, and for one that holds a part of the session.
    """

    walk: str
    records: list[Any] = field(default_factory=list)
    cursor: str | None = None

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the records."""
        return iter(self.records)

    def __len__(self) -> int:
        return len(self.records)
