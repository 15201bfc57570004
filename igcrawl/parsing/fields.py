"""Fields of a reader: where a value stands in the server's object and what it must be.

Each kind of field checks what it takes; `WrongKind` says what was there instead. A row in which something does not fit
is read a second time by `Field.mended`, which leaves out no more than what does not fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final, TypeAlias

from igcrawl.parsing.json_paths import kind_name
from igcrawl.parsing.values import (
    WrongKind,
    take_decimal,
    take_each,
    take_flag,
    take_id,
    take_label,
    take_media_id,
    take_media_pk,
    take_number,
    take_plain,
    take_reference,
    take_text,
    take_texts,
    take_truth,
)

#: Keys under which an object has its id, best first. Which of them it has differs by surface, and from row to row.
ID_KEYS: Final = ("pk", "pk_id", "id", "strong_id__")
#: Takes a line about a value that does not fit; it begins with the value's place in the row.
Note: TypeAlias = Callable[[str], None]


class Unusable(Exception):
    """Raised when a row has no value, or one of another kind, for a field that must be there.

    Args:
        place: of the value in its row.
        problem: what is wrong with it.
    """

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record.

    Args:
        take: turns the server's value into ours or raises `WrongKind`; gets None for what is missing.
        paths: where to look, best first; a path goes through objects by key, and through lists by number. The first
            value that is not null counts.
        required: whether there is no record without it.
        mend: takes of a list what fits, and notes the rest; raises `WrongKind` if it is no list.
    """

    take: Callable[[Any], Any]
    paths: tuple[tuple[str | int, ...], ...]
    required: bool = False
    mend: Callable[[Any, Note], Any] | None = None

    def of(self, row: Any) -> Any:
        """Return the field's value in `row`.

        Raises:
            WrongKind: the value, or what leads to it, is of another kind.
        """
        for path in self.paths:
            value = row
            for step in path:
                if type(value) is dict and type(step) is str:
                    value = value.get(step)
                elif value is None:
                    break
                else:
                    value = _entry(value, step)
            if value is not None:
                return self.take(value)
        return self.take(None)

    def column(self, rows: list[Any]) -> list[Any]:
        """Return the field's value in each row.

        Raises:
            WrongKind: a value, or what leads to it, is of another kind.
            AttributeError: a row is no object.
        """
        key = self.key
        if key is None:
            return [self.of(row) for row in rows]
        try:
            values = list(map(itemgetter(key), rows))
        except (KeyError, TypeError):
            values = [row.get(key) for row in rows]
        return take_each(self.take, values)

    def mended(self, row: Mapping[str, Any], note: Note) -> Any:
        """Return the first value in `row` that fits. If there are only others, it is null, and noted.

        Raises:
            Unusable: the field must be there.
        """
        misfit: tuple[str, WrongKind] | None = None
        for path in self.paths:
            try:
                taken = self._taken(row, path, note)
            except WrongKind as other:
                misfit = misfit or (".".join(map(str, path)), other)
                continue
            if taken is not None:
                return taken
        if misfit is None:
            return self._missing()
        if self.required:
            raise Unusable(misfit[0], str(misfit[1]))
        note(f"{misfit[0]}: {misfit[1]}")
        return None

    def _taken(self, row: Mapping[str, Any], path: tuple[str | int, ...], note: Note) -> Any:
        """Return what can be taken of the value at a path.

        Raises:
            WrongKind: nothing can.
        """
        value: Any = row
        for step in path:
            value = None if value is None else _entry(value, step)
        try:
            return None if value is None else self.take(value)
        except WrongKind:
            if self.mend is None:
                raise
            return self.mend(value, lambda text: note(".".join(map(str, path)) + text))

    def _missing(self) -> Any:
        try:
            return self.take(None)
        except WrongKind as none:
            raise Unusable(str(self), str(none)) from None

    @property
    def key(self) -> str | None:
        """The key of a field that is looked for at one place, in the row itself: readers of long lists use it.

        A field that must be there is looked for at its other places only where it is not at its first.
        """
        first, *others = self.paths
        return first[0] if len(first) == 1 and isinstance(first[0], str) and (self.required or not others) else None

    def __str__(self) -> str:
        return ".".join(map(str, self.paths[0]))


def _entry(value: Any, step: str | int) -> Any:
    """Return what stands in an object under a key, or in a list at a number; None where there is nothing.

    Raises:
        WrongKind: it is neither.
    """
    if isinstance(step, str):
        if type(value) is not dict:
            raise WrongKind("an object", value)
        return value.get(step)
    if type(value) is not list:
        raise WrongKind("a list", value)
    return value[step] if step < len(value) else None


