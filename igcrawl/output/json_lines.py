"""Records as JSON lines, by orjson, and back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Any, Final

import orjson
from itemadapter import ItemAdapter

from igcrawl.items import Record

#: Control characters that JSON lets stand as they are; terminals take some of them for orders.
_CONTROL: Final = re.compile("[\x7f-\x9f]")
#: Makes all digits one and all that may stand before a number another, but for its sign.
_KINDS: Final = bytes.maketrans(b"012345678,[", b"999999999::")
_LONG: Final = (b":" + 19 * b"9", b":-" + 19 * b"9")
#: In UTF-8 all but the first of them are this byte and one below the limit; letters and signs are above it.
_LEAD: Final = b"\xc2"
_LIMIT: Final = 0xA0


def to_lines(rows: Sequence[Any]) -> bytes:
    """Return one line of JSON a record; records are dataclasses, or anything itemadapter knows.

    Control characters are escaped, so that lines may be shown on a terminal.
    """
    try:
        lines = b"".join(map(orjson.dumps, rows, repeat(_as_dict), repeat(orjson.OPT_APPEND_NEWLINE)))
    except TypeError:
        lines = b"".join([_line(row) for row in rows])
    return _CONTROL.sub(_escaped, lines.decode()).encode() if _holds_control(lines) else lines


def from_line(line: bytes) -> Any:
    """Return the record of a line as a mapping.

    Raises:
        ValueError: it is no JSON.
    """
    return json.loads(line) if holds_long_number(line) else orjson.loads(line)


def rows_of(lines: bytes) -> list[Any]:
    """Return the records of JSON lines as mappings. All in one call take half of one for each.

    Raises:
        ValueError: a line is no JSON.
    """
    if holds_long_number(lines):
        return [from_line(line) for line in lines.split(b"\n") if line]
    rows: list[Any] = orjson.loads(b"[%b]" % lines.removesuffix(b"\n").replace(b"\n", b","))
    return rows


def holds_long_number(lines: bytes) -> bool:
    """Return whether there may be a whole number of more than 64 bits, which orjson reads as a fraction."""
    # A pattern takes five times as long for a page.
    kinds = lines.translate(_KINDS)
    return any(long in kinds for long in _LONG)


def _holds_control(lines: bytes) -> bool:
    if b"\x7f" in lines:
        return True
    # A search from one to the next takes a tenth of what splitting takes.
    at = lines.find(_LEAD)
    while at >= 0 and lines[at + 1] >= _LIMIT:
        at = lines.find(_LEAD, at + 1)
    return at >= 0


def _line(row: Any) -> bytes:
    try:
        return orjson.dumps(row, _as_dict, orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        # It holds half a character, or a number of more than 64 bits, which is none for orjson.
        whole = json.dumps(_plain(_as_dict(row)), ensure_ascii=False, separators=(",", ":"))
        return f"{whole}\n".encode("utf-8", "replace")


def _plain(value: Any) -> Any:
    """Return what the standard library writes as orjson does."""
    if isinstance(value, float) and not abs(value) < float("inf"):
        return None
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, list | tuple) else value


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found.group()):04x}"


def _as_dict(value: Any) -> Any:
    # What IG_FIELDS leaves out is not among a record's own attributes.
    return dict(vars(value)) if isinstance(value, Record) else ItemAdapter(value).asdict()
