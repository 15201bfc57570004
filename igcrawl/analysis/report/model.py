"""The report's content as plain values: what the page shows, and nothing of where it comes from or how it looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

#: So many accounts are shown in full; the others have a row each.
ACCOUNTS: Final = 20
#: So many accounts have a row.
ACCOUNT_ROWS: Final = 200
#: So many crawls of a list are shown, the latest.
CRAWLS: Final = 24
#: So many counts of profiles are drawn.
COUNTS: Final = 48
#: So many lists are held against each other.
OVERLAPPING: Final = 16
#: So many accounts are drawn in a network, and so many lines between them.
NODES: Final = 2_000
EDGES: Final = 5_000
#: So many walks have a row in the budget.
WALK_ROWS: Final = 10
#: A name or text of the server's has so many characters at most.
TEXT: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """One crawl of a list.

    Args:
        number: of the crawl.
        at: when the walk ended, or was last at work; UTC, ISO 8601.
        verdict: of the walk, "open" for one that has none.
        found: how many accounts the list holds.
        expected: how many the profile said, None when that is not known.
        requests: what it cost.
        doubt: why figures that build on it may be wrong, None when nothing is known against them.
        since: when the list was walked that it is compared with, None when there is none.
        new, gone: compared with that list; None where that cannot be told.
        change_doubt: why these may be wrong.
    """

    number: int
    at: str
    verdict: str
    found: int
    expected: int | None = None
    requests: int = 0
    doubt: str | None = None
    since: str | None = None
    new: int | None = None
    gone: int | None = None
    change_doubt: str | None = None

    @property
    def share(self) -> float | None:
        """Share of the expected list that was found, 1.0 is all."""
        return self.found / self.expected if self.expected else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOverTime:
    """A list of an account, crawl after crawl.

    Args:
        kind: followers, following, suggestions.
        crawls: the oldest first; there is at least one.
        earlier: how many more crawls there were before those.
    """

    kind: str
    crawls: Sequence[Crawl]
    earlier: int = 0

    @property
    def last(self) -> Crawl:
        """The latest crawl."""
        return self.crawls[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileCount:
    """Counts that an account's profile showed.

    Args:
        at: when; UTC, ISO 8601.
        followers, following: None where it did not say.
    """

    at: str
    followers: int | None = None
    following: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountReport:
    """An account and its lists.

    Args:
        pk: its id.
        username, full_name: as the server said last; None when it did not.
        is_private, is_verified: likewise.
        counts: of its profile, the oldest first.
        lists: at most one of a kind.
    """

    pk: str
    username: str | None = None
    full_name: str | None = None
    is_private: bool | None = None
    is_verified: bool | None = None
    counts: Sequence[ProfileCount] = ()
    lists: Sequence[ListOverTime] = ()

    @property
    def name(self) -> str:
        """Its name for people."""
        return f"@{self.username}" if self.username else self.pk


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedList:
    """A list that is held against others.

    Args:
        name: of its account and kind.
        at: when it was walked; UTC, ISO 8601.
        verdict: of its walk.
        size: how many accounts it holds.
        doubt: as in `Crawl`.
    """

    name: str
    at: str
    verdict: str
    size: int
    doubt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Lists held against each other.

    Args:
        lists: those that are.
        shared: how many accounts each has in common with each; in the diagonal its size.
        left_out: how many more lists there are.
    """

    lists: Sequence[ComparedList]
    shared: Sequence[Sequence[int]]
    left_out: int = 0

    def jaccard(self, one: int, other: int) -> float:
        """Return the share of the accounts of either list that are in both."""
        shared = self.shared[one][other]
        either = self.shared[one][one] + self.shared[other][other] - shared
        return shared / either if either else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkNode:
    """An account in a network.

    Args:
        pk: its id.
        username: None when the server did not say.
        links: how many others it is joined to, drawn or not.
        x, y: its place, each 0 to 1.
        group: of those that belong together, 0 for the largest; None for the others.
        start: whether its own list was walked.
    """

    pk: str
    username: str | None
    links: int
    x: float
    y: float
    group: int | None = None
    start: bool = False

    @property
    def name(self) -> str:
        """Its name for people."""
        return f"@{self.username}" if self.username else self.pk


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network as it is drawn.

    Args:
        kind: ``suggestions`` or ``mutual``.
        nodes: the accounts, those with the most links first.
        edges: pairs of places in `nodes`.
        all_nodes, all_edges: how many there are in all.
        sources: the lists that it was made of.
        cut: whether there are more links than were counted.
    """

    kind: str
    nodes: Sequence[NetworkNode]
    edges: Sequence[tuple[int, int]]
    all_nodes: int
    all_edges: int
    sources: Sequence[ComparedList] = ()
    cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationCost:
    """The cost of walks of one operation that ended alike.

    Args:
        operation: their operation.
        verdict: their verdict, "open" for none yet.
        walks, requests, records: their sums.
    """

    operation: str
    verdict: str
    walks: int
    requests: int
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkCost:
    """The cost of one walk.

    Args:
        name: operation and target.
        at: when it ended, or was last at work; UTC, ISO 8601; None before its first page.
        verdict: its verdict, "open" for none yet.
        requests, records: what it cost and brought.
    """

    name: str
    at: str | None
    verdict: str
    requests: int
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """An account that is not shown in full.

    Args:
        name: what people call it.
        pk: its id.
        list_kind: of its largest list.
        size: of that list.
        at, verdict: of its latest crawl; it may not have begun.
    """

    name: str
    pk: str
    list_kind: str
    size: int
    at: str | None
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The content of the page.

    Args:
        made_at: UTC, ISO 8601.
        store: where the records are kept; never a password.
        accounts: those that are shown in full.
        rest: those that are not.
        more: how many have not even a row.
        overlap: None when there are not two lists.
        networks: those that could be drawn.
        costs: by operation and verdict.
        walk_costs: of the walks that cost most.
        versions: of igcrawl that have worked on the walks.
    """

    made_at: str
    store: str
    accounts: Sequence[AccountReport]
    rest: Sequence[AccountRow] = ()
    more: int = 0
    overlap: Overlap | None = None
    networks: Sequence[Network] = ()
    costs: Sequence[OperationCost] = ()
    walk_costs: Sequence[WalkCost] = ()
    versions: Sequence[str] = ()
