"""The display on a terminal. Log lines go on above it; it disappears when the run ends, and the summary stays."""

from __future__ import annotations

import atexit
import logging
from typing import Any, Final, TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from igcrawl.console.snapshot import Snapshot
from igcrawl.console.status_line import facts_of
from igcrawl.printable import printable
from igcrawl.running.summary import THIS_RUN, Summary

#: Cells.
_BAR_WIDTH: Final = 40


def snapshot_table(snapshot: Snapshot) -> RenderableType:
    """Return a snapshot as a display shows it."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column()
    for name, told in facts_of(snapshot):
        grid.add_row(name, _text(told))
        if name == "walks" and snapshot.open is not None:
            grid.add_row("", ProgressBar(snapshot.done + snapshot.open, snapshot.done, width=_BAR_WIDTH))
        if name == "now" and snapshot.current is not None and snapshot.current.expected:
            grid.add_row("", ProgressBar(snapshot.current.expected, snapshot.current.records, width=_BAR_WIDTH))
    return grid


def summary_table(summary: Summary) -> RenderableType:
    """Return a summary as a terminal shows it."""
    table = Table(box=SIMPLE_HEAD)
    table.add_column(f"verdict ({THIS_RUN})")
    for name in ("walks", "records", "requests", "time"):
        table.add_column(name, justify="right")
    for row in summary.rows:
        table.add_row(*map(_text, row))
    if len(summary.rows) > 1:
        table.add_row(*map(_text, summary.total))
    told = [_text(sentence) for sentence in (*summary.of_run, *summary.of_crawl)]
    places = [_text(f"records: {place}") for place in summary.places]
    return Group(*([table] if summary.rows else []), *told, *places, *(_text(sentence) for sentence in summary.advice))


def _text(text: str) -> Text:
    return Text(printable(text), overflow="fold")


class Display:
    """A display on a terminal.

    Args:
        stream: the terminal, where the log goes, too.
    """

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(file=stream)
        # Refreshed by its owner, so that there is neither a thread nor a frame that nobody needs.
        self._live = Live(console=self._console, auto_refresh=False, redirect_stdout=False, transient=True)
        self._moved: list[tuple[logging.StreamHandler[Any], TextIO]] = []

    @property
    def possible(self) -> bool:
        """True if the terminal can move its cursor."""
        return self._console.is_terminal and not self._console.is_dumb_terminal

    def start(self) -> None:
        """Begin to show, and lead the log's lines above."""
        for handler in handlers_of(self._console.file):
            self._moved.append((handler, handler.stream))
            handler.setStream(_Above(self._console))
        # A process that is ended hard must leave a terminal with a cursor.
        atexit.register(self.stop)
        self._live.start()

    def show(self, snapshot: Snapshot) -> None:
        """Show how the crawl stands."""
        self._live.update(snapshot_table(snapshot), refresh=True)

    def stop(self) -> None:
        """Take the display away. Does no harm twice."""
        atexit.unregister(self.stop)
        self._live.stop()
        for handler, stream in self._moved:
            handler.setStream(stream)
        self._moved.clear()

    def print(self, summary: Summary) -> None:
        """Write a summary, which stays."""
        self._console.print(summary_table(summary))


class _Above:
    """The stream of log handlers during a display: prints whole lines above it, which only the terminal wraps."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def write(self, text: str) -> int:
        """Write a line."""
        self._console.print(Text(text.rstrip("\n")), soft_wrap=True, highlight=False)
        return len(text)

    def flush(self) -> None:
        """Nothing is kept back."""


def handlers_of(stream: Any) -> list[logging.StreamHandler[Any]]:
    """Return the log's handlers that write to a stream."""
    handlers = [handler for handler in logging.root.handlers if isinstance(handler, logging.StreamHandler)]
    return [handler for handler in handlers if handler.stream is stream]
