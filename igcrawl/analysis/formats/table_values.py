"""JSON lines of records as values, and values as the text that a table holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from igcrawl.items.columns import Column, ColumnKind
from igcrawl.output.json_lines import holds_long_number

#: Whole numbers for which tables of other programs have room.
INT64: Final = range(-(1 << 63), 1 << 63)
_BEGINNING: Final = b'{"type":"'
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


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
        if (nested or float in map(type, record.values())) and holds_long_number(line):
            record = json.loads(line)
        yield record, nested


def to_json_text(value: Any) -> str:
    """Return a value as JSON."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        # It holds a number of more than 64 bits.
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def is_json(column: Column) -> bool:
    """Return whether the values of a column are JSON where a cell holds text only."""
    return column.kind in {ColumnKind.TEXTS, ColumnKind.JSON}


def time_of(value: Any) -> datetime | None:
    """Return the time that a value of a column of times means, in UTC; None for 0, which means that there is none.

    Raises:
        ValueError: it means none between the years 1 and 9999.
    """
    try:
        if isinstance(value, str):
            time = datetime.fromisoformat(value)
            if time.tzinfo is None:
                raise ValueError("it has no zone")
            return time.astimezone(UTC)
        if isinstance(value, int) and not isinstance(value, bool):
            return _EPOCH + timedelta(seconds=value) if value else None
    except OverflowError:
        pass
    raise ValueError("no time")
