"""Values of an answer: each is checked for its kind and taken over; IDs become text here."""

from __future__ import annotations

from typing import Any

from igcrawl.parsing.json_paths import kind_name

#: orjson writes 254 levels; a record holds plain data some levels down.
DEEPEST = 200


class WrongKind(Exception):
    """Raised when a value is not of its field's kind; the reader adds the place.

    Args:
        expected: the kind in the operator's words.
        got: the value.
    """

    def __init__(self, expected: str, got: Any) -> None:
        super().__init__(f"expected {expected}, got {kind_name(got)}")


def take_plain(value: Any) -> Any:
    """Return any JSON value that can be written out again.

    Raises:
        WrongKind: it is nested deeper than any answer, so that no writer could follow.
    """
    level = [value]
    for _ in range(DEEPEST):
        level = [
            entry
            for container in level
            if isinstance(container, dict | list)
            for entry in (container.values() if isinstance(container, dict) else container)
        ]
        if not level:
            return value
    raise WrongKind(f"nesting of at most {DEEPEST} levels", value)


def take_reference(value: Any) -> str | None:
    """Return an id as text, or None.

    Raises:
        WrongKind: it is neither text, a whole number nor null.
    """
    return None if value is None or value == "" else take_id(value)


def take_media_pk(value: Any) -> str:
    """Return a media's own number as text.

    Raises:
        WrongKind: it is neither text nor a whole number.
    """
    return take_id(value).partition("_")[0]


def take_decimal(value: Any) -> float | None:
    """Return a number or None.

    Raises:
        WrongKind: it is something else.
    """
    if value is None or type(value) in (int, float):
        number: float | None = value
        return number
    raise WrongKind("a number", value)


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


def take_truth(value: Any) -> bool:
    """Return true or false.

    Raises:
        WrongKind: it is something else, or missing.
    """
    if type(value) is bool:
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
