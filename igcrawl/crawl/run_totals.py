"""Totals of a run: records, requests and time of its walks by verdict, and its share of the possible."""

from __future__ import annotations

from dataclasses import dataclass

from igcrawl.budget.share import Share, added, share_of
from igcrawl.crawl.walk import Walk
from igcrawl.store import WalkRow
from igcrawl.verdict import Verdict


@dataclass(slots=True)
class VerdictTotals:
    """Of the walks with one verdict, in this run: how many, their records and requests, and seconds."""

    walks: int = 0
    records: int = 0
    requests: int = 0
    seconds: float = 0.0


class RunTotals:
    """Adds up what each walk of a run has brought; `last` is the one that ended last, `shares` are of the possible."""

    def __init__(self) -> None:
        self.by_verdict: dict[Verdict, VerdictTotals] = {}
        self.shares: list[Share] = []
        self.last: Walk | None = None
        self._begun_with = 0

    def begin(self, row: WalkRow) -> None:
        """Note the walk that is to be walked now."""
        self._begun_with = row.records

    def records(self, current: Walk | None) -> int:
        """Return how many records the run has brought, as walk records count them.

        Args:
            current: the walk that is being walked; None between two.
        """
        ended = sum(totals.records for totals in self.by_verdict.values())
        return ended + (max(0, current.records - self._begun_with) if current is not None else 0)

    def add(self, row: WalkRow, walk: Walk, verdict: Verdict, seconds: float) -> None:
        """Count a walk that has ended.

        Args:
            row: as the run took it on.
            walk: as it ended.
            verdict: its own.
            seconds: that this run walked.
        """
        totals = self.by_verdict.setdefault(verdict, VerdictTotals())
        totals.walks += 1
        records, requests = walk.records - row.records, walk.requests - row.requests
        totals.records += records
        totals.requests += requests
        totals.seconds += seconds
        share = share_of(walk.asked, walk.args, records, requests)
        if share is not None:
            self.shares = list(added([*self.shares, share]))
        self.last = walk
