"""The name of a walk in messages."""

from __future__ import annotations

from typing import Any


def walk_name(row: Any) -> str:
    """Return operation and target of a row, and in brackets the target as it was given, where that is another text."""
    given = row["given"]
    beside = f" ({given})" if given not in {None, row["target"]} else ""
    return f"{row['operation']}/{row['target']}{beside}"
