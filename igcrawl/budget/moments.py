"""Moments on clocks that may be wrong: what was sent stays known until real time has passed it.

Nobody knows which reading of a clock is right. So a moment that lies in the future after the clock was put back counts
as now, and what happens while the clock is behind is not believed to be old when the clock jumps forward again.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

#: Seconds; a clock that goes on by no more between two readings is taken to run steadily.
STEADY: Final = 90.0


@dataclass(slots=True)
class Moment:
    """A moment.

    Args:
        at: as the clock said when it happened; the latest known reading when the clock was behind that.
        again: as the clock said when the moment was first found to lie in the future; None while it never was.
        behind: whether it happened while the clock was behind an earlier reading.
    """

    at: float
    again: float | None = None
    behind: bool = False

    @classmethod
    def read(cls, value: Any) -> Moment:
        """Return what `dump` made."""
        return cls(*value) if isinstance(value, list) else cls(float(value))

    def dump(self) -> float | list[Any]:
        """Return the moment as JSON."""
        return self.at if self.again is None else [self.at, self.again, self.behind]

    def by(self, now: float) -> float:
        """Return when it happened, as far as a clock knows that says `now`: never later."""
        return self.at if self.again is None or self.at <= now else self.again

    def follow(self, last: float, now: float) -> None:
        """Take in that the clock, which said `last`, says `now`."""
        if now < last:
            if self.by(last) > now:
                self.again = now
        elif self.again is not None and self.at <= now:
            if now - last <= STEADY:
                # The clock came here second by second, so it is the one by which time passes.
                self.at = self.again
            elif self.behind:
                self.at = now
            self.again, self.behind = None, False


@dataclass(slots=True)
class SentTimes:
    """Moments when requests were sent, by the family of their operations.

    Args:
        steady: on a clock that never seemed wrong, earliest first.
        adrift: those that the clock's jumps have put in doubt.
    """

    steady: dict[str, list[float]] = field(default_factory=dict)
    adrift: dict[str, list[Moment]] = field(default_factory=dict)

    def times(self, now: float, family: str | None = None) -> list[float]:
        """Return when requests of a family were sent, or of all for None, earliest first."""
        if family is not None:
            steady = self.steady.get(family, [])
            drifting: Iterable[Moment] = self.adrift.get(family, ())
        elif len(self.steady) == 1:
            [steady] = self.steady.values()
            drifting = chain.from_iterable(self.adrift.values())
        else:
            steady = sorted(chain.from_iterable(self.steady.values()))
            drifting = chain.from_iterable(self.adrift.values())
        more = [moment.by(now) for moment in drifting]
        return sorted(steady + more) if more else steady.copy()

    def add(self, family: str, moment: Moment) -> None:
        """Take in a request."""
        if moment.again is None:
            insort(self.steady.setdefault(family, []), moment.at)
        else:
            self.adrift.setdefault(family, []).append(moment)

    def take_back(self, family: str, at: float) -> None:
        """Drop a request of a family that was taken in at this time and not sent."""
        times, moments = self.steady.get(family, []), self.adrift.get(family, [])
        if at in times:
            times.remove(at)
        elif found := [moment for moment in moments if moment.at == at]:
            moments.remove(found[0])

    def moments(self) -> Iterator[Moment]:
        """Give the moments in doubt."""
        return chain.from_iterable(self.adrift.values())

    @property
    def latest(self) -> float:
        """The latest reading that any of them has; 0 without any."""
        steady = (times[-1] for times in self.steady.values() if times)
        return max(chain(steady, (moment.at for moment in self.moments())), default=0.0)

    def follow(self, last: float, now: float) -> None:
        """Take in that the clock, which said `last`, says `now`."""
        if now < last:
            for family, times in self.steady.items():
                place = bisect_right(times, now)
                if place < len(times):
                    self.adrift.setdefault(family, []).extend(map(Moment, times[place:]))
                    del times[place:]
        for family, moments in list(self.adrift.items()):
            for moment in moments:
                moment.follow(last, now)
            for moment in moments:
                if moment.again is None:
                    self.add(family, moment)
            self.adrift[family] = [moment for moment in moments if moment.again is not None]
            if not self.adrift[family]:
                del self.adrift[family]

    def forget(self, before: float, kept: int) -> None:
        """Drop what happened before, but not the last ones of a family: the clock may be put back.

        Args:
            before: seconds since 1970.
            kept: how many of each family stay.
        """
        for family, moments in list(self.adrift.items()):
            # Real time has passed these, by the clock that found them in the future.
            aged = [moment for moment in moments if moment.again is not None and moment.again <= before]
            for moment in aged:
                moments.remove(moment)
                self.add(family, Moment(moment.again or moment.at))
            if not moments:
                del self.adrift[family]
        for family, times in list(self.steady.items()):
            del times[: max(0, min(bisect_right(times, before), len(times) - kept))]
            if not times:
                del self.steady[family]

    def merge(self, other: SentTimes) -> None:
        """Take in the requests that another place knows; one that both know counts once."""
        for family, times in other.steady.items():
            # Several of one place may have the same time.
            self.steady[family] = sorted((Counter(self.steady.get(family, ())) | Counter(times)).elements())
        for family, moments in other.adrift.items():
            here = self.adrift.setdefault(family, [])
            here += [moment for moment in moments if moment not in here]
