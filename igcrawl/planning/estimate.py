"""Estimate of the rest of a crawl, in requests and in hours of budget. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from igcrawl.budget.forecast import seconds_for
from igcrawl.budget.limits import Budget
from igcrawl.store import ENDLESS_PAGES, OperatorLimits, WalkRow
from igcrawl.times import span
from igcrawl.verdict import FINAL, Verdict


def requests_left(row: WalkRow, limits: OperatorLimits | None = None) -> int | None:
    """Return how many requests a walk probably still needs; None when nothing tells.

    What its pages have held so far is taken for what they go on to hold.

    Args:
        row: the walk.
        limits: those that it would go on with; None for no limits.
    """
    limits = limits or OperatorLimits()
    if row.verdict is not None and (_stays_ended(row, limits) or _stays_stopped(row, limits)):
        return 0
    if row.expected is None or not row.records or not row.pages:
        return None
    a_page = row.records / row.pages
    left = math.ceil((row.expected - row.records) / a_page)
    if limits.max_pages is not None:
        left = min(left, limits.max_pages - row.pages)
    if limits.max_users is not None:
        left = min(left, math.ceil((limits.max_users - row.records) / a_page))
    return max(1, left)


def _stays_ended(row: WalkRow, limits: OperatorLimits) -> bool:
    """Return whether a walk's verdict is final; that of IG_ENDLESS_PAGES is not, once the setting is raised."""
    ended_at, most = row.state.get(ENDLESS_PAGES), limits.endless_pages
    return row.verdict in FINAL and (ended_at is None or most is None or most <= ended_at)


def _stays_stopped(row: WalkRow, limits: OperatorLimits) -> bool:
    """Return whether a walk stays stopped: a limit still holds it, or its account was passed over."""
    reached = (limits.max_pages is not None and row.pages >= limits.max_pages) or (
        limits.max_users is not None and row.records >= limits.max_users
    )
    return row.verdict == Verdict.STOPPED and (reached or not row.pages)


def duration(requests: int, budget: Budget) -> str:
    """Return how long a session that has sent nothing needs for so many requests, for the operator's eyes."""
    return span(seconds_for({"": requests}, budget))


@dataclass(slots=True)
class Estimate:
    """Adds walks up; one of which nothing is known is taken to cost what ended ones have cost.

    Args:
        limits: those that walks would go on with; None for no limits.
        known: requests that walks still need.
        unknown: walks of which nothing is known.
        ended, spent: walks that have ended, and their requests.
    """

    limits: OperatorLimits | None = None
    known: int = 0
    unknown: int = 0
    ended: int = 0
    spent: int = 0

    def add(self, row: WalkRow) -> None:
        """Count a walk in."""
        left = requests_left(row, self.limits)
        if row.verdict is not None and left == 0:
            self.ended += 1
            self.spent += row.requests
        elif left is None:
            self.unknown += 1
        else:
            self.known += left

    @property
    def requests(self) -> int | None:
        """Number of requests left; None when walks wait and no ended walk tells what they cost."""
        if self.unknown and not self.ended:
            return None
        return self.known + (math.ceil(self.unknown * self.spent / self.ended) if self.unknown else 0)
