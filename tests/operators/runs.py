"""A run of a crawl, and how it ends."""

from __future__ import annotations

import os
import pty
import random
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from igcrawl.simulator import LoggedRequest
from tests.operators.circumstances import OBEY_MODES, Circumstance
from tests.operators.commands import Command, simulator
from tests.support import crawls

#: How somebody may end a run: signals, one after another.
ENDINGS: Final = {
    "kill -9": (signal.SIGKILL,),
    "Ctrl-C": (signal.SIGINT,),
    "Ctrl-C twice": (signal.SIGINT, signal.SIGINT),
    "SIGTERM": (signal.SIGTERM,),
    "SIGTERM twice": (signal.SIGTERM, signal.SIGTERM),
    "SIGHUP": (signal.SIGHUP,),
    "SIGQUIT": (signal.SIGQUIT,),
    "SIGPIPE": (signal.SIGPIPE,),
    "SIGSTOP and SIGCONT": (signal.SIGSTOP, signal.SIGCONT),
    "a closed terminal": (signal.SIGHUP,),
}
#: With which codes a run ends that may end by itself; all others are killed.
GENTLE: Final[Mapping[str, frozenset[int]]] = {
    "Ctrl-C": frozenset({0, 1}),
    "SIGTERM": frozenset({0, 1}),
    "SIGPIPE": frozenset({0}),
    "SIGSTOP and SIGCONT": frozenset({0}),
}
#: Seconds between two signals.
_PAUSES: Final = (0.0, 0.01, 0.05)


@dataclass
class Run:
    """A crawl that was started.

    Args:
        command: what is crawled.
        output: the name of its output, "" for none.
        circumstance: in which it runs.
        log: the file of what it says.
        since: how many requests had come before it.
    """

    command: Command
    output: str
    circumstance: Circumstance
    log: Path
    since: int
    #: How it was ended, "" while it was not.
    ended_by: str = ""
    #: Both ends of its terminal, where it has one.
    terminal: list[int] = field(default_factory=list)

    def start(self, words: list[str], folder: Path, environment: Mapping[str, str], *, terminal: bool) -> None:
        """Begin it.

        Args:
            words: of the command line.
            folder: from which it is started.
            environment: all of it.
            terminal: whether what it says goes to a terminal.
        """
        crawl = f"import sys; from scrapy.cmdline import execute; sys.argv = {words!r}; execute(sys.argv)"
        order = {"program": f"{OBEY_MODES}{self.circumstance.program}\n{crawl}"}
        if terminal:
            self.terminal = [*pty.openpty()]
            os.set_blocking(self.terminal[0], False)
            order["errors"] = os.ttyname(self.terminal[1])
        self.process = crawls.begin(order, folder, self.log, environment)

    def end(self, how: str, requests: int, chance: random.Random) -> None:
        """Wait until it has sent so many requests, and end it.

        Args:
            how: a name in `ENDINGS`.
            requests: how many.
            chance: draws the pauses between signals.
        """
        while len(self.requests) < requests and not self.process.ended_within(0.001):
            self._read_terminal()
        self.ended_by = how
        self._close_terminal()
        for number, each in enumerate(ENDINGS[how]):
            time.sleep(chance.choice(_PAUSES) if number else 0)
            self.process.signal(each)

    def wait(self) -> int:
        """Wait for its end, and return its exit code."""
        while self.terminal and not self.process.ended_within(0.001):
            self._read_terminal()
        code = self.process.wait()
        self._close_terminal()
        return code

    @property
    def requests(self) -> list[LoggedRequest]:
        """What came since it was started."""
        return simulator().requests[self.since :]

    @property
    def said(self) -> str:
        """What it has said."""
        return self.log.read_text(errors="replace")

    @property
    def refusals(self) -> list[str]:
        """The lines in which it says that it was refused."""
        return [line for line in self.said.splitlines() if line.startswith("igcrawl: ")]

    @property
    def was_ended_before_it_began(self) -> bool:
        """Whether it was ended before a request: Python itself may have done that."""
        return bool(self.ended_by) and not self.requests

    def _read_terminal(self) -> None:
        if self.terminal:
            try:
                said = os.read(self.terminal[0], 65536)
            except OSError:
                return
            with self.log.open("ab") as log:
                log.write(said)

    def _close_terminal(self) -> None:
        self._read_terminal()
        while self.terminal:
            os.close(self.terminal.pop())
