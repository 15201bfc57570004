"""What a value may be changed to."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from tests.support.misfits.answers import MISSING


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": [value]}
    return value


#: What may stand in a value's place, whatever it was.
OTHERS: Final[dict[str, Any]] = {
    "null": None, "missing": MISSING, "text": "x", "empty text": "", "path": "../../accounts/logout/?x=",
    "number": 7, "zero": 0, "decimal": 0.5, "true": True, "false": False, "negative": -5, "2^63": 2**63,
    "2^64-1": 2**64 - 1, "-2^63": -(2**63), "1e30": 1e30, "long digits": "9" * 25, "other digits": "\u0661\u0662",
    "no list": [], "list of null": [None], "list of lists": [[]], "list of objects": [{}], "list of texts": ["a"],
    "object": {}, "other object": {"a": 1}, "nested": _nested(60), "NUL": "a\0b", "controls": "a\x1b[2J\n\u2028b",
}  # fmt: skip
#: The same, as bytes that no JSON writer makes.
BYTES: Final[dict[str, bytes]] = {
    "half a pair": b'"a\\ud83d"', "half a pair as bytes": b'"a\xed\xa0\xbd"',
    "raw control": b'"a\x01\tb"', "raw NUL": b'"a\x00b"', "NaN": b"NaN", "infinity": b"-Infinity", "1e999": b"1e999",
    "400 digits": b"9" * 400, "30 digits": b"1" * 30,
}  # fmt: skip
#: Numbers that are none, which are null.
NULL: Final = {"null", "NaN", "infinity", "1e999", "400 digits"}
#: Of the right kind, and nothing in them.
EMPTY: Final = NULL | {
    *("missing", "no list", "list of null", "list of objects", "object", "other object", "nested", "empty text")
}


def _as_float(value: Any) -> Any:
    whole = int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,19}", value) else value
    return float(whole) if type(whole) is int else MISSING


def _as_text(value: Any) -> Any:
    if type(value) is bool:
        return "true" if value else "false"
    return str(value) if type(value) in (int, float) else MISSING


def _as_number(value: Any) -> Any:
    if type(value) is bool:
        return int(value)
    return int(value) if isinstance(value, str) and re.fullmatch(r"[1-9][0-9]{0,18}", value) else MISSING


#: The same value, written otherwise.
ALIKE: Final[dict[str, Callable[[Any], Any]]] = {"as float": _as_float, "as text": _as_text, "as number": _as_number}
