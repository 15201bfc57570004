"""Fields of a reader: where a value stands in the server's object and what it must be.

Each kind of field checks what it takes; `WrongKind` says what was there instead. IDs become text here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


class WrongKind(Exception):
    """Raised when a value is not of its field's kind; the reader adds the place.

    Args:
        expected: the kind in the operator's words.
        got: the value.
    """

    def __init__(self, expected: str, got: Any) -> None:
        super().__init__(f"expected {expected}, got {type(got).__name__}")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record.

    Args:
        take: turns the server's value into ours or raises `WrongKind`; gets None for what is missing.
        paths: where to look, best first; a path goes through objects. The first value that is not null counts.
    """

    take: Callable[[Any], Any]
    paths: tuple[tuple[str, ...], ...]

    def of(self, row: Mapping[str, Any]) -> Any:
        """Return the field's value in `row`.

        Raises:
            WrongKind: the value is of another kind.
        """
        value = None
        for path in self.paths:
            value = row
            for step in path:
                value = value.get(step) if isinstance(value, dict) else None
            if value is not None:
                break
        return self.take(value)

    @property
    def key(self) -> str | None:
        """The key, for a field that stands at one place, in the row itself: readers of long lists use it."""
        return self.paths[0][0] if len(self.paths) == 1 and len(self.paths[0]) == 1 else None

    def __str__(self) -> str:
        return ".".join(self.paths[0])


def _field(take: Callable[[Any], Any], places: tuple[str, ...]) -> Field:
    return Field(take, tuple(tuple(place.split(".")) for place in places))


def ident(*places: str) -> Field:
    """An id that must be there: text or a whole number, always text in the record."""
    return _field(take_id, places)


def text(*places: str) -> Field:
    """Text or null."""
    return _field(take_text, places)


def flag(*places: str) -> Field:
    """True, false or null."""
    return _field(take_flag, places)


def number(*places: str) -> Field:
    """A whole number or null: counts, and times in seconds since 1970."""
    return _field(take_number, places)


def texts(*places: str) -> Field:
    """A list of texts or null."""
    return _field(take_texts, places)


def links(*places: str) -> Field:
    """A list of links, each with its title and URL, or null."""
    return _field(take_links, places)


def take_id(value: Any) -> str:
    """Return an id as text.

    Raises:
        WrongKind: it is neither text nor a whole number.
    """
    if type(value) is str and value:
        return value
    if type(value) is int:
        return str(value)
    raise WrongKind("an id", value)


def take_text(value: Any) -> str | None:
    """Return text or None.

    Raises:
        WrongKind: it is something else.
    """
    if value is None or type(value) is str:
        return value
    raise WrongKind("text", value)


def take_flag(value: Any) -> bool | None:
    """Return true, false or None.

    Raises:
        WrongKind: it is something else.
    """
    if value is None or type(value) is bool:
        return value
    raise WrongKind("true or false", value)


def take_number(value: Any) -> int | None:
    """Return a whole number or None.

    Raises:
        WrongKind: it is something else.
    """
    if value is None or type(value) is int:
        return value
    raise WrongKind("a whole number", value)


def take_texts(value: Any) -> list[str] | None:
    """Return a list of texts or None.

    Raises:
        WrongKind: it is something else, or holds something else.
    """
    if value is None:
        return None
    if type(value) is not list:
        raise WrongKind("a list", value)
    for entry in value:
        if type(entry) is not str:
            raise WrongKind("a list of texts", entry)
    return value


def take_links(value: Any) -> list[dict[str, str | None]] | None:
    """Return a list of links with title and URL, or None.

    Raises:
        WrongKind: it is something else, or holds something else.
    """
    if value is None:
        return None
    if type(value) is not list:
        raise WrongKind("a list", value)
    found: list[dict[str, str | None]] = []
    for entry in value:
        if type(entry) is not dict:
            raise WrongKind("a list of links", entry)
        found.append({"title": take_text(entry.get("title")), "url": take_text(entry.get("url"))})
    return found
