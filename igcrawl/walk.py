"""A walk: all pages of one operation for one target, and how it ended. Pure: the clock is an argument."""

from __future__ import annotations

import uuid
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, Final

from igcrawl.call import Call
from igcrawl.items import Record, WalkEnd
from igcrawl.operation import Operation
from igcrawl.paging import Turn
from igcrawl.verdict import Verdict, judge_ended_list

#: How many accounts back one that comes twice is recognised.
REMEMBERED: Final = 100_000
#: After so many empty pages in a row the list is not worth a further request.
BARREN_PAGES: Final = 25
#: So many different notes about what was passed over stand in a walk's record.
_NOTES: Final = 5


class Recent:
    """A set that remembers at least the last `size` members, and at most twice as many: flat memory."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._older: set[Hashable] = set()
        self._newer: set[Hashable] = set()

    def add(self, member: Hashable) -> bool:
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
        expected: the count in the target's profile, or in the list's own first page; None when it is not known.
        answered_at: when its last answer came, UTC, ISO 8601.
        cursor: of the next call; one that is given is where the walk begins.
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
    answered_at: str = ""
    notes: list[str] = field(default_factory=list)
    _barren: int = 0
    _known: Recent = field(default_factory=lambda: Recent(REMEMBERED))
    _cursors: Recent = field(default_factory=lambda: Recent(REMEMBERED))

    def __post_init__(self) -> None:
        """Remember the cursor that the walk begins with: coming back to it is a loop."""
        if self.cursor is not None:
            self._cursors.add(self.cursor)

    @property
    def id(self) -> str:
        """Operation and target."""
        return f"{self.operation.name}/{self.target}"

    def next_call(self) -> Call:
        """Return the call for the next page."""
        return Call(self.operation.name, self.args, self.cursor, self.rank_token)

    def keep(self, records: list[Any]) -> list[Any]:
        """Return the records that are new in this walk, with their positions.

        The operation's kind of record is counted; what comes along (the sound beside its reels) is only written once.
        """
        reader = self.operation.reader
        kind = reader.record
        if reader.mixed:
            along = [record for record in records if type(record) is not kind]
            if len(along) == len(records) > 0:
                kind = type(records[0])
            counted = [record for record in records if type(record) is kind]
            kept = self._keep(counted, kind) + self._new([record for record in along if type(record) is not kind])
        else:
            counted, kept = records, self._keep(records, kind)
        self.pages += 1
        self._barren = 0 if kept else self._barren + 1
        return kept

    def _keep(self, records: list[Any], kind: type[Record]) -> list[Any]:
        if not kind.KEY:
            self.records += len(records)
            return records
        add, key_of, position = self._known.add, attrgetter(*kind.KEY), self.records
        counted = hasattr(kind, "position")
        kept = []
        for record in records:
            if add(key_of(record)):
                position += 1
                if counted:
                    record.position = position
                kept.append(record)
        self.records = position
        self.duplicates += len(records) - len(kept)
        return kept

    def _new(self, records: list[Any]) -> list[Any]:
        return [record for record in records if self._known.add((record.TYPE, attrgetter(*record.KEY)(record)))]

    def note(self, notes: list[str]) -> list[str]:
        """Take over what a reader passed over, and return what is said for the first time."""
        fresh = [note for note in dict.fromkeys(notes) if note not in self.notes][: _NOTES - len(self.notes)]
        self.notes += fresh
        return fresh

    def turn(self, turn: Turn) -> Ending | None:
        """Go on to the next page, or return how the walk ended."""
        if self.expected is None and self.cursor is None:
            self.expected = turn.count
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
        if self.operation.paging is None or turn.whole:
            return Ending(Verdict.COMPLETE)
        if turn.limited:
            return Ending(Verdict.LIMITED, "the server said that it cut the list")
        verdict = judge_ended_list(self.records, self.expected)
        if verdict is Verdict.SUSPECT:
            return Ending(verdict, f"{self.expected} were expected, the list held {self.records}")
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
            reason=ending.reason or "; ".join(self.notes) or None,
        )


def timestamp(seconds: float) -> str:
    """Return seconds since 1970 as UTC, ISO 8601, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
