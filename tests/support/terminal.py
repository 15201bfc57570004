"""Crawls at a terminal: what an operator who sits there sees."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

from tests.conftest import scrapy_environment

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
        env = scrapy_environment(**{"TERM": "xterm", **environment})
        for name in {"NO_COLOR", "COLUMNS", "LINES", "FORCE_COLOR"} - set(environment):
            env.pop(name, None)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "scrapy", "crawl", *command],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=slave,
        )
        os.close(slave)
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
        self._process.send_signal(signal.SIGINT)

    def end(self) -> int:
        """Wait for its end, and return its exit code."""
        while self._read():
            pass
        os.close(self._master)
        return self._process.wait(30)

    def _read(self) -> bool:
        try:
            part = os.read(self._master, 65536)
        except OSError:
            # The last one that held the other side has closed it.
            return False
        self.raw += part.decode(errors="replace")
        return bool(part)
