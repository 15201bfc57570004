"""What comes out: records, one output line each, and pages, the unit that flows through the pipelines.

Every record starts with `type`, `operation`, `fetched_at` and `walk`; the rest is listed in DESIGN.md, section 6.
IDs are text (they pass 2^53). Times the server gives stay its own: seconds since 1970, UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar


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

    type: str
    operation: str
    fetched_at: str
    walk: str


@dataclass(slots=True)
class Profile(Record):
    """An account's profile. What an operation's answer does not hold is None."""

    TYPE: ClassVar[str] = "profile"

    pk: str
    username: str | None = None
    full_name: str | None = None
    biography: str | None = None
    external_url: str | None = None
    bio_links: list[dict[str, str | None]] | None = None
    category: str | None = None
    follower_count: int | None = None
    following_count: int | None = None
    media_count: int | None = None
    is_private: bool | None = None
    is_verified: bool | None = None
    is_business: bool | None = None
    account_type: int | None = None
    profile_pic_url: str | None = None
    pronouns: list[str] | None = None
    hd_profile_pic_url: str | None = None
    latest_reel_media: int | None = None


@dataclass(slots=True)
class Follow(Record):
    """One edge of the follower graph: `pk` follows `owner_pk` (followers), or the other way round (following).

    `position` counts the walk's different accounts from 1, in the server's order.
    """

    TYPE: ClassVar[str] = "follow"

    owner_pk: str
    direction: str
    position: int
    pk: str
    username: str | None = None
    full_name: str | None = None
    is_private: bool | None = None
    is_verified: bool | None = None
    profile_pic_url: str | None = None
    latest_reel_media: int | None = None


@dataclass(slots=True)
class WalkEnd(Record):
    """The last record of a walk: its verdict and its counts.

    `records` counts different accounts or things, `duplicates` those that came again and were not written,
    `requests` every attempt that was sent. `reason` is the operator's line when the verdict needs one.
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
    reason: str | None = None


RECORD_TYPES: dict[str, type[Record]] = {record.TYPE: record for record in (Profile, Follow, WalkEnd)}


@dataclass(slots=True)
class Page:
    """What one answer of a walk holds. The item of our spiders: one passes the pipelines, not 200.

    Args:
        walk: operation and target of the walk.
        records: in the server's order; the last page's end with the `WalkEnd`.
        cursor: where the walk goes on, None at its end.
    """

    walk: str
    records: list[Any] = field(default_factory=list)
    cursor: str | None = None

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the records."""
        return iter(self.records)

    def __len__(self) -> int:
        return len(self.records)
