"""Crawl processes that begin within a tenth of a second, for tests that kill hundreds of them.

``python -m tests.support.crawls`` is their parent: it has imported what `scrapy` imports, and forks a child for each
order that comes on its standard input. The child is what `scrapy …` is from there on. When the input ends, so do all.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from igcrawl.calling.tls import tls_context
from tests.conftest import ROOT, scrapy_environment

#: What commands import, but for the settings, which read the environment, and the reactor, which begins to live.
_PACKAGES = (
    "igcrawl.cli",
    "igcrawl.commands",
    "igcrawl.console",
    "igcrawl.middlewares",
    "igcrawl.store.postgres",
    "igcrawl.store.sqlite",
    "pipelines",
    "scrapy.commands",
    "scrapy.downloadermiddlewares",
    "scrapy.extensions",
    "scrapy.spidermiddlewares",
    "spiders",
)
_MODULES = (
    "igcrawl.addon",
    "igcrawl.calling.download_handler",
    "igcrawl.crawl.log_count",
    "igcrawl.output.exporters",
    "igcrawl.console.extension",
    "scrapy.cmdline",
    "scrapy.core.downloader.handlers.datauri",
    "scrapy.core.downloader.handlers.file",
    "scrapy.core.downloader.handlers.ftp",
    "scrapy.core.downloader.handlers.s3",
    "scrapy.core.engine",
    "scrapy.dupefilters",
    "scrapy.pqueues",
    "scrapy.squeues",
    "scrapy.statscollectors",
    "scrapy.utils._download_handlers",
    "scrapy.utils._remote_control",
    "twisted.internet.endpoints",
)
_REACTOR = "twisted.internet.reactor"


class CrawlProcess:
    """A running `scrapy …`.

    Args:
        pid: its number, which nobody else gets before `wait`.
        log: where its output goes.
    """

    def __init__(self, pid: int, log: Path) -> None:
        self.pid = pid
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
            self._code = _parent().reap(self.pid)
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
    log.touch()
    order = {
        "arguments": ["scrapy", *arguments],
        "folder": str(folder),
        "stdin": str(stdin or os.devnull),
        "log": str(log),
        "errors": str(errors or log),
        "environment": scrapy_environment(**environment),
    }
    return CrawlProcess(_parent().fork(order), log)


def run(*arguments: str, folder: Path, log: Path | None = None, **environment: str) -> CrawlProcess:
    """Run ``scrapy …`` to its end, see `start`."""
    process = start(*arguments, folder=folder, log=log, **environment)
    process.wait()
    return process


def until(condition: Callable[[], object], seconds: float = 30) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain"
        time.sleep(0.002)


class _Parent:
    """This side of the process that forks crawls."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.crawls"],
            cwd=ROOT,
            env=scrapy_environment(),
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
def _parent() -> _Parent:
    parent = _Parent()
    atexit.register(parent.close)
    return parent


def _serve() -> dict[str, Any] | None:
    """Fork a child for each order and return it there; return None at the end of the input."""
    children: set[int] = set()
    while line := sys.stdin.readline():
        order = json.loads(line)
        if "reap" in order:
            pid, status = os.waitpid(order["reap"], 0)
            children.discard(pid)
            print(os.waitstatus_to_exitcode(status), flush=True)
            continue
        pid = os.fork()
        if pid == 0:
            return dict(order)
        children.add(pid)
        print(pid, flush=True)
    for pid in children:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return None


def _become(order: Mapping[str, Any]) -> None:
    from scrapy.cmdline import execute

    os.dup2(os.open(order["stdin"], os.O_RDONLY), 0)
    for number, path in ((1, order["log"]), (2, order["errors"])):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), number)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    # As `python -m scrapy` would find modules.
    sys.path[:0] = [order["folder"], *order["environment"]["PYTHONPATH"].split(os.pathsep)]
    try:
        execute(order["arguments"])
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            _end(end.code or 0)
        raise


def _end(code: int) -> NoReturn:
    """End the process as Python does, but for taking apart what was imported: that is a third of a short crawl."""
    threading._shutdown()
    atexit._run_exitfuncs()
    # What was left open or pending says so now.
    gc.collect()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _import_all() -> None:
    # It looks at the source of all that is imported already, which takes longer than all else of a crawl.
    importlib.import_module("scrapy.core.downloader.handlers.http11")
    with warnings.catch_warnings():
        # Scrapy has modules that it warns of, which no crawl of ours uses.
        warnings.simplefilter("ignore")
        for package in _PACKAGES:
            for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
                importlib.import_module(f"{package}.{module.name}")
    for name in _MODULES:
        importlib.import_module(name)
    # A child that asks for the same one has it.
    tls_context({})
    importlib.import_module("twisted.internet.asyncioreactor")
    assert _REACTOR not in sys.modules
    assert "igcrawl.settings" not in sys.modules


if __name__ == "__main__":
    _import_all()
    gc.freeze()
    print("ready", flush=True)
    its_order = _serve()
    if its_order is not None:
        _become(its_order)
