"""Where a page's next cursor stands, and how a list says that it ends. Data, read by one function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from igcrawl.errors import MalformedAnswer
from igcrawl.reader import Path, kind_name, walk_path


@dataclass(frozen=True, slots=True)
class Turn:
    """How a page ends.

    Args:
        cursor: where the list goes on; None at its end.
        limited: whether the server says that it cut the list.
    """

    cursor: str | None
    limited: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Pagination of an operation. Cursors are opaque (``"25"``, ``"QVFB…"``, ``"r:80d6…"``); at the end there is none.

    Args:
        at: path to the object that holds the keys below.
        cursor: key of the next cursor.
        more: key that says false when the list ends although a cursor is given.
        limited: key that says true, beside a null cursor, when the server cut the list.
    """

    at: Path
    cursor: str
    more: str | None = None
    limited: str | None = None

    def turn(self, envelope: Mapping[str, Any], operation: str) -> Turn:
        """Return how the page ends.

        Raises:
            MalformedAnswer: the cursor is neither text, a number nor null.
        """
        holder = walk_path(envelope, self.at, operation)
        if type(holder) is not dict:
            raise MalformedAnswer(operation, ".".join(self.at), f"expected an object, got {kind_name(holder)}")
        cursor = holder.get(self.cursor)
        if type(cursor) is int:
            cursor = str(cursor)
        if cursor is not None and type(cursor) is not str:
            place = ".".join((*self.at, self.cursor))
            raise MalformedAnswer(operation, place, f"expected a cursor, got {kind_name(cursor)}")
        if self.more is not None and holder.get(self.more) is False:
            cursor = None
        limited = self.limited is not None and holder.get(self.limited) is True
        return Turn(cursor or None, limited and not cursor)
