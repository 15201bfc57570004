"""Fields of a reader: where a value stands in the server's object and what it must be.

Each kind of field checks what it takes; `WrongKind` says what was there instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from igcrawl.parsing.values import (
    WrongKind,
    take_decimal,
    take_flag,
    take_id,
    take_links,
    take_media_pk,
    take_number,
    take_plain,
    take_reference,
    take_text,
    take_texts,
    take_truth,
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record.

    Args:
        take: turns the server's value into ours or raises `WrongKind`; gets None for what is missing.
        paths: where to look, best first; a path goes through objects, and by number into lists. The first value that
            is not null counts.
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
                value = value.get(step) if isinstance(value, dict) else _entry(value, step)
            if value is not None:
                break
        return self.take(value)

    @property
    def key(self) -> str | None:
        """The key, for a field that stands at one place, in the row itself: readers of long lists use it."""
        return self.paths[0][0] if len(self.paths) == 1 and len(self.paths[0]) == 1 else None

    def __str__(self) -> str:
        return ".".join(self.paths[0])


def _entry(value: Any, step: str) -> Any:
    """An entry of a list by its number, None where there is none."""
    found = isinstance(value, list) and step.isdecimal() and int(step) < len(value)
    return value[int(step)] if found else None


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


def reference(*places: str) -> Field:
    """An id, or null."""
    return _field(take_reference, places)


def media_pk(*places: str) -> Field:
    """A media's own number, from itself or from an id that also names the owner (``pk_owner``)."""
    return _field(take_media_pk, places)


def decimal(*places: str) -> Field:
    """A number or null: seconds, degrees."""
    return _field(take_decimal, places)


def coded(codes: Mapping[str, int], *places: str) -> Field:
    """A whole number, or a word that stands for one; null for a word that is not known."""

    def take(value: Any) -> int | None:
        return codes.get(value) if type(value) is str else take_number(value)

    return _field(take, places)


def parts(fields: Mapping[str, Field], *places: str) -> Field:
    """A list of objects or null; of each these fields are kept."""

    def take(value: Any) -> list[dict[str, Any]] | None:
        if value is None:
            return None
        if type(value) is not list or not all(type(entry) is dict for entry in value):
            raise WrongKind("a list of objects", value)
        return [{name: one.of(entry) for name, one in fields.items()} for entry in value]

    return _field(take, places)


def truth(*places: str) -> Field:
    """True or false; it must be there."""
    return _field(take_truth, places)


def fixed(value: Any) -> Field:
    """The same value in every record of a reader."""
    return Field(lambda row: value, ((),))


#: The row itself.
WHOLE = Field(take_plain, ((),))
#: The row itself, but for the server's own word on how the call went.
WITHOUT_STATUS = Field(lambda row: take_plain({key: value for key, value in row.items() if key != "status"}), ((),))
#: A field of the record that this reader's rows do not have.
NOTHING = Field(lambda value: None, ((),))
