"""Text that a database refuses, NUL and halves of characters, in a form that it takes and that leads back.

A cursor is the server's and goes back to it as it came, whatever it holds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

#: Begins a text that stands here as JSON. It is a control character itself, so that nothing else begins so.
_MARK: Final = "\x1a"
#: In JSON: what must be looked at more closely.
_SIGNS: Final = (b"\\u0000", b"\\u001a")


def to_stored(text: str | None) -> str | None:
    """Return a text as every database takes it."""
    if text is None or (_is_plain(text) and not text.startswith(_MARK)):
        return text
    return _MARK + json.dumps(text)


def from_stored(text: str | None) -> str | None:
    """Return what `to_stored` was given."""
    return text if text is None or not text.startswith(_MARK) else json.loads(text[1:])


def to_json(value: Any) -> bytes:
    """Return JSON as every database takes it."""
    try:
        data = orjson.dumps(value, default=dict)
    except TypeError:
        # Half a character is none for orjson.
        return orjson.dumps(_each_text(value, to_stored))
    return orjson.dumps(_each_text(value, to_stored)) if any(sign in data for sign in _SIGNS) else data


def from_json(data: bytes | str) -> Any:
    """Return what `to_json` was given, mappings as dicts."""
    value, raw = orjson.loads(data), data.encode() if isinstance(data, str) else bytes(data)
    return _each_text(value, from_stored) if _SIGNS[1] in raw else value


def _is_plain(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _each_text(value: Any, change: Callable[[str | None], str | None]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {change(str(key)): _each_text(entry, change) for key, entry in value.items()}
    return [_each_text(entry, change) for entry in value] if isinstance(value, list | tuple) else value
