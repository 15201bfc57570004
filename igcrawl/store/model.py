"""Rows of the store as plain values. Times are text: UTC, ISO 8601."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

#: In the state of a walk that IG_ENDLESS_PAGES has ended: the setting's value then.
ENDLESS_PAGES: Final = "endless_pages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """A walk that is to be: given by the operator, or found by another walk.

    Args:
        key: names it in its crawl, where each key is walked once, e.g. ``followers/25025320``.
        subject: the list that it reads, on whatever surface; what generations of a list are compared by.
        operation: name of the operation.
        target: an id, or the name that the operator gave.
        args: arguments of its calls.
        depth: 1 for what the operator gave, 2 for what that found, …
        cursor: where it begins; None for its first page.
        state: what the walk must remember from its beginning, see `WalkRow`.
    """

    key: str
    subject: str
    operation: str
    target: str
    args: Mapping[str, Any]
    depth: int = 1
    cursor: str | None = None
    state: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class WalkRow:
    """A walk as the store keeps it.

    Args:
        id: the store's number; walks of one depth are taken in its order.
        crawl: number of its crawl.
        seed: the key of its `Seed`.
        subject, operation, target, args, depth: as in `Seed`; the target and what follows from it may be
            resolved meanwhile (a username to an id).
        cursor: of the next page; None before the first and after the last.
        pages, records, duplicates, requests: what it has cost and brought.
        expected: the count that the list should have, None when it is not known.
        state: what else the walk must remember to go on, a JSON object (rank_token, notes, …).
        verdict: None while it waits, is being walked, or its worker has died.
        reason: the operator's line beside a verdict.
        started_at: of its first claim.
        updated_at: of its last commit.
        ended_at: of its verdict.
        worker: who holds it, None for nobody.
        fence: counts its claims; 0 was never claimed.
    """

    id: int
    crawl: int
    seed: str
    subject: str
    operation: str
    target: str
    args: dict[str, Any]
    depth: int
    cursor: str | None = None
    pages: int = 0
    records: int = 0
    duplicates: int = 0
    requests: int = 0
    expected: int | None = None
    state: dict[str, Any] = field(default_factory=dict)
    verdict: str | None = None
    reason: str | None = None
    started_at: str | None = None
    updated_at: str | None = None
    ended_at: str | None = None
    worker: int | None = None
    fence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Records and requests of all walks that ask one operation by one size of pages.

    Args:
        operation: that their pages are asked with, the substitute's where there is one.
        page_size: as their arguments say it, None where they do not.
        records, requests: their sums.
    """

    operation: str
    page_size: str | None
    records: int
    requests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlRow:
    """One generation of a crawl.

    Args:
        id: the store's number.
        key: spider, targets and what shapes the result; the same command has the same key.
        name: what the operator named it, None for a crawl without a name.
        generation: counts the crawls with this key (or name), from 1.
        spider: the spider's name.
        started: how many of its walks were ever claimed.
        created_at: when it began.
        kept: whether the store holds the records of all its pages.
        pages: how many pages of records it holds.
        sown: how many of the operator's targets were taken while the rest is still to come; None when all have walks.
    """

    id: int
    key: str
    name: str | None
    generation: int
    spider: str
    started: int
    created_at: str
    kept: bool = False
    pages: int = 0
    sown: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of a crawl: of how many targets that the operator gave, how many have their verdict."""

    done: int
    all: int


@dataclass(frozen=True, slots=True)
class OperatorLimits:
    """The operator's own limits; None is none.

    Args:
        max_pages: pages a walk.
        max_users: records a walk.
        max_walks: walks a crawl.
        endless_pages: pages a walk while nothing says how long its list is.
    """

    max_pages: int | None = None
    max_users: int | None = None
    max_walks: int | None = None
    endless_pages: int | None = None


@dataclass(frozen=True, slots=True)
class FoundPage:
    """Accounts that were first found on one page of a walk.

    Args:
        ids: packed ids of accounts or things, see `igcrawl.store.packed_ids`.
        turned: a 64-bit hash of the cursor it led to, None at the end of the list.
    """

    ids: bytes
    turned: int | None


@dataclass(frozen=True, slots=True)
class PackedRecords:
    """Records of a page as they are kept.

    Args:
        count: how many there are.
        lines: JSON lines, compressed, see `igcrawl.store.packed_records`.
    """

    count: int
    lines: bytes


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A page of records in the store.

    Args:
        place: counts the pages of its crawl from 1, in the order of their commits and without a gap.
        walk: number of its walk.
        count: how many records it holds.
        lines: JSON lines, compressed, see `igcrawl.store.packed_records`.
    """

    place: int
    walk: int
    count: int
    lines: bytes


@dataclass(frozen=True, slots=True)
class HeldRecords:
    """Records of a walk that the store holds: how many, and the place of their last page."""

    records: int
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A choice of walks. Walks that another walk has found and that nobody has asked yet are never among them.

    Args:
        crawls: numbers of their crawls, None for all.
        operation, target: of the walks, None for all.
        latest: of each operation and target only the walks of one crawl: the one that has the walk with the highest
            number of those that were begun.
        verdicts: only walks with one of these, ``open`` for those without; None for all.
    """

    crawls: Sequence[int] | None = None
    operation: str | None = None
    target: str | None = None
    latest: bool = True
    verdicts: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class WalkCount:
    """A number of walks of one operation that have the same verdict, None for those that have none."""

    operation: str
    verdict: str | None
    walks: int


@dataclass(frozen=True, slots=True)
class ChosenCrawl:
    """A crawl that has chosen walks, and how many of each kind."""

    crawl: CrawlRow
    counts: Sequence[WalkCount]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCommit:
    """The parts of a page, or of the end of a walk, that are committed together.

    Args:
        walk: the walk as it is now. The store writes everything but id, crawl, depth, worker and fence, and holds
            these against what it has: another worker or fence means that the claim is lost. A verdict gives it back.
        found: what the page brought; None when there was no page.
        children: walks that follow; a seed that the crawl already has is passed over.
        records: of the page; None when nothing of it is kept.
    """

    walk: WalkRow
    found: FoundPage | None = None
    children: Sequence[Seed] = ()
    records: PackedRecords | None = None


@dataclass(frozen=True, slots=True)
class OutputRow:
    """A file that holds a crawl's records.

    Args:
        crawl: number of the crawl.
        machine: where the file is, see `igcrawl.output.place`.
        path: its real path.
        state: what is known of it, a JSON object, see `igcrawl.output.output_state`.
    """

    crawl: int
    machine: str
    path: str
    state: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DocIdRow:
    """Observations about a doc_id.

    Args:
        worked_at: when it was answered last, None for never.
        stale_since: since when it is not any more, None for one that may work.
    """

    worked_at: str | None = None
    stale_since: str | None = None
