"""Cursors that are more than the server's text: several parts as one, and a place in a list that is asked in parts.

The server's own cursors are opaque and never parsed; a cursor of several of them is one compact JSON object.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from igcrawl.errors import BadInput

#: Digits of a place in a list of the operator's.
_LONGEST_PLACE: Final = 9


def join_parts(parts: Mapping[str, str]) -> str:
    """Return several cursors as one."""
    return orjson.dumps(parts).decode()


def split_parts(cursor: str) -> dict[str, str] | None:
    """Return the parts of a cursor, None when it is no JSON object of texts."""
    try:
        parts = orjson.loads(cursor)
    except orjson.JSONDecodeError:
        return None
    fits = isinstance(parts, dict) and all(isinstance(value, str) for value in parts.values())
    return parts if fits else None


def part_of(cursor: str | None, name: str) -> str | None:
    """Return one part of a cursor of several."""
    return (split_parts(cursor) or {}).get(name) if cursor else None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A list argument that is longer than one call may be: each call takes a part, its cursor counts those before.

    Args:
        argument: name of the list argument.
        size: how many one call takes.
    """

    argument: str
    size: int

    def part(self, args: Mapping[str, Any], cursor: str | None) -> list[str]:
        """Return the part that a call with this cursor asks for."""
        start = self.start(args, cursor)
        whole: list[str] = args[self.argument]
        return whole[start : start + self.size]

    def after(self, args: Mapping[str, Any], cursor: str | None) -> str | None:
        """Return the cursor of the call after the one with this cursor, None after the last."""
        start = self.start(args, cursor) + self.size
        return str(start) if start < len(args[self.argument]) else None

    def start(self, args: Mapping[str, Any], cursor: str | None) -> int:
        """Return how many entries come before a call's part.

        Raises:
            BadInput: the cursor is none of this list's.
        """
        if cursor is None:
            return 0
        if not cursor.isdecimal() or len(cursor) > _LONGEST_PLACE or int(cursor) >= len(args[self.argument]):
            raise BadInput(f"cursor={cursor[:40]}: expected a number of {self.argument} below the number given")
        return int(cursor)
