"""Totals of a run by verdict: records, requests and time of its walks."""

from __future__ import annotations

from dataclasses import dataclass

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
    """Adds up what each walk of a run has brought; `last` is the one that ended last."""

    def __init__(self) -> None:
        self.by_verdict: dict[Verdict, VerdictTotals] = {}
        self.last: Walk | None = None

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
        totals.records += walk.records - row.records
        totals.requests += walk.requests - row.requests
        totals.seconds += seconds
        self.last = walk
