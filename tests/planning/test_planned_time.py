"""The time that a planned crawl takes, in its own unit and in days."""

from __future__ import annotations

import pytest

from igcrawl.planning.cost import Cost, Range
from igcrawl.planning.planner import _time
from igcrawl.times import DAY, HOUR


@pytest.mark.parametrize(
    ("most", "least_seconds", "most_seconds", "told"),
    [
        (9, 2.17 * DAY, 2.17 * DAY, "2.2 days"),
        (9, HOUR, 2.17 * DAY, "1.0 h to 2.2 days"),
        (9, 6 * HOUR, 6 * HOUR, "6.0 h (0.25 days)"),
        (None, 2.17 * DAY, 0.0, "at least 2.2 days"),
    ],
)
def test_days_are_said_once(most: int | None, least_seconds: float, most_seconds: float, told: str) -> None:
    assert _time(Cost(requests=Range(1, most)), least_seconds, most_seconds) == told
