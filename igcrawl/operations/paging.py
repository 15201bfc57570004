"""Paging: finds the next cursor of a page and recognises the end of a list. Data, read by one function each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from igcrawl.errors import BadInput, MalformedAnswer
from igcrawl.operations.cursors import Chunk, join_parts, split_parts
from igcrawl.parsing.json_paths import Path, keys_of, kind_name, null_on_the_way, stands_at, walk_path

_CURSOR_KINDS: Final = (str, int, type(None))


@dataclass(frozen=True, slots=True)
class PageEnd:
    """The end of a page: the next cursor, or the end of the list.

    Args:
        cursor: where the list goes on; None at its end.
        limited: whether the server says that it cut the list.
        whole: whether an end without a further cursor is known to be the end, since the list was the operator's.
        count: how many the answer itself says that the list holds.
    """

    cursor: str | None
    limited: bool = False
    whole: bool = False
    count: int | None = None


class Paging(Protocol):
    """Pagination of an operation."""

    def page_end(
        self, envelope: Mapping[str, Any], operation: str, args: Mapping[str, Any], cursor: str | None
    ) -> PageEnd:
        """Return how a page ends.

        Args:
            envelope: the answer.
            operation: its name, for messages.
            args: the call's arguments.
            cursor: the call's own cursor.

        Raises:
            MalformedAnswer: what stands in the cursor's place is none.
        """

    def given(self, cursor: str, args: Mapping[str, Any]) -> str:
        """Return a cursor as the operator gave it in the form that calls have.

        Raises:
            BadInput: it is none of this operation's.
        """


def _read_cursor(holder: Mapping[str, Any], key: str, place: Path, operation: str) -> str | None:
    cursor = holder.get(key)
    if type(cursor) not in _CURSOR_KINDS:
        raise MalformedAnswer(operation, ".".join((*place, key)), f"expected a cursor, got {kind_name(cursor)}")
    return None if cursor is None or cursor == "" else str(cursor)


def _holder(envelope: Mapping[str, Any], at: tuple[Path, ...], operation: str) -> tuple[dict[str, Any], Path]:
    """Return the object with the cursors, and where it stands: the first place that there is."""
    place = next((path for path in at if stands_at(envelope, path)), at[0])
    holder = walk_path(envelope, place, operation)
    if type(holder) is not dict:
        raise MalformedAnswer(operation, ".".join(place), f"expected an object, got {kind_name(holder)}")
    return holder, place


class OneCursor:
    """A list with one cursor. Opaque (``"25"``, ``"QVFB…"``, ``"r:80d6…"``); at the end there is none.

    Args:
        at: paths to the object that holds the keys below, the first that there is counts.
        cursor: key of the next cursor.
        more: key that says false when the list ends although a cursor is given.
        limited: key that says true, beside a null cursor, when the server cut the list.
        count: path to the number of entries of the whole list, for answers that tell it.
    """

    def __init__(
        self,
        *at: Path,
        cursor: str,
        more: str | None = None,
        limited: str | None = None,
        count: Path | None = None,
    ) -> None:
        self.at = at
        self.cursor = cursor
        self.more = more
        self.limited = limited
        self.count = count

    def page_end(
        self, envelope: Mapping[str, Any], operation: str, args: Mapping[str, Any], cursor: str | None
    ) -> PageEnd:
        """Return how a page ends."""
        holder, place = _holder(envelope, self.at, operation)
        following = _read_cursor(holder, self.cursor, place, operation)
        if self.more is not None and holder.get(self.more) is False:
            following = None
        limited = self.limited is not None and holder.get(self.limited) is True
        count = walk_path(envelope, self.count, operation) if self.count and stands_at(envelope, self.count) else None
        return PageEnd(following, limited and following is None, count=count if type(count) is int else None)

    def given(self, cursor: str, args: Mapping[str, Any]) -> str:
        """Return the cursor; one that is written as an object of one part is that part."""
        parts = split_parts(cursor)
        return parts[self.cursor] if parts is not None and set(parts) == {self.cursor} else cursor


class SeveralCursors:
    """A list whose cursor has several parts, which stand in one or more objects.

    Args:
        at: paths to these objects; of a part that stands in several, the first counts. One of them must be there.
        parts: keys of the parts, in the order of the cursor.
        beside: those parts that alone do not lead on, e.g. a rank token.
        more: keys of which one at least must not say false for the list to go on.
        plain: the part that a cursor is which is no JSON object; None when there is no such cursor.
    """

    def __init__(
        self,
        *at: Path,
        parts: tuple[str, ...],
        beside: tuple[str, ...] = ("rank_token",),
        more: tuple[str, ...] = ("has_more",),
        plain: str | None = None,
    ) -> None:
        self.at = at
        self.parts = parts
        self.beside = beside
        self.more = more
        self.plain = plain

    def page_end(
        self, envelope: Mapping[str, Any], operation: str, args: Mapping[str, Any], cursor: str | None
    ) -> PageEnd:
        """Return how a page ends."""
        places = [path for path in self.at if stands_at(envelope, path)] or [self.at[0]]
        holders = [_holder(envelope, (place,), operation) for place in places]
        found: dict[str, str] = {}
        for part in self.parts:
            for holder, place in holders:
                value = _read_cursor(holder, part, place, operation)
                if value is not None:
                    found.setdefault(part, value)
        said = [holder[key] for holder, _ in holders for key in self.more if key in holder]
        ended = bool(said) and all(value is False for value in said)
        leads_on = any(part not in self.beside for part in found)
        return PageEnd(join_parts(found) if leads_on and not ended else None)

    def given(self, cursor: str, args: Mapping[str, Any]) -> str:
        """Return the cursor."""
        parts = split_parts(cursor)
        known = {*self.parts, self.plain} if self.plain else {*self.parts}
        if parts is None and self.plain is not None:
            return join_parts({self.plain: cursor})
        if not parts or not set(parts) <= known:
            raise BadInput(f"cursor={cursor[:40]}: expected a JSON object of texts with {', '.join(self.parts)}")
        return join_parts(parts)


class ChunkPages:
    """No list of the server's: the operator's own, asked for in parts. Its end is known.

    Args:
        chunk: the list.
    """

    def __init__(self, chunk: Chunk) -> None:
        self.chunk = chunk

    def page_end(
        self, envelope: Mapping[str, Any], operation: str, args: Mapping[str, Any], cursor: str | None
    ) -> PageEnd:
        """Return how a page ends."""
        if self.chunk.argument not in args:
            return PageEnd(None, whole=True)
        return PageEnd(self.chunk.after(args, cursor), whole=True)

    def given(self, cursor: str, args: Mapping[str, Any]) -> str:
        """Return the cursor."""
        self.chunk.start(args, cursor)
        return cursor


class GivenPaths:
    """Any registered query: the operator says where the cursor comes out, and where it goes in.

    Args:
        cursor_out: name of the argument with the dotted path in the answer's `data`; without it there is one page.
        cursor_in: name of the argument with the dotted path in the variables.
    """

    def __init__(self, cursor_out: str, cursor_in: str) -> None:
        self.cursor_out = cursor_out
        self.cursor_in = cursor_in

    def page_end(
        self, envelope: Mapping[str, Any], operation: str, args: Mapping[str, Any], cursor: str | None
    ) -> PageEnd:
        """Return how a page ends."""
        dotted = args.get(self.cursor_out)
        if dotted is None:
            return PageEnd(None, whole=True)
        *steps, key = dotted.removeprefix("data.").split(".")
        if null_on_the_way(envelope, ("data", *steps)):
            return PageEnd(None)
        holder, place = _holder(envelope, (("data", *steps),), operation)
        if cursor is None and key not in holder:
            raise MalformedAnswer(operation, ".".join((*place, key)), f"missing; there is {keys_of(holder)}")
        more = holder.get("has_next_page", holder.get("more_available", holder.get("has_more")))
        return PageEnd(None if more is False else _read_cursor(holder, key, place, operation))

    def given(self, cursor: str, args: Mapping[str, Any]) -> str:
        """Return the cursor."""
        if args.get(self.cursor_in) is None:
            raise BadInput(f"cursor: say with {self.cursor_in}=… where in the variables it goes in")
        return cursor
