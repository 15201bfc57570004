"""Sinks: where the pipelines and outputs of one run take its records. They become durable with the page's cursor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from igcrawl.output.output import Output


class TableSink(Protocol):
    """Tables of the store's own database; their rows join the transaction of the page's commit."""

    @property
    def names(self) -> Iterable[str]:
        """The tables that this run has written so far."""

    async def write(self, cursor: Any, walks: Mapping[str, int]) -> None:
        """Write the rows that were collected since the last `forget`.

        Args:
            cursor: psycopg's asynchronous one.
            walks: the store's number of each walk whose records they are, by its operation and target.
        """

    def forget(self) -> None:
        """Forget the collected rows: they are committed."""


class Collected:
    """Records of the pages that are still to be committed, as JSON lines.

    `open_ends` are the records of this run's walks with which the same command may go on, by operation and target.
    """

    def __init__(self) -> None:
        self.open_ends: dict[str, bytes] = {}
        self._lines: list[bytes] = []
        self._count = 0

    def add(self, lines: bytes, count: int) -> None:
        """Take records.

        Args:
            lines: JSON lines.
            count: how many there are.
        """
        self._lines.append(lines)
        self._count += count

    def take(self) -> tuple[bytes, int]:
        """Return what was collected since the last call, and how many records that is."""
        lines, count = b"".join(self._lines), self._count
        self._lines, self._count = [], 0
        return lines, count


class Sinks:
    """The sinks of one run. Pipelines and feeds add theirs before the spider starts."""

    def __init__(self) -> None:
        self.outputs: list[Output] = []
        #: The files and places that hold the crawl's records when the run has ended.
        self.written: list[str] = []
        self.tables: list[TableSink] = []
        #: None when no pipeline collects.
        self.collected: Collected | None = None

    def collect(self) -> Collected:
        """Return what collects the run's records."""
        self.collected = self.collected or Collected()
        return self.collected
