"""Times and spans of time for the operator's eyes. Times come in seconds since 1970 and are told in UTC. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final

#: Seconds of an hour and of a day.
HOUR: Final = 3600.0
DAY: Final = 86400.0
#: Sizes in which a span of time is told, and from how many of the unit on.
_UNITS: Final = ((2 * DAY, DAY, "days"), (HOUR, HOUR, "h"))
#: Units in which an age is told.
_AGES: Final = ((DAY, "d"), (HOUR, "h"), (60.0, "min"))


def span(seconds: float) -> str:
    """Return a span of time for the operator's eyes."""
    for least, unit, name in _UNITS:
        if seconds >= least:
            return f"{seconds / unit:.1f} {name}"
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:.0f} s"


def age(seconds: float) -> str:
    """Return a time since something was done, in its largest unit."""
    for size, unit in _AGES:
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(0, seconds):.0f} s"


def moment(at: float, now: float) -> str:
    """Return a time for the operator's eyes: UTC, with the day when it is not today's, and how far away it is."""
    told = clock_time(at, now)
    return f"{told}, in {span(at - now)}" if at > now else told


def clock_time(at: float, now: float) -> str:
    """Return a time for the operator's eyes: UTC, with the day when it is not today's."""
    when, today = datetime.fromtimestamp(at, UTC), datetime.fromtimestamp(now, UTC).date()
    return when.strftime("%H:%M:%S UTC" if when.date() == today else "%Y-%m-%d %H:%M UTC")


def seconds_until(header: str, now: float) -> float | None:
    """Read a Retry-After header, seconds or a date; None when it is neither.

    Args:
        header: its value.
        now: seconds since 1970.
    """
    if header.isdecimal():
        return float(header)
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - now)
    except (TypeError, ValueError):
        return None


def minute_of(at: str) -> str:
    """Return a time, ISO 8601, to the minute: ``2026-11-28 12:00``."""
    return at[:16].replace("T", " ")


def timestamp(seconds: float) -> str:
    """Return seconds since 1970 as UTC, ISO 8601, to the millisecond."""
    whole, rest = divmod(round(seconds * 1_000_000), 1_000_000)
    return f"{_second(whole)}.{rest // 1000:03d}Z"


@lru_cache(8)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().removesuffix("+00:00")