def _field(take: Callable[[Any], Any], places: tuple[str, ...], *, required: bool = False) -> Field:
    return Field(take, tuple(map(_path, places)), required)


def _path(place: str) -> tuple[str | int, ...]:
    return tuple(int(step) if step.isdecimal() else step for step in place.split("."))


def ids(*objects: str) -> tuple[str, ...]:
    """Return the places of the ids of objects: of these by their own places, or of the row itself."""
    return tuple(f"{each}.{key}" if each else key for each in objects or ("",) for key in ID_KEYS)


def ident(*places: str) -> Field:
    """An id that must be there, the row's own where no place is given: text or a whole number, always text here."""
    return _field(take_id, places or ids(), required=True)


def text(*places: str) -> Field:
    """Text or null."""
    return _field(take_text, places)


def flag(*places: str) -> Field:
    """True, false or null."""
    return _field(take_flag, places)


def number(*places: str) -> Field:
    """A whole number or null: counts, of which -1 says that they are hidden, and times in seconds since 1970."""
    return _field(take_number, places)


def texts(*places: str) -> Field:
    """A list of texts or null; what else it holds is left out."""

    def mend(value: Any, note: Note) -> list[str]:
        if type(value) is not list:
            raise WrongKind("a list", value)
        for entry in value:
            if type(entry) is not str:
                note(f"[]: expected text, got {kind_name(entry)}: left out")
        return [entry for entry in value if type(entry) is str]

    return Field(take_texts, tuple(map(_path, places)), mend=mend)


def reference(*places: str) -> Field:
    """An id, or null."""
    return _field(take_reference, places)


def media_pk(*places: str) -> Field:
    """A media's own number, which must be there: from itself or from an id that also names the owner (``pk_owner``)."""
    return _field(take_media_pk, places or ids(), required=True)


def media_id(*places: str) -> Field:
    """A media's id, with its owner's behind it where the server says it, or null."""
    return _field(take_media_id, places)


def label(*places: str) -> Field:
    """The server's name of a thing, a number or a text, as text; or null."""
    return _field(take_label, places)


def decimal(*places: str) -> Field:
    """A number or null: seconds, degrees."""
    return _field(take_decimal, places)


def coded(codes: Mapping[str, int], *places: str) -> Field:
    """A whole number, or a word that stands for one, with or without the prefix that newer answers put before it."""

    def take(value: Any) -> int | None:
        word = value.removeprefix("XDT") if type(value) is str else None
        if word is None or word.isdecimal():
            return take_number(value)
        if word not in codes:
            raise WrongKind(f"one of {', '.join(codes)}", value)
        return codes[word]

    return _field(take, places)


def parts(fields: Mapping[str, Field], *places: str, unwrap: str = "node") -> Field:
    """A list of objects or null; of each these fields are kept, of one that is wrapped those of what it wraps."""

    def inner(entry: Any) -> Any:
        wrapped = entry.get(unwrap) if type(entry) is dict else None
        return wrapped if type(wrapped) is dict else entry

    def take(value: Any) -> list[dict[str, Any]] | None:
        if value is None:
            return None
        if type(value) is not list:
            raise WrongKind("a list of objects", value)
        return [{name: one.of(entry) for name, one in fields.items()} for entry in map(inner, value)]

    def mend(value: Any, note: Note) -> list[dict[str, Any]]:
        if type(value) is not list:
            raise WrongKind("a list of objects", value)
        kept = []
        for entry in map(inner, value):
            if type(entry) is not dict:
                note(f"[]: expected an object, got {kind_name(entry)}: left out")
                continue
            try:
                kept.append({name: one.mended(entry, lambda text: note(f"[].{text}")) for name, one in fields.items()})
            except Unusable as misfit:
                note(f"[].{misfit}: left out")
        return kept

    return Field(take, tuple(map(_path, places)), mend=mend)


def links(*places: str) -> Field:
    """A list of links, each with its title and URL, or null."""
    return parts({"title": text("title"), "url": text("url")}, *places)


def truth(*places: str) -> Field:
    """True or false; it must be there."""
    return _field(take_truth, places, required=True)


def fixed(value: Any) -> Field:
    """The same value in every record of a reader."""
    return Field(lambda row: value, ((),))


#: The row itself.
WHOLE: Final = Field(take_plain, ((),), required=True)
#: The row itself, but for the server's own word on how the call went.
WITHOUT_STATUS: Final = Field(
    lambda row: take_plain({key: value for key, value in row.items() if key != "status"}), ((),), required=True
)
#: A field of the record that this reader's rows do not have.
NOTHING: Final = Field(lambda value: None, ((),))
