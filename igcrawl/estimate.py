"""How much of a crawl is left, in requests and in hours of budget. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from igcrawl.budget import PAUSE
from igcrawl.store import WalkRow
from igcrawl.verdict import FINAL


def requests_left(row: WalkRow) -> int | None:
    """Return how many requests a walk probably still needs; None when nothing tells.

    What its pages have held so far is taken for what they go on to hold.
    """
    if row.verdict is not None and row.verdict in FINAL:
        return 0
    if row.expected is None or not row.records or not row.pages:
        return None
    return max(1, math.ceil((row.expected - row.records) / (row.records / row.pages)))


def hours(requests: int) -> float:
    """Return how many hours so many requests take at the pace that a session is kept to."""
    return requests * PAUSE / 3600


@dataclass(slots=True)
class Estimate:
    """Adds walks up: those of which nothing is known yet are taken to cost what those that ended have cost."""

    known: int = 0
    unknown: int = 0
    ended: int = 0
    spent: int = 0

    def add(self, row: WalkRow) -> None:
        """Count a walk in."""
        left = requests_left(row)
        if row.verdict is not None and left == 0:
            self.ended += 1
            self.spent += row.requests
        elif left is None:
            self.unknown += 1
        else:
            self.known += left

    @property
    def requests(self) -> int | None:
        """How many requests are left; None when walks wait and none has ended that tells what they cost."""
        if self.unknown and not self.ended:
            return None
        return self.known + (math.ceil(self.unknown * self.spent / self.ended) if self.unknown else 0)
