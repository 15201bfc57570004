"""Paging: finds the next cursor of a page and recognises the end of a list. Data, read by one function each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from igcrawl.errors import BadInput, MalformedAnswer
from igcrawl.operations.cursors import Chunk, join_parts, split_parts
from igcrawl.parsing.json_paths import Path, keys_of, kind_name, null_on_the_way, stands_at, walk_path
from igcrawl.parsing.values import WrongKind, take_count, take_flag

#: Keys that say, beside a cursor or where one should be, whether the list goes on.
_MORE: Final = ("more_available", "has_more", "has_next_page")
#: Says so too, where none of these says anything: it was also seen on a list's last page.
_BIG: Final = "big_list"
#: Characters of a cursor: those that were seen have a few hundred.
LONGEST_CURSOR: Final = 64 * 1024
#: Greater whole numbers are not all to be told apart as floats.
_EXACT: Final = 1 << 53


@dataclass(frozen=True, slots=True)
class PageEnd:
    """The end of a page: the next cursor, or the end of the list.

    Args:
        cursor: where the list goes on; None at its end.
        limited: whether the server says that it cut the list.
        whole: whether an end without a further cursor is known to be the end, since the list was the operator's.
        count: how many the answer itself says that the list holds.
        doubt: why a list that has no further cursor may still go on, in the operator's words.
    """

    cursor: str | None
    limited: bool = False
    whole: bool = False
    count: int | None = None
    doubt: str | None = None


def check_length(end: PageEnd, operation: str) -> PageEnd:
    """Return a page's end as it is; a cursor is sent and stored, so it has a limit.

    Raises:
        MalformedAnswer: its cursor is longer than any that a server needs.
    """
    if end.cursor is not None and len(end.cursor) > LONGEST_CURSOR:
        length = f"{len(end.cursor):,} characters"
        raise MalformedAnswer(operation, "the next cursor", f"it has {length}, at most {LONGEST_CURSOR:,} are taken")
    return end


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
    if cursor is None or cursor == "":
        return None
    if type(cursor) in (str, int) or (type(cursor) is float and cursor.is_integer() and abs(cursor) <= _EXACT):
        return cursor if isinstance(cursor, str) else str(int(cursor))
    raise MalformedAnswer(operation, ".".join((*place, key)), f"expected a cursor, got {kind_name(cursor)}")


def _says(holder: Mapping[str, Any], key: str | None) -> bool | None:
    """Return what a flag says, None if it says nothing."""
    try:
        return None if key is None else take_flag(holder.get(key))
    except WrongKind:
        return None


def _says_more(holder: Mapping[str, Any], place: Path, *keys: str) -> str | None:
    """Return what says that there is more, in the operator's words."""
    said = [name for name in dict.fromkeys((*keys, *_MORE)) if _says(holder, name) is not None] or [_BIG]
    key = next((name for name in said if _says(holder, name)), None)
    return None if key is None else f"{'.'.join((*place, key))} says that there is more, but there is no cursor"


def _holder(envelope: Mapping[str, Any], at: tuple[Path, ...], operation: str) -> tuple[dict[str, Any], Path]:
    """Return the object with the cursors, and where it stands: the first of these places that holds one."""
    there = [path for path in at if stands_at(envelope, path)] or [at[0]]
    place = next((path for path in there if type(walk_path(envelope, path, operation)) is dict), there[0])
    holder = walk_path(envelope, place, operation)
    if type(holder) is not dict:
        raise MalformedAnswer(operation, ".".join(place), f"expected an object, got {kind_name(holder)}")
    return holder, place


