"""Pages of a follow list: their sizes, their cursors, and what can be odd about them."""

from dataclasses import dataclass

from igcrawl.simulator.accounts import Quirk
from igcrawl.simulator.cursors import Cursors
from igcrawl.simulator.graph import Graph

_REPEATED = 3
_MOBILE_SIZES = range(25, 51)


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A request for one page.

    `size` is what a REST client asked for, or None on mobile, where the server chooses. `twist` is the name of a
    scripted fault that changes this one page: duplicate, empty_page, repeat_cursor or limit.
    """

    user_id: int
    direction: str
    surface: str
    cursor: str | None = None
    size: int | None = None
    oldest_first: bool = False
    twist: str | None = None

    @property
    def scope(self) -> str:
        """Name the list a cursor is good for."""
        order = "earliest" if self.oldest_first else "latest"
        return f"{self.surface}/{self.user_id}/{self.direction}/{order}"


@dataclass(frozen=True, slots=True)
class Page:
    """The ids of one page, the cursor of the next one, and whether the server says that it cut the list."""

    user_ids: list[int]
    next_cursor: str | None
    limited: bool = False


class Pager:
    """Cuts lists into pages, the same for the same seed however often they are asked for.

    `page_size` overrides the sizes the server would choose and caps the REST ones.
    """

    def __init__(self, graph: Graph, cursors: Cursors, page_size: int | None) -> None:
        self._graph = graph
        self._cursors = cursors
        self._page_size = page_size

    def page(self, wanted: PageRequest) -> Page:
        """Return a page.

        Raises BadCursorError for a cursor that is not of this list, KeyError for an account that does not exist.
        """
        follows = self._graph.follow_list(wanted.user_id, wanted.direction)
        position, hop = self._cursors.read(wanted.scope, wanted.cursor) if wanted.cursor else (0, 0)
        middle = follows.listed // 2
        # A scripted fault of this page goes before what the list is known for.
        empty_here = follows.quirk is Quirk.GAP and position == middle and hop == 0 and wanted.twist is None
        if empty_here or wanted.twist == "empty_page":
            return Page([], self._cursors.write(wanted.scope, position, hop + 1))
        end = position + self._size(wanted, position)
        if follows.quirk in (Quirk.GAP, Quirk.LOOP) and position < middle:
            end = min(end, middle)
        repeats = follows.quirk is Quirk.OVERLAP or wanted.twist == "duplicate"
        start = max(position - _REPEATED, 0) if repeats else position
        user_ids = self._graph.members(follows, start, end, oldest_first=wanted.oldest_first)
        if wanted.twist == "duplicate" and position == 0:
            user_ids = user_ids + user_ids[:_REPEATED]
        if wanted.twist == "limit":
            return Page(user_ids, None, limited=True)
        if wanted.twist == "repeat_cursor":
            return Page(user_ids, wanted.cursor or self._next(wanted, 0))
        if follows.quirk is Quirk.LOOP and end >= middle:
            end = self._size(wanted, 0)
        if end >= follows.listed:
            return Page(user_ids, None, limited=follows.quirk is Quirk.CUT)
        return Page(user_ids, self._next(wanted, end))

    def _size(self, wanted: PageRequest, position: int) -> int:
        if wanted.size is not None:
            if self._page_size is not None:
                return min(wanted.size, self._page_size)
            return 72 if wanted.size == 50 else wanted.size
        if self._page_size is not None:
            return self._page_size
        return _MOBILE_SIZES[(wanted.user_id + position * 7919) % len(_MOBILE_SIZES)]

    def _next(self, wanted: PageRequest, position: int) -> str:
        decimal = wanted.surface == "mobile" and wanted.direction == "following"
        return str(position) if decimal and position else self._cursors.write(wanted.scope, position)
