"""Whole days against limits that the crawl knows or does not, on a clock that is told to go: `make days` has more."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from igcrawl.times import DAY
from tests.support.day import DAYS, KNOWN, UNKNOWN, Figures, live

_ALL = os.environ.get("DAYS") == "all"
#: They show no more than others, and take their time.
_LEFT_OUT = (
    ()
    if _ALL
    else (
        "60 an hour",
        "100 an hour, asked in bursts",
        "100 an hour, throttled requests count, Retry-After",
        "300 a day",
        "50 an hour of a family",
        "60 an hour, known",
        "60 an hour, known, asked in bursts",
    )
)


def lived(name: str) -> Figures:
    """Live through a day; against limits of an hour a third of it shows as much."""
    whole = _ALL or any(limit["seconds"] == DAY for limit in DAYS[name].limits)
    day = replace(DAYS[name], hours=24.0 if whole else 8.0)
    figures = live(day)
    assert figures.hours == pytest.approx(day.hours, abs=0.1)
    return figures


@pytest.mark.parametrize("name", [name for name in UNKNOWN if name not in _LEFT_OUT])
def test_against_a_limit_it_does_not_know_a_session_is_throttled_three_times_at_most_and_never_challenged(
    name: str,
) -> None:
    figures = lived(name)
    assert figures.challenged == 0, figures
    assert figures.throttled <= 3, figures
    assert figures.share >= 0.90, figures


@pytest.mark.parametrize("name", [name for name in KNOWN if name not in _LEFT_OUT])
def test_within_a_limit_it_knows_a_session_is_never_throttled_and_uses_nearly_all(name: str) -> None:
    figures = lived(name)
    assert (figures.throttled, figures.challenged) == (0, 0), figures
    assert figures.share >= 0.98, figures
