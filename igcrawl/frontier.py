"""The accounts that a breadth-first walk has found and not yet asked about. In memory, and bounded. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

#: So many accounts are kept and recognised; those found beyond are not asked about.
MOST: Final = 1_000_000


class Frontier:
    """Gives each account once, level by level. The first level is the account that the walk begins with.

    Args:
        depth: how many levels are asked about.
        most: how many accounts are remembered at most.
    """

    def __init__(self, depth: int, most: int = MOST) -> None:
        self._depth = depth
        self._most = most
        self._level = 1
        self._seen: set[str] = set()
        self._next: list[str] = []
        self.left_out = 0

    def begin(self, user_id: str) -> None:
        """Tell the account that the walk began with, which may have been found again meanwhile."""
        self._seen.add(user_id)
        self._next = [found for found in self._next if found != user_id]

    def add(self, user_ids: Iterable[str]) -> None:
        """Take accounts that were found; those known, those of a level too deep and those too many are left out."""
        if self._level >= self._depth:
            return
        for user_id in user_ids:
            if user_id in self._seen:
                continue
            if len(self._seen) >= self._most:
                self.left_out += 1
                continue
            self._seen.add(user_id)
            self._next.append(user_id)

    def __iter__(self) -> Iterator[str]:
        while self._next:
            level, self._next = self._next, []
            self._level += 1
            yield from level
