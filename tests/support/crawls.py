"""Crawl processes that begin within a tenth of a second, for tests that kill hundreds of them.

`fork_server` is their parent, one for each place from which igcrawl is imported.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from tests.conftest import ROOT, scrapy_environment
from tests.support.session_states import state_home

#: Forks them.
_SERVER = Path(__file__).with_name("fork_server.py")


class CrawlProcess:
    """A running `scrapy …`.

    Args:
        pid: its number, which nobody else gets before `wait`.
        log: where its output goes.
        parent: of whom it is a child.
    """

    def __init__(self, pid: int, log: Path, parent: _Parent) -> None:
        self.pid = pid
        self._parent = parent
        self._log = log
        self._handle: int | None = os.pidfd_open(pid)
        self._code: int | None = None

    @property
    def log(self) -> str:
        """What it has said so far."""
        return self._log.read_text()

    @property
    def errors(self) -> list[str]:
        """The lines in which it says that something went wrong."""
        return [line for line in self.log.splitlines() if " ERROR: " in line or " CRITICAL: " in line]

    def signal(self, number: int) -> None:
        """Send it a signal; none when it has ended."""
        if self._handle is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)

    def ended_within(self, seconds: float) -> bool:
        """Wait until it ends, but no longer than this."""
        if self._handle is None:
            return True
        poll = select.poll()
        poll.register(self._handle, select.POLLIN)
        return bool(poll.poll(max(seconds, 0) * 1000))

    def wait(self, seconds: float = 60) -> int:
        """Return its exit code, below zero for the signal that ended it."""
        if self._handle is not None:
            if not self.ended_within(seconds):
                self.kill()
                raise AssertionError(f"still running after {seconds} s:\n{self.log[-4000:]}")
            self._code = self._parent.reap(self.pid)
            os.close(self._handle)
            self._handle = None
        assert self._code is not None
        return self._code

    def kill(self) -> None:
        """End it at once, and wait until it is gone."""
        self.signal(signal.SIGKILL)
        self.wait()


def start(
    *arguments: str,
    folder: Path,
    log: Path | None = None,
    errors: Path | None = None,
    stdin: Path | None = None,
    **environment: str,
) -> CrawlProcess:
    """Run ``scrapy …``.

    Args:
        arguments: of the command line.
        folder: where it runs.
        log: takes its output, behind what is there.
        errors: takes its standard error; `log` when left out.
        stdin: its standard input; empty when left out.
        environment: beside the tests' own.
    """
    log = log or folder / "log.txt"
    order = {"arguments": arguments, "stdin": str(stdin or os.devnull), "errors": str(errors or log)}
    own = {"XDG_STATE_HOME": str(state_home(folder)), **environment}
    return begin(order, folder, log, scrapy_environment(**own))


def begin(
    order: Mapping[str, Any], folder: Path, log: Path, environment: Mapping[str, str], source: Path = ROOT
) -> CrawlProcess:
    """Run what an order says.

    Args:
        order: ``arguments`` of ``scrapy``, or ``program``, a Python text. It may name a ``stdin``, and with ``errors``
            a file for the standard error.
        folder: where it runs.
        log: takes its output, behind what is there.
        environment: all of it.
        source: from which it imports igcrawl.
    """
    log.touch()
    whole = {
        "stdin": os.devnull,
        "errors": str(log),
        "folder": str(folder),
        "log": str(log),
        "environment": environment,
    }
    parent = _parent(source)
    return CrawlProcess(parent.fork(whole | order), log, parent)


def run(*arguments: str, folder: Path, log: Path | None = None, **environment: str) -> CrawlProcess:
    """Run ``scrapy …`` to its end, see `start`."""
    process = start(*arguments, folder=folder, log=log, **environment)
    process.wait()
    return process


def captured(
    order: Mapping[str, Any],
    folder: Path,
    streams: Path,
    environment: Mapping[str, str],
    source: Path = ROOT,
    stdin: bytes = b"",
    timeout: float = 60,
) -> tuple[int, str, str]:
    """Run what an order says to its end, see `begin`; return its exit code and what it wrote to output and errors.

    Args:
        order, folder, environment, source: see `begin`.
        streams: an empty folder.
        stdin: what its standard input holds.
        timeout: seconds that it may take.
    """
    out, err, given = (streams / name for name in ("out", "err", "in"))
    err.touch()
    given.write_bytes(stdin)
    process = begin({**order, "stdin": str(given), "errors": str(err)}, folder, out, environment, source)
    code = process.wait(timeout)
    return code, out.read_text(), err.read_text()


def until(condition: Callable[[], object], seconds: float = 30) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain"
        time.sleep(0.002)


class _Parent:
    """This side of the process that forks crawls.

    Args:
        path: from which it imports igcrawl.
    """

    def __init__(self, path: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(_SERVER)],
            cwd=path,
            env=scrapy_environment(PYTHONPATH=str(path)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # A Ctrl-C at the terminal is for pytest, which then closes stdin.
            start_new_session=True,
        )
        assert self._heard() == "ready"

    def fork(self, order: Mapping[str, Any]) -> int:
        return int(self._asked(order))

    def reap(self, pid: int) -> int:
        return int(self._asked({"reap": pid}))

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(60)

    def _asked(self, order: Mapping[str, Any]) -> str:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._heard()

    def _heard(self) -> str:
        assert self._process.stdout is not None
        answer = self._process.stdout.readline().strip()
        assert answer, "the parent of the crawls has ended"
        return answer


@cache
def _parent(path: Path) -> _Parent:
    parent = _Parent(path)
    atexit.register(parent.close)
    return parent
