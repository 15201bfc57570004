"""Lists of accounts that the store holds: one for each walk over one, with what it is worth."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final

from igcrawl.crawl.walk_rows import GIVEN
from igcrawl.items import Follow, Suggestion
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.store import CrawlRow, Store, WalkRow
from igcrawl.store.packed_ids import is_id
from igcrawl.times import minute_of
from igcrawl.verdict import OPEN, Verdict

#: The kind of every list of suggestions, whichever operation read it.
SUGGESTIONS: Final = "suggestions"
#: In the key of a crawl that asks only for what is new.
_UPDATE: Final = '"since":"last"'
#: What each verdict leaves open.
_DOUBTS: Final = {
    Verdict.UPDATED: "an update, which reads only who is new: who has left since the last complete list is still in it",
    Verdict.UNVERIFIED: "nothing said how long the list is",
    Verdict.LIMITED: "the server cut the list",
    Verdict.SUSPECT: "the list held fewer than it should",
    Verdict.LOOPED: "the server's pages went in a circle",
    Verdict.STOPPED: "the operator's limit ended it",
    Verdict.PRIVATE: "the account was private",
    Verdict.NOT_FOUND: "there was no such account",
    Verdict.REFUSED: "the server refused the list",
}
_UNFINISHED: Final = "the walk was not finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptList:
    """A list of accounts as one walk has read it.

    Args:
        walk, crawl: numbers of its walk and its crawl.
        crawl_name: as the operator named the crawl, None without.
        generation: of the crawl.
        operation: that read it.
        subject: names the list, the same on every surface.
        kind: ``followers``, ``following``, ``suggestions``, or what another operation calls its list.
        target: whose list it is, as its walk says: an id, or the name that was given until it is resolved.
        owner_given: the name that the operator gave for it, None for an id.
        started_at, ended_at: of its walk; an open one ended with its last commit, None before the first.
        verdict: None for an open one.
        reason: the walk's own.
        records: accounts that it brought.
        held: accounts that the list held, those included that an update passed over.
        expected: the count that the list should have, None when it is not known.
        requests: what the walk cost.
        is_update: whether it may hold only what was new.
        began_again: whether it was read from its first page once more: who had left by then is still in it.
        kept: whether the store holds the records; without them the accounts have no names.
    """

    walk: int
    crawl: int
    crawl_name: str | None
    generation: int
    operation: str
    subject: str
    kind: str
    target: str
    owner_given: str | None
    started_at: str | None
    ended_at: str | None
    verdict: str | None
    reason: str | None
    records: int
    held: int
    expected: int | None
    requests: int
    is_update: bool
    began_again: bool
    kept: bool

    @property
    def owner_pk(self) -> str | None:
        """The id of the account whose list it is, None where its name was never resolved."""
        return self.target if is_id(self.target) else None

    @property
    def is_complete(self) -> bool:
        """True if the list is whole."""
        return self.verdict == Verdict.COMPLETE

    @property
    def holds_something(self) -> bool:
        """True if there is something to compare: accounts, or the knowledge that there are none."""
        return self.held > 0 or self.verdict in {Verdict.COMPLETE, Verdict.UPDATED}

    @property
    def doubt(self) -> str | None:
        """The reason why an answer that builds on it may be wrong, None for a complete list."""
        if self.is_complete:
            return None
        why = _UNFINISHED if self.verdict is None else _DOUBTS.get(Verdict(self.verdict), _UNFINISHED)
        if self.verdict == Verdict.SUSPECT and self.reason:
            return f"suspect: {self.reason}"
        told = f"{self.verdict or OPEN}: {why}"
        if self.is_update or self.expected is None:
            return told
        return f"{told}, {self.held:,} of {self.expected:,} expected"

    @property
    def missing(self) -> int | None:
        """Number of accounts that it is short of its expected count; None when that is not known, as of an update."""
        return None if self.expected is None or self.is_update else max(self.expected - self.held, 0)

    @property
    def name(self) -> str:
        """Its name for the operator, who finds it again by it: crawl, date and verdict."""
        crawl = f"crawl {self.crawl}" + (f" ({self.crawl_name})" if self.crawl_name else "")
        return f"{crawl}, {self.verdict or OPEN} {minute_of(self.ended_at or 'not begun')}"

    @property
    def moment(self) -> tuple[str, int]:
        """The time by which lists are ordered."""
        return self.ended_at or "", self.walk


async def read_kept_lists(store: Store, wanted: Callable[[WalkRow], bool]) -> AsyncIterator[KeptList]:
    """Yield the lists of accounts of every generation, in no order and in flat memory; those never begun are left out.

    Args:
        store: an open store.
        wanted: of which walks.
    """
    kinds = list_kinds()
    for crawl in await store.crawls.generations():
        async for row in store.walks.all(crawl.id):
            if row.operation in kinds and row.fence and wanted(row):
                yield _list_of(row, crawl, kinds[row.operation])


def list_kinds() -> dict[str, str]:
    """Return the operations that read lists of accounts, each with the kind of its list."""
    kinds = {}
    for name, operation in OPERATIONS.items():
        if issubclass(operation.reader.record, Suggestion):
            kinds[name] = SUGGESTIONS
        elif issubclass(operation.reader.record, Follow):
            kinds[name] = operation.list_name
    return kinds


def _list_of(row: WalkRow, crawl: CrawlRow, kind: str) -> KeptList:
    passed = row.state.get("passed") or 0
    return KeptList(
        walk=row.id,
        crawl=row.crawl,
        crawl_name=crawl.name,
        generation=crawl.generation,
        operation=row.operation,
        subject=row.subject,
        kind=kind,
        target=row.target,
        owner_given=row.state.get(GIVEN),
        started_at=row.started_at,
        ended_at=row.ended_at or row.updated_at,
        verdict=row.verdict,
        reason=row.reason,
        records=row.records,
        held=row.records + passed,
        expected=row.expected,
        requests=row.requests,
        is_update=row.verdict == Verdict.UPDATED or (row.verdict != Verdict.COMPLETE and _UPDATE in crawl.key),
        began_again=(row.state.get("begun_with") or -1) > 0,
        kept=crawl.kept,
    )
