"""Times and spans of time as the operator reads them, and as records hold them."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import formatdate

import pytest

from igcrawl.times import DAY, HOUR, age, clock_time, minute_of, moment, seconds_until, span, timestamp

NOON = datetime(2026, 11, 28, 12, 0, tzinfo=UTC).timestamp()


def test_an_hour_and_a_day_are_so_long() -> None:
    assert (HOUR, DAY) == (60 * 60, 24 * 60 * 60)


def test_a_record_s_time_is_the_clock_s_to_the_millisecond() -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    for microseconds in (0, 999, 1000, 999_999, *(rng.randrange(1 << 51) for _ in range(2000))):
        wanted = datetime.fromtimestamp(microseconds // 1_000_000, UTC).replace(microsecond=microseconds % 1_000_000)
        assert timestamp(microseconds / 1_000_000) == f"{wanted.isoformat(timespec='milliseconds')[:-6]}Z"


@pytest.mark.parametrize(
    ("seconds", "as_span", "as_age"),
    [
        (-1, "-1 s", "0 s"),
        (59, "59 s", "59 s"),
        (60, "60 s", "1 min"),
        (119, "119 s", "2 min"),
        (120, "2 min", "2 min"),
        (HOUR - 60, "59 min", "59 min"),
        (HOUR, "1.0 h", "1 h"),
        (DAY, "24.0 h", "1 d"),
        (2 * DAY - HOUR, "47.0 h", "2 d"),
        (2 * DAY, "2.0 days", "2 d"),
    ],
)
def test_a_span_and_an_age_are_told_in_the_unit_that_suits(seconds: float, as_span: str, as_age: str) -> None:
    assert (span(seconds), age(seconds)) == (as_span, as_age)


def test_a_record_s_time_is_told_to_the_minute() -> None:
    assert minute_of(timestamp(NOON + 59.999)) == "2026-11-28 12:00"


def test_a_time_has_its_day_when_it_is_not_today_s_and_says_how_far_away_it_is() -> None:
    assert clock_time(NOON - 1, NOON) == "11:59:59 UTC"
    assert clock_time(NOON - DAY, NOON) == "2026-11-27 12:00 UTC"
    assert moment(NOON + 90, NOON) == "12:01:30 UTC, in 90 s"
    assert moment(NOON + 12 * HOUR, NOON) == "2026-11-29 00:00 UTC, in 12.0 h"
    assert moment(NOON, NOON) == "12:00:00 UTC"


def test_retry_after_is_seconds_or_a_date_and_never_before_now() -> None:
    assert seconds_until("120", NOON) == 120
    assert seconds_until(formatdate(NOON + 30, usegmt=True), NOON) == 30
    assert seconds_until(formatdate(NOON - 30, usegmt=True), NOON) == 0
    assert [seconds_until(header, NOON) for header in ("", "soon", "-5", "1.5")] == [None] * 4
