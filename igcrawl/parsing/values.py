"""Values of an answer, each as its field's kind of value, or refused; ids become text here.

The server writes one number as 1487, 1487.0 or "1487", and a flag as true or 1: all are the same value. What cannot be
kept, such as a number of more than 64 bits, is refused. Texts are clean already, see `igcrawl.parsing.envelope`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from operator import itemgetter
from types import NoneType
from typing import Any, Final

from igcrawl.parsing.json_paths import kind_name

#: orjson writes 254 levels; a record holds plain data some levels down.
DEEPEST: Final = 200
#: Ids and numbers are kept in 64 bits, with a sign.
MOST: Final = (1 << 63) - 1
_LEAST: Final = -MOST
_LONGEST_ID: Final = len(str(MOST))
#: Whole numbers above are not all to be told apart as floats: an id written so would be another one.
_EXACT: Final = 1 << 53
_WHOLE: Final = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_DECIMAL: Final = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", re.ASCII)
_FLAGS: Final = {"true": True, "false": False, "1": True, "0": False}


class WrongKind(Exception):
    """Raised when a value is not of its field's kind; the reader adds the place.

    Args:
        expected: the kind in the operator's words.
        got: the value.
    """

    def __init__(self, expected: str, got: Any) -> None:
        super().__init__(f"expected {expected}, got {kind_name(got)}")


def take_each(take: Callable[[Any], Any], values: list[Any]) -> list[Any]:
    """Return what a kind of value takes of each of many; most kinds look at all of them at once.

    Args:
        take: one of the functions below.
        values: of one field, of all rows of a list.

    Raises:
        WrongKind: one of the values is of another kind.
    """
    kinds = set(map(type, values))
    if kinds <= _AS_THEY_ARE.get(take, frozenset()):
        return values
    if kinds == {int} and take in (take_id, take_number):
        least, most = min(values), max(values)
        if take is take_number and least >= _LEAST and most <= MOST:
            return values
        if take is take_id and least >= 0 and most <= MOST:
            return list(map(str, values))
    if kinds == {str} and take is take_id and are_ids(values):
        return values
    return list(map(take, values))


def are_ids(texts: list[str]) -> bool:
    """Return whether all texts are ids of less than 19 digits, as take_id returns them; some may be for all that."""
    digits = "".join(texts)
    lengths = list(map(len, texts))
    if not (digits.isdecimal() and digits.isascii() and min(lengths) > 0 and max(lengths) < _LONGEST_ID):
        return False
    return "0" not in map(itemgetter(0), texts)


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


def take_id(value: Any) -> str:
    """Return an id as text: 1 to 19 digits, at most 2^63-1. It becomes a target, a step of a path, a row's key.

    Raises:
        WrongKind: it is something else, or missing.
    """
    if type(value) is str and value.isdecimal() and value.isascii() and len(value) <= _LONGEST_ID:
        if len(value) < _LONGEST_ID and value[0] != "0":
            return value
        number = int(value)
    elif type(value) is int or (type(value) is float and value.is_integer() and value <= _EXACT):
        number = int(value)
    else:
        raise WrongKind("an id", value)
    if not 0 <= number <= MOST:
        raise WrongKind(f"an id of at most {_LONGEST_ID} digits", value)
    return str(number)


def take_reference(value: Any) -> str | None:
    """Return an id as text, or None.

    Raises:
        WrongKind: it is something else.
    """
    return None if value is None or value == "" else take_id(value)


def take_media_pk(value: Any) -> str:
    """Return a media's own number as text, also from an id that names its owner behind it.

    Raises:
        WrongKind: it is something else, or missing.
    """
    return take_id(value.partition("_")[0] if type(value) is str else value)


def take_media_id(value: Any) -> str | None:
    """Return a media's id as text, with its owner's id behind it where the server says it, or None.

    Raises:
        WrongKind: it is something else.
    """
    if type(value) is not str or "_" not in value:
        return take_reference(value)
    pk, _, owner = value.partition("_")
    return f"{take_id(pk)}_{take_id(owner)}"


def take_label(value: Any) -> str | None:
    """Return a name that the server gave a thing, a number or a text, as text; or None. It is only ever shown.

    Raises:
        WrongKind: it is something else.
    """
    return take_reference(value) if type(value) in (int, float) else take_text(None if value == "" else value)


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
    if type(value) in (int, float) and value in (0, 1):
        return bool(value)
    if type(value) is str and value.lower() in _FLAGS:
        return _FLAGS[value.lower()]
    raise WrongKind("true or false", value)


def take_truth(value: Any) -> bool:
    """Return true or false.

    Raises:
        WrongKind: it is something else, or missing.
    """
    flag = take_flag(value)
    if flag is None:
        raise WrongKind("true or false", value)
    return flag


def take_number(value: Any) -> int | None:
    """Return a whole number of 64 bits, or None.

    Raises:
        WrongKind: it is something else.
    """
    if value is None or (type(value) is int and _LEAST <= value <= MOST):
        return value
    is_whole = type(value) is int or (type(value) is float and value.is_integer())
    if not is_whole and not (type(value) is str and _WHOLE.fullmatch(value)):
        raise WrongKind("a whole number", value)
    number = int(value)
    if not _LEAST <= number <= MOST:
        raise WrongKind("a whole number of 64 bits", value)
    return number


def take_count(value: Any) -> int | None:
    """Return how many there are of something, or None.

    Raises:
        WrongKind: it is no whole number, or below 0.
    """
    number = take_number(value)
    if number is not None and number < 0:
        raise WrongKind("a count", value)
    return number


def take_decimal(value: Any) -> float | None:
    """Return a number or None.

    Raises:
        WrongKind: it is something else.
    """
    if value is None:
        return None
    if type(value) is str and _DECIMAL.fullmatch(value):
        value = float(value)
    if type(value) in (int, float) and math.isfinite(value):
        number: float = value if abs(value) <= _EXACT else float(value)
        return number
    raise WrongKind("a number", value)


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


#: Types of the values that these return as they are.
_AS_THEY_ARE: Final[Mapping[Callable[[Any], Any], frozenset[type]]] = {
    take_text: frozenset({str, NoneType}),
    take_flag: frozenset({bool, NoneType}),
}
