"""The last record of walks that were asked again, where a table has one row a walk."""

from __future__ import annotations

from collections.abc import Sequence

from igcrawl.analysis.formats.table_values import type_of
from igcrawl.items import WalkEnd
from igcrawl.store import Store


class LastWalkRecords:
    """Holds back the records of walks that may have several, until the last one has come.

    Args:
        walks: numbers of such walks.
    """

    def __init__(self, walks: set[int]) -> None:
        self._walks = walks
        self._last: dict[int, bytes] = {}

    @classmethod
    async def of(cls, store: Store, crawl: int) -> LastWalkRecords:
        """Return a crawl's last walk records: only a walk that was claimed again, or is open, may have several."""
        return cls({row.id async for row in store.walks.all(crawl) if row.fence > 1 or (row.fence and not row.verdict)})

    def pass_on(self, walk: int, lines: list[bytes]) -> list[bytes]:
        """Return the lines of a page but for the records that are held back.

        Args:
            walk: number of the page's walk.
            lines: JSON lines of records.
        """
        if walk not in self._walks:
            return lines
        passed = [line for line in lines if type_of(line) != WalkEnd.TYPE]
        if len(passed) < len(lines):
            self._last[walk] = next(line for line in reversed(lines) if type_of(line) == WalkEnd.TYPE)
        return passed

    def replace(self, walk: int) -> None:
        """Forget the record of a walk: a later one stands behind the pages."""
        self._last.pop(walk, None)

    def take(self) -> Sequence[bytes]:
        """Return the records that were held back."""
        last, self._last = list(self._last.values()), {}
        return last
