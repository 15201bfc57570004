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


def read_lines(lines: Iterable[bytes]) -> Iterator[tuple[dict[str, Any], bool]]:
    """Yield the record of each JSON line, and whether it may hold lists or objects.

    Whole numbers are whole, however long they are.
    """
    for line in lines:
        record = orjson.loads(line)
        nested = b"[" in line or line.find(b"{", 1) > 0
        if (nested or float in map(type, record.values())) and _LONG_NUMBER.search(line):
            record = json.loads(line)
        yield record, nested


def to_json_text(value: Any) -> str:
    """Return a value as JSON."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        # It holds a number of more than 64 bits.
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
