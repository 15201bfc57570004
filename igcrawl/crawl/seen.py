"""Accounts seen by a walk: tells new ones, repeated ones and those an update already knows apart. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Sequence, Set
from typing import Final, Protocol

#: How many accounts back one that comes twice is recognised.
REMEMBERED: Final = 100_000
#: What is remembered stands in so many sets. With this number, Python gives those of `REMEMBERED` accounts half a
#: megabyte each.
_SHARES: Final = 6
#: How many pages back a cursor that comes again is recognised at once: memory is the same for a list of any length.
REMEMBERED_CURSORS: Final = 10_000


class Numbers(Protocol):
    """A set of numbers that is asked for members only."""

    def __contains__(self, number: int, /) -> bool: ...


class Recent:
    """A set that remembers at least the last `size` members, and hardly more: flat memory.

    It stands in shares, and the oldest one is forgotten at once. A single set that loses members is copied as a whole
    again and again, which takes its memory twice.
    """

    def __init__(self, size: int) -> None:
        self._share = -(-size // _SHARES)
        self._shares: deque[set[Hashable]] = deque([set()], maxlen=_SHARES + 1)

    def add(self, member: Hashable) -> bool:
        """Remember a member and say whether it is new."""
        return self.add_new({member})

    def add_new(self, members: Set[Hashable]) -> bool:
        """Remember all members if each is new, and say whether they were; otherwise remember none."""
        for share in self._shares:
            if not share.isdisjoint(members):
                return False
        newest = self._shares[-1]
        newest |= members
        if len(newest) >= self._share:
            self._shares.append(set())
        return True

    def __len__(self) -> int:
        return sum(map(len, self._shares))


class Cursors:
    """Hashes of a walk's cursors; recognises a loop of any length in flat memory.

    One of up to `REMEMBERED_CURSORS` pages is recognised when a cursor comes again. A longer one is when it comes back
    to the cursor that is marked: that of page 1, 2, 4, 8 and so on, as in Brent's search for cycles.
    """

    def __init__(self) -> None:
        self._recent = Recent(REMEMBERED_CURSORS)
        self._number = 0
        self._marked: int | None = None

    def add(self, cursor: int) -> bool:
        """Remember a cursor's hash and say whether it is new."""
        if cursor == self._marked or not self._recent.add(cursor):
            return False
        self._number += 1
        if self._number.bit_count() == 1:
            self._marked = cursor
        return True

    def __len__(self) -> int:
        return len(self._recent)


class Seen:
    """Tells the numbers (see `igcrawl.store.packed_ids`) of one walk apart.

    Args:
        before: what the walk found before this run, or before it began again at its first page.
        since: whom an update's list held before; None for a whole list.
        here: those of `before` that have come since the walk last began at its first page.
    """

    def __init__(self, before: Numbers = (), since: Numbers | None = None, here: Numbers = ()) -> None:
        self.before = before
        self.since = since
        self.here = here
        self.page: list[int] = []
        self.found: list[int] = []
        self.fresh = 0
        self.known = 0
        self.passed = 0
        self._recent = Recent(REMEMBERED)

    def turn_page(self) -> None:
        """Begin a page: what it holds is collected in `page`, what the walk has never seen in `found`.

        `fresh` counts those that come for the first time since the walk began at its first page, `known` those that an
        update knows, `passed` those of them that come for the first time.
        """
        self.page = []
        self.found = []
        self.fresh = 0
        self.known = 0
        self.passed = 0

    def is_new(self, number: int) -> bool:
        """Remember a number and say whether it was never seen, not in an earlier run either, and not known."""
        self.page.append(number)
        known = self.since is not None and number in self.since
        self.known += known
        if not self._recent.add(number):
            return False
        if number in self.before:
            self.fresh += number not in self.here
            return False
        self.fresh += 1
        self.found.append(number)
        self.passed += known
        return not known

    def are_new(self, numbers: list[int]) -> Sequence[bool]:
        """Remember numbers, and say of each what `is_new` says. Mostly a list's page holds new ones only."""
        different = set(numbers)
        if self.since is not None or self.before != () or len(different) < len(numbers):
            return [self.is_new(number) for number in numbers]
        if not self._recent.add_new(different):
            return [self.is_new(number) for number in numbers]
        self.page += numbers
        self.found += numbers
        self.fresh += len(numbers)
        return [True] * len(numbers)

    def begin_again(self, before: Numbers) -> None:
        """Go back to the first page.

        Args:
            before: all that the walk has found.
        """
        self.before = before
        self.here = ()
        self._recent = Recent(REMEMBERED)
