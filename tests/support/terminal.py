"""Crawls at a terminal: what an operator who sits there sees."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from pathlib import Path
from typing import Any

from rich.console import Console

from tests.conftest import scrapy_environment
from tests.support import crawls
from tests.support.session_states import state_home

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


class Terminal:
    """A ``scrapy crawl`` whose standard error, and with it the log, is a terminal.

    Args:
        command: what follows ``scrapy crawl``.
        folder: where it runs.
        environment: beside the tests' own.
    """

    def __init__(self, *command: str, folder: Path, **environment: str) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        env = scrapy_environment(**{"TERM": "xterm", "XDG_STATE_HOME": str(state_home(folder)), **environment})
        for name in {"NO_COLOR", "COLUMNS", "LINES", "FORCE_COLOR"} - set(environment):
            env.pop(name, None)
        # It stays open here: without anybody at its other side a terminal is gone.
        self._slave = slave
        order = {"arguments": ["crawl", *command], "errors": os.ttyname(slave)}
        self._process = crawls.begin(order, folder, Path(os.devnull), env)
        #: All that was written to it, control sequences too.
        self.raw = ""

    @property
    def text(self) -> str:
        """What was written to it, without control sequences."""
        return _CONTROL.sub("", self.raw)

    def read_until(self, text: str) -> None:
        """Wait until this stands there."""
        deadline = time.monotonic() + 30
        while text not in self.text:
            assert time.monotonic() < deadline, self.text
            assert self._read(), self.text

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self._process.signal(signal.SIGINT)

    def end(self) -> int:
        """Wait for its end, and return its exit code."""
        while self._read():
            pass
        os.close(self._master)
        os.close(self._slave)
        return self._process.wait(30)

    def _read(self) -> bool:
        """Wait for more, and return whether some came before its end."""
        while True:
            has_ended = self._process.ended_within(0)
            if select.select([self._master], [], [], 0 if has_ended else 0.02)[0]:
                self.raw += os.read(self._master, 65536).decode(errors="replace")
                return True
            if has_ended:
                return False


def drawn(shown: Any) -> str:
    """Return what a wide terminal shows of something."""
    file = io.StringIO()
    Console(file=file, width=200).print(shown)
    return file.getvalue()
