"""Signs that a list does not end, whatever its server goes on to give. Pure."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

from igcrawl.wording import counted

#: After so many pages in a row that bring nothing, a list is not worth a further request.
BARREN_PAGES: Final = 25
#: Nor is it after so many pages of this many rows or more, in a row, that bring one new account each at most.
MEAGRE_PAGES: Final = 25
LONG_PAGE: Final = 3
#: Nor after so many equal pages in a row.
EQUAL_PAGES: Final = 5
#: Nor when it has begun again so often.
MOST_RESTARTS: Final = 25
#: A list may hold so many times what was expected, and so many accounts more.
MOST_TIMES: Final = 2
MOST_BEYOND: Final = 1000


@dataclass(slots=True)
class Endless:
    """Counts a walk's signs of a list without an end. What it counts is kept with the walk.

    Args:
        barren: pages in a row that brought nothing.
        meagre: long pages in a row that brought one new account at most; short ones between them do not matter, unless
            they brought more.
        equal: pages in a row that held the same.
        page: a hash of what the last page held; None when it held nothing.
        restarts: how often the walk began again at its first page.
        pages_before: the number of pages before the operator had the list walked again.
    """

    barren: int = 0
    meagre: int = 0
    equal: int = 0
    page: int | None = None
    restarts: int = 0
    pages_before: int = 0

    @classmethod
    def read(cls, kept: Any) -> Endless:
        """Return what was kept; what is missing there begins at its beginning."""
        known = kept if isinstance(kept, dict) else {}
        return cls(**{field.name: known[field.name] for field in fields(cls) if field.name in known})

    def kept(self) -> dict[str, int | None]:
        """Return what is to be kept, as JSON."""
        return {name: getattr(self, name) for name in self.__slots__}

    def see(self, rows: int, fresh: int, page: int | None) -> None:
        """Count a page.

        Args:
            rows: how many records it held.
            fresh: how many of them came for the first time since the walk began at its first page.
            page: a hash of what it held; None when it held nothing.
        """
        self.barren = 0 if fresh else self.barren + 1
        if fresh > 1:
            self.meagre = 0
        elif rows >= LONG_PAGE:
            self.meagre += 1
        self.equal = 0 if page is None else self.equal + 1 if page == self.page else 1
        self.page = page

    def begin_again(self) -> None:
        """Count a walk that goes back to its first page by itself."""
        self.restarts += 1
        self.barren = self.meagre = self.equal = 0
        self.page = None

    def walk_again(self, pages: int) -> None:
        """Forget all signs: the operator has the list walked once more.

        Args:
            pages: how many the walk has had.
        """
        self.begin_again()
        self.restarts, self.pages_before = 0, pages

    def sign(self, held: int, expected: int | None) -> str | None:
        """Return why the list seems to have no end; None while nothing says so.

        Args:
            held: how many accounts it held so far.
            expected: how many it should hold; None when nothing tells.
        """
        if expected is not None and held > MOST_TIMES * expected + MOST_BEYOND:
            return f"{expected:,} were expected, the list held {held:,} and went on"
        if self.barren >= BARREN_PAGES:
            return f"{BARREN_PAGES} pages in a row brought nothing, each with a cursor"
        if self.meagre >= MEAGRE_PAGES:
            return f"{MEAGRE_PAGES} pages in a row brought one new account each at most, and the list went on"
        if self.equal >= EQUAL_PAGES:
            return f"{EQUAL_PAGES} pages in a row were equal, each with a new cursor"
        if self.restarts > MOST_RESTARTS:
            return f"the list was begun again {counted(self.restarts, 'time')}"
        return None
