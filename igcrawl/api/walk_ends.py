"""The ends of a crawl's walks, as far as its caller is told."""

from __future__ import annotations

from collections import Counter
from typing import Final

from igcrawl.items import WalkEnd
from igcrawl.verdict import Verdict

#: A crawl of a graph may have millions of walks: so many are kept of each verdict.
_MOST: Final = 1000


class WalkEnds:
    """Walk records of a crawl, the first thousand of each verdict; a later one of the same walk counts."""

    def __init__(self) -> None:
        self._by_walk: dict[str, WalkEnd] = {}
        self._kept: Counter[str] = Counter()

    def add(self, end: WalkEnd) -> None:
        """Take a walk's record."""
        known = self._by_walk.pop(end.walk, None)
        if known is not None:
            self._kept[known.verdict] -= 1
        if self._kept[end.verdict] < _MOST:
            self._kept[end.verdict] += 1
            self._by_walk[end.walk] = end

    @property
    def all(self) -> list[WalkEnd]:
        """Those that are kept, in the order in which they came."""
        return list(self._by_walk.values())

    def of(self, *verdicts: Verdict) -> list[WalkEnd]:
        """Return the walk records that have one of these verdicts, in the order of the verdicts."""
        return [end for verdict in verdicts for end in self._by_walk.values() if end.verdict == verdict]
