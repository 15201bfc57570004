"""A walk: all pages of one operation for one target, and how it ended. Pure: the clock is an argument."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from itertools import compress
from operator import attrgetter
from typing import Any, Final

from igcrawl.crawl.endless import Endless
from igcrawl.crawl.seen import Cursors, Numbers, Seen
from igcrawl.items import EndlessWalkEnd, Follow, NewFollow, Record, WalkEnd
from igcrawl.operations.call import Call
from igcrawl.operations.operation import Operation
from igcrawl.operations.paging import PageEnd
from igcrawl.printable import fitted, printable
from igcrawl.store import OperatorLimits
from igcrawl.store.packed_ids import hash_of, number_of, numbers_of, signed_hash
from igcrawl.verdict import Verdict, believed_count, holds_too_many, judge_ended_list
from igcrawl.wording import counted

#: So many different notes about what was passed over stand in a walk's record, each of so many characters at most.
_NOTES: Final = 5
_LONGEST_NOTE: Final = 300
_LONGEST_REASON: Final = 500
#: What every record has.
_OF_ALL: Final = frozenset(field.name for field in fields(Record))


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a walk.

    Args:
        verdict: its own.
        reason: a line for the operator if the verdict needs one; what a server put into it is made printable.
        endless_pages: the IG_ENDLESS_PAGES that ended it; the same command continues when the setting was raised.
    """

    verdict: Verdict
    reason: str | None = None
    endless_pages: int | None = None

    def __post_init__(self) -> None:
        """Make the reason one line of a length that a person reads."""
        if self.reason is not None:
            object.__setattr__(self, "reason", fitted(self.reason, _LONGEST_REASON))


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
        depth: 1 for what the operator gave, 2 for what that found, …
        seen: what it has found so far, and what an update knows.
        overlap: after so many pages of accounts that are all known an update has reached its end.
        loops_from: the number of pages before its last beginning: only cursors that came later can be a loop.
        passed: how many accounts an update has passed over, since they are known.
        ready: whether what must be known before the first page is known.
        new, gone, given, line: as its record says, see `WalkEnd`.
        versions: those of igcrawl that have worked on it, in their order.
        private: whether the target's profile says that the account is private.
        uncounted: whether the target's profile was asked how long the list is, and did not say.
        endless: signs that the list does not end.
        known_pages: pages in a row of which an update knew every account.
        substitute: the operation that is asked in place of its own, whose doc_id was rotated.
        hides_cursor: whether its cursor holds a part of the session, so that it is nowhere but in memory.
        begun_with: how far it had come when it last began again.
        shared_args: arguments of a call that asks for other walks, too; None for one of its own.
    """

    operation: Operation
    target: str
    args: dict[str, Any]
    limits: OperatorLimits = field(default_factory=OperatorLimits)
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
    depth: int = 1
    seen: Seen = field(default_factory=Seen)
    overlap: int = 1
    loops_from: int = 0
    passed: int = 0
    ready: bool = False
    new: int | None = None
    gone: int | None = None
    given: str | None = None
    line: int | None = None
    versions: list[str] = field(default_factory=list)
    private: bool = False
    uncounted: bool = False
    endless: Endless = field(default_factory=Endless)
    known_pages: int = 0
    begun_with: int = -1
    substitute: Operation | None = None
    hides_cursor: bool = False
    shared_args: Mapping[str, Any] | None = None
    _cursors: Cursors = field(default_factory=Cursors)

    def __post_init__(self) -> None:
        """Remember the cursor that the walk begins with: coming back to it is a loop."""
        if self.cursor is not None:
            self._cursors.add(signed_hash(self.cursor))

    @property
    def id(self) -> str:
        """Operation and target."""
        return f"{self.operation.name}/{self.target}"

    @property
    def asked(self) -> Operation:
        """The operation that its pages are asked with."""
        return self.substitute or self.operation

    def next_call(self) -> Call:
        """Return the call for the next page."""
        return Call(self.asked.name, self.shared_args or self.args, self.cursor, self.rank_token)

    def only_own_kind(self, records: list[Any]) -> list[Any]:
        """Return the records of an answer that belong into this walk: what stands in may give more."""
        if self.substitute is None:
            return records
        kind, only = self.operation.reader.record, self.operation.only.items()
        own = [record for record in records if type(record) is kind]
        return [record for record in own if all(getattr(record, name) == value for name, value in only)]

    def keep(self, records: list[Any]) -> list[Any]:
        """Return the records that are new in this walk, with their positions.

        The operation's kind of record is counted; what comes along (the sound beside its reels) is only written once.
        """
        reader = self.asked.reader
        kind = reader.record
        self.seen.turn_page()
        if reader.mixed:
            along = [record for record in records if type(record) is not kind]
            if len(along) == len(records) > 0:
                kind = type(records[0])
            counted = [record for record in records if type(record) is kind]
            kept = self._keep(counted, kind) + self._new([record for record in along if type(record) is not kind])
        else:
            kept = self._keep(records, kind)
        self.pages += 1
        self.endless.see(len(records), self.seen.fresh, hash_of(self.seen.page) if records else None)
        return kept

    def _keep(self, records: list[Any], kind: type[Record]) -> list[Any]:
        if not kind.KEY:
            self.records += len(records)
            self.seen.fresh = len(records)
            self.seen.page = [number_of(_content(record)) for record in records]
            return records
        numbers = numbers_of(list(map(attrgetter(*kind.KEY), records)))
        kept = list(compress(records, self.seen.are_new(numbers)))
        if "position" in kind.__dataclass_fields__:
            for position, record in enumerate(kept, start=self.records + 1):
                record.position = position
        self.records += len(kept)
        self.passed += self.seen.passed
        self.duplicates += len(records) - len(kept) - self.seen.passed
        if self.seen.since is None:
            return kept
        self.known_pages = self.known_pages + 1 if self.seen.known == len(records) > 0 else 0
        return [_as_new(record) for record in kept]

    def _new(self, records: list[Any]) -> list[Any]:
        is_new = self.seen.is_new
        return [record for record in records if is_new(number_of((record.TYPE, attrgetter(*record.KEY)(record))))]

    def remember_cursor(self, cursor: int) -> None:
        """Remember the hash of a cursor that an earlier run came to."""
        self._cursors.add(cursor)

    @property
    def can_begin_again(self) -> bool:
        """True if the walk has come further since it last began."""
        return self.pages > 0 and self.held > self.begun_with

    def begin_again(self, before: Numbers, why: str) -> None:
        """Go back to the first page; what was found is known and not written twice.

        Args:
            before: all that the walk has found.
            why: stands in the walk's record.
        """
        self.cursor = None
        self.hides_cursor = False
        self.seen.begin_again(before)
        self.begun_with = self.held
        self.loops_from = self.pages
        self.endless.begin_again()
        self.known_pages = 0
        self._cursors = Cursors()
        self.note([why])

    def walk_again(self, before: Numbers) -> None:
        """Go back to the first page, since the operator asks once more.

        Args:
            before: all that the walk has found.
        """
        self.substitute = None
        self.begin_again(before, "walked again from its first page")
        self.endless.walk_again(self.pages)

    def note(self, notes: Iterable[str]) -> list[str]:
        """Take over what was passed over, each note as a printable line; return what is said for the first time."""
        lines = dict.fromkeys(printable(note, _LONGEST_NOTE) for note in notes)
        fresh = [line for line in lines if line not in self.notes][: _NOTES - len(self.notes)]
        self.notes += fresh
        return fresh

    @property
    def held(self) -> int:
        """Number of accounts that the list held so far, those that an update knows included."""
        return self.records + self.passed

    def turn_page(self, end: PageEnd) -> Ending | None:
        """Go on to the next page, or return how the walk ended."""
        if self.expected is None and self.cursor is None:
            self.expected = believed_count(end.count)
        if end.cursor is None:
            return self._ended_by_server(end)
        if self.seen.since is not None and self.known_pages >= self.overlap:
            return Ending(Verdict.UPDATED)
        if not self._cursors.add(signed_hash(end.cursor)):
            return Ending(Verdict.LOOPED, f"the cursor of page {self.pages} came before")
        self.cursor = end.cursor
        limits = self.limits
        if limits.max_pages is not None and self.pages >= limits.max_pages:
            if not self.held and self.expected:
                # What the server did not give must not look like what the operator did not want.
                nobody = f"max_pages={limits.max_pages} was reached, and no page held anybody"
                return Ending(Verdict.SUSPECT, f"{nobody}; {self.expected:,} were expected")
            return Ending(Verdict.STOPPED, f"max_pages={limits.max_pages}")
        if limits.max_users is not None and self.records >= limits.max_users:
            return Ending(Verdict.STOPPED, _told_of_last_page(limits.max_users, self.records))
        return None if end.whole else self._endless()

    def _endless(self) -> Ending | None:
        sign = self.endless.sign(self.held, self.expected)
        if sign is not None:
            return Ending(Verdict.SUSPECT, sign)
        most = self.limits.endless_pages
        pages = self.pages - self.endless.pages_before
        if most is None or self.expected is not None or pages < most:
            return None
        told = f"{counted(pages, 'page')}, and nothing says how long the list is"
        reason = f"{told}; a larger IG_ENDLESS_PAGES than {most} continues"
        return Ending(Verdict.SUSPECT, reason, endless_pages=most)

    def _ended_by_server(self, end: PageEnd) -> Ending:
        if end.doubt is not None:
            return Ending(Verdict.SUSPECT, end.doubt)
        if self.asked.paging is None or end.whole:
            return Ending(Verdict.COMPLETE)
        if end.limited:
            return Ending(Verdict.LIMITED, "the server said that it cut the list")
        verdict = judge_ended_list(self.held, self.expected)
        if not self.held and (self.expected or self.uncounted):
            told = f"{self.expected:,} were expected" if self.expected else "nothing says how long it should be"
            if self.private:
                return Ending(Verdict.PRIVATE, f"its profile says so; the list was empty, {told}")
            if self.uncounted:
                return Ending(Verdict.SUSPECT, f"the list was empty, and {told}")
        if verdict is Verdict.SUSPECT or holds_too_many(self.held, self.expected):
            return Ending(verdict, f"{self.expected:,} were expected, the list held {self.held:,}")
        return Ending(verdict)

    def end_record(self, ending: Ending, now: str) -> WalkEnd:
        """Return the walk's last record.

        Args:
            ending: how it ended.
            now: UTC, ISO 8601.
        """
        kind = WalkEnd if ending.endless_pages is None else EndlessWalkEnd
        return kind(
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
            new=self.new,
            gone=self.gone,
            reason=fitted("; ".join(filter(None, [ending.reason, *self.notes])), _LONGEST_REASON) or None,
            given=self.given,
            line=self.line,
        )


def _as_new(record: Any) -> Any:
    if type(record) is not Follow:
        return record
    new = NewFollow.__new__(NewFollow)
    # What the record lacks stays absent.
    vars(new).update(vars(record), new=True)
    return new


def _content(record: Any) -> tuple[Any, ...]:
    """Return what a record says beside what all records have."""
    return tuple(getattr(record, field.name) for field in fields(record) if field.name not in _OF_ALL)


def _told_of_last_page(limit: int, records: int) -> str:
    """Return why a walk ended at ``max_users``: a page is paid for, so the last one is written whole."""
    whole = f"; the page that reached it is written whole, {counted(records, 'record')} in all"
    return f"max_users={limit}{'' if records == limit else whole}"
