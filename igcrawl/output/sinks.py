"""Sinks: where pipelines write records exactly once. What they hold becomes durable with the page's cursor."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Protocol


class FileSink(Protocol):
    """A file whose committed length stands in the store. What lies behind that length was never committed."""

    @property
    def path(self) -> str:
        """Its absolute path."""

    def take(self) -> None:
        """Open the file for this process alone; what it holds is left as it is.

        Raises:
            BadInput: another process writes it, or it cannot be opened.
        """

    def begin(self) -> int:
        """Return the length at which a crawl that has not written the file begins.

        Raises:
            OSError: it cannot be read.
        """

    def go_on(self, length: int) -> None:
        """Cut the file back to its committed length and write on from there.

        Raises:
            BadInput: it is shorter than that.
            OSError: it cannot be cut.
        """

    def sync(self) -> int:
        """Bring what was written to the disk, and return the file's length.

        Raises:
            OSError: it cannot be written.
        """

    async def finish(self, length: int | None, stopped: AsyncIterator[Any]) -> None:
        """Close the file.

        Args:
            length: its committed length; None when nothing of it was ever committed, so that it is left as it is.
            stopped: records of walks that a limit has stopped: they stand behind that length.

        Raises:
            OSError: it cannot be written.
        """


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


class Sinks:
    """The sinks of one run. Pipelines add theirs when the spider opens."""

    def __init__(self) -> None:
        self.files: list[FileSink] = []
        self.tables: list[TableSink] = []
