"""What the runs of a tortured crawl have asked for, and the figures of all of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from igcrawl.simulator import LoggedRequest
from tests.torture.ground import BrokenError


@dataclass
class Figures:
    """What came of it."""

    store: str
    seed: int
    kills: int = 0
    before_asking: int = 0
    again: int = 0
    requests: int = 0
    crawls: int = 0
    short_kills: int = 0
    short_crawls: int = 0
    peaceful: float = 0.0
    seconds: float = 0.0

    def __str__(self) -> str:
        return (
            f"seed {self.seed}, {self.store}: {self.kills} kills of {self.crawls} crawl(s), {self.before_asking} of "
            f"them before a request, {self.again} of {self.requests:,} requests asked again; {self.short_kills} kills "
            f"of {self.short_crawls} short crawls; {self.seconds:.0f} s (a crawl in peace: {self.peaceful:.1f} s)"
        )


@dataclass
class Lives:
    """How a crawl came through: what each of its runs asked for.

    Args:
        asked: a list a run; the last run was not killed.
    """

    asked: list[list[LoggedRequest]] = field(default_factory=list)

    @property
    def kills(self) -> int:
        """How often it was killed."""
        return len(self.asked) - 1

    @property
    def again(self) -> int:
        """How many requests were asked that an earlier run had asked already."""
        return sum(count - 1 for count in Counter(map(call_of, self._all)).values())

    @property
    def _all(self) -> list[LoggedRequest]:
        return [request for asked in self.asked for request in asked]

    def check(self) -> None:
        """Hold what was asked twice against the kills.

        Raises:
            BrokenError: a run asked more than one page of a walk again.
        """
        known: set[object] = set()
        for number, asked in enumerate(self.asked):
            again = Counter(request.target for request in asked if call_of(request) in known)
            if max(again.values(), default=0) > 1:
                raise BrokenError(f"run {number} asked {max(again.values())} pages of a walk again")
            known.update(map(call_of, asked))
        if self.again > self.kills:
            raise BrokenError(f"{self.again} pages were asked again after {self.kills} kills")


def call_of(request: LoggedRequest) -> object:
    """Return what tells a request's call from others."""
    return request.operation, request.target, request.cursor
