"""JSON lines of records as values, and values as the text that a table holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import orjson

#: orjson reads a number of more than 64 bits as a fraction.
_LONG_NUMBER: Final = re.compile(rb"[:,\[]-?[0-9]{19}")
_BEGINNING: Final = b'{"type":"'


def type_of(line: bytes) -> str:
    """Return the type of a record's JSON line."""
    if line.startswith(_BEGINNING):
        end = line.find(b'"', len(_BEGINNING))
        return line[len(_BEGINNING) : end].decode()
    return str(orjson.loads(line).get("type", ""))


def read_lines(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the record of each JSON line; whole numbers are whole, however long they are."""
    for line in lines:
        yield json.loads(line) if _LONG_NUMBER.search(line) else orjson.loads(line)


def to_json_text(value: Any) -> str:
    """Return a value as JSON."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        # It holds a number of more than 64 bits.
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
