"""Expiry of a cookie, in every way that programs write it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

#: What says that a cookie ends with the browser.
_NEVER: Final = frozenset({"", "session", "never", "none", "null", "false", "n/a"})
#: Later moments, in seconds, are milliseconds, microseconds, or Chrome's microseconds since 1601.
_LATEST: Final = 1e11
_LATEST_MILLISECONDS: Final = 1e14
_LATEST_MICROSECONDS: Final = 1e16
_FROM_1601_TO_1970: Final = 11_644_473_600
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]*)?(?:[eE][+-]?[0-9]{1,2})?")
_WRITTEN: Final = ("%d-%m-%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%Y/%m/%d %H:%M:%S")


def seconds_of(value: Any) -> float | None:
    """Return when a cookie ends, in seconds since 1970; None for one that no date ends.

    Args:
        value: a number or a text: seconds, milliseconds, microseconds, an ISO date, an HTTP date.

    Raises:
        ValueError: it is none of all that.
    """
    if value is None or value is False or value is True:
        return None
    text = str(value).strip()
    if text.lower() in _NEVER:
        return None
    if _NUMBER.fullmatch(text):
        return _of_number(float(text))
    return _of_date(text).timestamp()


def _of_number(number: float) -> float | None:
    if not math.isfinite(number) or number <= 0:
        return None
    if number <= _LATEST:
        return number
    if number <= _LATEST_MILLISECONDS:
        return number / 1e3
    return number / 1e6 - (_FROM_1601_TO_1970 if number > _LATEST_MICROSECONDS else 0)


def _of_date(text: str) -> datetime:
    """Return the moment of a date; one without a zone is in UTC.

    Raises:
        ValueError: it is no date.
    """
    readers: list[Callable[[str], datetime]] = [datetime.fromisoformat, parsedate_to_datetime, *map(_reader, _WRITTEN)]
    for read in readers:
        try:
            found = read(text)
        except (ValueError, TypeError, OverflowError):
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    raise ValueError(text)


def _reader(form: str) -> Callable[[str], datetime]:
    return lambda text: datetime.strptime(text, form).replace(tzinfo=UTC)
