"""Limits learned from throttled answers, and the pace after them. Pure: the clock is an argument."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from igcrawl.budget.limits import sent_within
from igcrawl.budget.moments import Moment

#: After a throttled answer the pace goes on at this share of what was sent in the window,
GOES_ON_AT: Final = 0.90
#: rises by this share of it in each window without another,
RISES_BY: Final = 0.02
#: and stays here, just below what was too much, until so many windows (hours, days) were quiet. Then it is tried again,
#: by so much more in each further quiet window that a lesson from few requests is overcome within days.
STAYS_AT: Final = 0.98
QUIET_HOURS: Final = 24
QUIET_DAYS: Final = 3
#: What is learned is no less than this share of the operator's budget: the phone in the operator's hand asks, too.
LEAST_SHARE: Final = 0.05
#: So many windows more raise any learned limit above any budget.
_ENOUGH: Final = 1000


@dataclass(slots=True)
class LearnedLimit:
    """A limit that was learned for a window.

    Args:
        requests: sent in the window before the one that was too much.
        learned_at: when.
    """

    requests: int
    learned_at: Moment

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> LearnedLimit:
        """Return what the store holds; what a later version has added is passed over."""
        return cls(row["requests"], Moment.read(row["learned_at"]))

    def dump(self) -> dict[str, Any]:
        """Return what the store holds."""
        return {"requests": self.requests, "learned_at": self.learned_at.dump()}

    def limit(self, now: float, window: float, quiet: int) -> int:
        """Return how many requests may be sent in the window by now.

        Args:
            now: seconds since 1970.
            window: seconds.
            quiet: so many windows stay below what was too much.
        """
        windows = max(0, int((now - self.learned_at.by(now)) / window))
        share = min(GOES_ON_AT + RISES_BY * windows, STAYS_AT)
        if windows >= quiet:
            share = STAYS_AT * (1 + RISES_BY) ** min(windows - quiet + 1, _ENOUGH)
        return max(1, math.floor(self.requests * share + 1e-9))


def learned(sent: list[float], window: float, now: float, refused: int, budget: int) -> int:
    """Return how many requests a window holds, as a throttled answer teaches.

    Args:
        sent: when requests were sent, earliest first.
        window: seconds.
        now: seconds since 1970.
        refused: how many of the last were throttled.
        budget: the operator's for the window.
    """
    least = max(1, math.ceil(LEAST_SHARE * budget))
    return max(least, sent_within(sent, window, now) - refused)
