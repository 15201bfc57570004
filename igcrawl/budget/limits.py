"""Limits of a session and the spreading of requests over time. Pure: no Scrapy, no store, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from igcrawl.times import HOUR

#: Seconds by which a window is longer than the server's: answers take longer now and shorter then, and the server
#: counts a request when it comes, we when it goes.
MARGIN: Final = 2.0
#: A request may come later than its turn by this share of the distance between two: none comes like a clock's tick.
JITTER: Final = 0.4
#: Seconds before the first new try after a passing fault; each further pause is twice as long.
RETRY_PAUSE: Final = 5.0
LOCAL_RETRY_PAUSE: Final = 0.1


class Pace(StrEnum):
    """Ways to spread requests over an hour."""

    EVEN = "even"
    BURST = "burst"


@dataclass(frozen=True, slots=True)
class WindowLimits:
    """Numbers of requests allowed in any hour and in any day."""

    hour: int
    day: int


@dataclass(frozen=True, slots=True)
class Budget:
    """The budget that the operator allows a session.

    Args:
        whole: for all requests together.
        families: for those of a family of operations, within the whole.
        pace: whether requests are spread over the hour or sent as they come.
    """

    whole: WindowLimits = WindowLimits(120, 500)
    families: Mapping[str, WindowLimits] = field(default_factory=dict)
    pace: Pace = Pace.EVEN


def free_at(sent: list[float], limit: int, window: float) -> float:
    """Return from when on a window has room for one more request.

    Args:
        sent: when requests were sent, earliest first.
        limit: how many may be sent in the window.
        window: seconds.
    """
    return sent[-limit] + window + MARGIN if len(sent) >= limit else 0.0


def sent_within(sent: list[float], window: float, now: float) -> int:
    """Return how many requests were sent in the window that ends now."""
    return sum(at > now - window for at in reversed(sent))


def distance(limit: int) -> float:
    """Return how many seconds lie between two requests when an hour's requests are spread evenly."""
    return (HOUR + MARGIN) / limit