class OneCursor:
    """A list with one cursor. Opaque (``"25"``, ``"QVFB…"``, ``"r:80d6…"``); at the end there is none.

    Args:
        at: paths to the object that holds the keys below, the first that there is counts.
        cursor: key of the next cursor.
        named: keys under which it is found, the first that has one counts; as it is sent where none is given.
        more: key that says false when the list ends although a cursor is given.
        limited: key that says true, beside a null cursor, when the server cut the list.
        count: path to the number of entries of the whole list, for answers that tell it.
    """

    def __init__(
        self,
        *at: Path,
        cursor: str,
        named: tuple[str, ...] = (),
        more: str | None = None,
        limited: str | None = None,
        count: Path | None = None,
    ) -> None:
        self.at = at
        self.cursor = cursor
        self.named = named or (cursor,)
        self.more = more
        self.limited = limited
        self.count = count

    def page_end(
        self, envelope: Mapping[str, Any], operation: str, args: Mapping[str, Any], cursor: str | None
    ) -> PageEnd:
        """Return how a page ends."""
        holder, place = _holder(envelope, self.at, operation)
        count = self._count(envelope, operation)
        limited = _says(holder, self.limited) is True
        if _says(holder, self.more) is False:
            return PageEnd(None, limited, count=count)
        found = (_read_cursor(holder, name, place, operation) for name in self.named)
        following = next((each for each in found if each is not None), None)
        if following is not None:
            return PageEnd(following, count=count)
        doubt = None if limited else _says_more(holder, place, *([self.more] if self.more else []))
        return PageEnd(None, limited, count=count, doubt=doubt)

    def _count(self, envelope: Mapping[str, Any], operation: str) -> int | None:
        if self.count is None or not stands_at(envelope, self.count):
            return None
        try:
            return take_count(walk_path(envelope, self.count, operation))
        except WrongKind:
            return None

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
        named: keys under which a part is found, the first that has it counts; its own where it is not named here.
        plain: the part that a cursor is which is no JSON object; None when there is no such cursor.
    """

    def __init__(
        self,
        *at: Path,
        parts: tuple[str, ...],
        beside: tuple[str, ...] = ("rank_token",),
        more: tuple[str, ...] = ("has_more",),
        named: Mapping[str, tuple[str, ...]] | None = None,
        plain: str | None = None,
    ) -> None:
        self.at = at
        self.parts = parts
        self.beside = beside
        self.more = more
        self.named = {part: (named or {}).get(part, (part,)) for part in parts}
        self.plain = plain

    def page_end(
        self, envelope: Mapping[str, Any], operation: str, args: Mapping[str, Any], cursor: str | None
    ) -> PageEnd:
        """Return how a page ends."""
        places = [path for path in self.at if stands_at(envelope, path)] or [self.at[0]]
        holders = [_holder(envelope, (place,), operation) for place in places]
        said = [flag for holder, _ in holders for key in self.more if (flag := _says(holder, key)) is not None]
        if said and not any(said):
            return PageEnd(None)
        found: dict[str, str] = {}
        for part in self.parts:
            value = self._part(part, holders, operation)
            if value is not None:
                found[part] = value
        if any(part not in self.beside for part in found):
            return PageEnd(join_parts(found))
        doubts = (_says_more(holder, place, *self.more) for holder, place in holders)
        return PageEnd(None, doubt=next(filter(None, doubts), None))

    def _part(self, part: str, holders: list[tuple[dict[str, Any], Path]], operation: str) -> str | None:
        """Return a part of the cursor. Without one that does not lead on by itself the list goes on all the same."""
        for holder, place in holders:
            for name in self.named[part]:
                try:
                    value = _read_cursor(holder, name, place, operation)
                except MalformedAnswer:
                    if part not in self.beside:
                        raise
                    continue
                if value is not None:
                    return value
        return None

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
        if next((flag for name in _MORE if (flag := _says(holder, name)) is not None), None) is False:
            return PageEnd(None)
        following = _read_cursor(holder, key, place, operation)
        return PageEnd(following, doubt=None if following is not None else _says_more(holder, place))

    def given(self, cursor: str, args: Mapping[str, Any]) -> str:
        """Return the cursor."""
        if args.get(self.cursor_in) is None:
            raise BadInput(f"cursor: say with {self.cursor_in}=… where it goes in the variables")
        return cursor
