"""The common face of writers: each takes the JSON lines of records, of one type where it writes a table.

Rows that are no records go the same way: give their columns, and `igcrawl.output.json_lines.to_lines(rows)` split at
its line breaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from igcrawl.items.columns import Column


class RecordWriter(Protocol):
    """A writer of records to a file that is open."""

    def write(self, lines: Sequence[bytes]) -> None:
        """Write records, each a JSON line without its end."""

    def close(self) -> None:
        """Write what is left; the file stays open."""

    def abandon(self) -> None:
        """Let go of the file, whose content counts for nothing."""

    @property
    def notes(self) -> list[str]:
        """Remarks about what could not be written as it is, a line each."""


class UnknownFields:
    """Fields of records that no column is for.

    Args:
        columns: of the type of record.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self._known = {column.name for column in columns}
        self._unknown: dict[str, None] = {}

    def see(self, record: dict[str, Any]) -> None:
        """Remember the fields of a record that are no columns."""
        if not record.keys() <= self._known:
            self._unknown |= dict.fromkeys(name for name in record if name not in self._known)

    @property
    def notes(self) -> list[str]:
        """Remarks about them, a line each."""
        return [f"fields that are no columns were left out: {', '.join(self._unknown)}"] if self._unknown else []
