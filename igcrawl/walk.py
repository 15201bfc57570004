"""A walk: all pages of one operation for one target, and how it ended. Pure: the clock is an argument."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from igcrawl.call import Call
from igcrawl.items import WalkEnd
from igcrawl.operation import Operation
from igcrawl.paging import Turn
from igcrawl.verdict import Verdict, judge_ended_list

#: How many accounts back one that comes twice is recognised.
REMEMBERED: Final = 100_000
#: After so many empty pages in a row the list is not worth a further request.
BARREN_PAGES: Final = 25


class Recent:
    """A set that remembers at least the last `size` members, and at most twice as many: flat memory."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._older: set[str] = set()
        self._newer: set[str] = set()

    def add(self, member: str) -> bool:
        """Remember a member and say whether it is new."""
        if member in self._newer or member in self._older:
            return False
        if len(self._newer) >= self._size:
            self._older, self._newer = self._newer, set()
        self._newer.add(member)
        return True


@dataclass(frozen=True, slots=True)
class Limits:
    """The operator's own limits for each walk; None is none."""

    max_pages: int | None = None
    max_users: int | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """How a walk ended, and the operator's line when the verdict needs one."""

    verdict: Verdict
    reason: str | None = None


@dataclass(slots=True, kw_only=True)
class Walk:
    """The state of one walk.

    Args:
        operation: what is asked.
        target: whom it is asked for, as far as known: an id, or the name given until it is resolved.
        args: arguments of its calls.
        limits: the operator's own.
        started_at: UTC, ISO 8601.
        expected: the count in the target's profile, None when it is not known.
    """

    operation: Operation
    target: str
    args: dict[str, Any]
    limits: Limits = Limits()
    started_at: str = ""
    expected: int | None = None
    cursor: str | None = None
    rank_token: str = field(default_factory=lambda: str(uuid.uuid4()))
    pages: int = 0
    records: int = 0
    duplicates: int = 0
    requests: int = 0
    _barren: int = 0
    _accounts: Recent = field(default_factory=lambda: Recent(REMEMBERED))
    _cursors: Recent = field(default_factory=lambda: Recent(REMEMBERED))

    @property
    def id(self) -> str:
        """Operation and target."""
        return f"{self.operation.name}/{self.target}"

    def next_call(self) -> Call:
        """Return the call for the next page."""
        return Call(self.operation.name, self.args, self.cursor, self.rank_token)

    def keep(self, records: list[Any]) -> list[Any]:
        """Return the records that are new in this walk, with their positions."""
        add, position = self._accounts.add, self.records
        counted = self.operation.reader.position
        kept = []
        for record in records:
            if add(record.pk):
                position += 1
                if counted:
                    record.position = position
                kept.append(record)
        self.records = position
        self.duplicates += len(records) - len(kept)
        self.pages += 1
        self._barren = 0 if records else self._barren + 1
        return kept

    def turn(self, turn: Turn) -> Ending | None:
        """Go on to the next page, or return how the walk ended."""
        if turn.cursor is None:
            return self._ended_by_server(turn)
        if not self._cursors.add(turn.cursor):
            return Ending(Verdict.LOOPED, f"the cursor of page {self.pages} came before")
        self.cursor = turn.cursor
        limits = self.limits
        if limits.max_pages is not None and self.pages >= limits.max_pages:
            return Ending(Verdict.STOPPED, f"max_pages={limits.max_pages}")
        if limits.max_users is not None and self.records >= limits.max_users:
            return Ending(Verdict.STOPPED, f"max_users={limits.max_users}")
        if self._barren >= BARREN_PAGES:
            return Ending(Verdict.SUSPECT, f"{BARREN_PAGES} empty pages in a row, each with a cursor")
        return None

    def _ended_by_server(self, turn: Turn) -> Ending:
        if self.operation.paging is None:
            return Ending(Verdict.COMPLETE)
        if turn.limited:
            return Ending(Verdict.LIMITED, "the server said that it cut the list")
        verdict = judge_ended_list(self.records, self.expected)
        if verdict is Verdict.SUSPECT:
            return Ending(verdict, f"the profile says {self.expected}, the list held {self.records}")
        return Ending(verdict)

    def end_record(self, ending: Ending, now: str) -> WalkEnd:
        """Return the walk's last record.

        Args:
            ending: how it ended.
            now: UTC, ISO 8601.
        """
        return WalkEnd(
            type=WalkEnd.TYPE,
            operation=self.operation.name,
            fetched_at=now,
            walk=self.id,
            target=self.target,
            verdict=ending.verdict,
            pages=self.pages,
            records=self.records,
            duplicates=self.duplicates,
            expected=self.expected,
            requests=self.requests,
            started_at=self.started_at or now,
            ended_at=now,
            reason=ending.reason,
        )


def timestamp(seconds: float) -> str:
    """Return seconds since 1970 as UTC, ISO 8601, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def count_in_profile(profile: Mapping[str, Any] | Any, direction: str) -> int | None:
    """Return how many accounts a profile says a list of `direction` holds."""
    count = getattr(profile, {"followers": "follower_count", "following": "following_count"}[direction], None)
    return count if isinstance(count, int) else None
