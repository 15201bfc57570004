"""Dates of the report, all in one form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from markupsafe import Markup

#: Between the day and the clock.
_CLOCK: Final = ", "
_FORMS: Final = ("%-d %b %Y", "%-d %b %Y, %H:%M", "%-d %b %Y, %H:%M:%S")
#: So many characters of a moment are its day, and its minute.
_DAY: Final = 10
_MINUTE: Final = 16


class Dates:
    """Dates in words: the day, and as much of the clock as tells the crawls of each list apart. All are UTC.

    Args:
        histories: the moments of each list; UTC, ISO 8601.
    """

    def __init__(self, histories: Iterable[Sequence[str]]) -> None:
        lists = list(histories)
        self._form = _FORMS[sum(any(_alike(moments, end) for moments in lists) for end in (_DAY, _MINUTE))]

    def words(self, moment: str | None) -> str:
        """Return a moment in words."""
        return "never" if moment is None else datetime.fromisoformat(moment).strftime(self._form)

    def span(self, earlier: str, later: str) -> str:
        """Return the time between two moments in words; their day is said once."""
        one, other = self.words(earlier), self.words(later)
        day, _, clock = other.partition(_CLOCK)
        if clock and one.startswith(day + _CLOCK):
            return f"between {one.removeprefix(day + _CLOCK)} and {clock} on {day}"
        return f"between {one} and {other}"

    def html(self, moment: str | None) -> Markup:
        """Return a moment in words, marked as a time; to the second where one points at it."""
        if moment is None:
            return Markup("never")
        exact = f"{datetime.fromisoformat(moment).strftime(_FORMS[-1])} UTC"
        return Markup('<time datetime="{}" title="{}">{}</time>').format(moment, exact, self.words(moment))


def _alike(moments: Sequence[str], end: int) -> bool:
    return len({moment[:end] for moment in moments}) < len(moments)
