"""A function of a test as a program of its own, which uses the client: it has no reactor, and leaves nothing behind."""

from __future__ import annotations

import inspect
import json
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.conftest import scrapy_environment
from tests.support import crawls
from tests.support.session_states import state_home

_IMPORTS = "import asyncio, json, os, sys, time, warnings\nfrom pathlib import Path\nimport igcrawl\n"
_ASYNC = """
async def _run():
    async with igcrawl.Client({settings}) as ig:
        return await {name}(ig)
print("result", json.dumps(asyncio.run(_run())))
"""
_SYNC = """
with igcrawl.SyncClient({settings}) as ig:
    print("result", json.dumps({name}(ig)))
"""


class ClientProgram:
    """Runs a function that takes a client, and returns what it returns.

    Args:
        environment: leads the client to a simulator.
        folder: where it runs.
        streams: makes an empty folder for what it writes.
    """

    def __init__(self, environment: dict[str, str], folder: Path, streams: Callable[[], Path]) -> None:
        self._environment = scrapy_environment(**{"XDG_STATE_HOME": str(state_home(folder)), **environment})
        self._folder, self._streams = folder, streams
        #: What the last one wrote.
        self.out = self.err = ""

    def __call__(
        self, function: Callable[[Any], Any], settings: str = "", timeout: float = 60, **environment: str
    ) -> Any:
        """Run a function of a test; it knows nothing but its argument and `_IMPORTS`.

        Args:
            function: takes the client; its result is something that JSON has.
            settings: arguments of the client, as Python writes them.
            timeout: seconds that it may take.
            environment: further variables.
        """
        source = textwrap.dedent(inspect.getsource(function))
        frame = _ASYNC if inspect.iscoroutinefunction(function) else _SYNC
        return self.program(source + frame.format(name=function.__name__, settings=settings), timeout, **environment)

    def program(self, text: str, timeout: float = 60, **environment: str) -> Any:
        """Run a program that prints a line with its result; its errors are in `err`."""
        order = {"program": _IMPORTS + text}
        whole = {**self._environment, **environment}
        code, self.out, self.err = crawls.captured(order, self._folder, self._streams(), whole, timeout=timeout)
        assert code == 0, self.err
        results = [line for line in self.out.splitlines() if line.startswith("result ")]
        return json.loads(results[-1].removeprefix("result ")) if results else None

    def begin(self, text: str) -> crawls.CrawlProcess:
        """Begin a program; its output is in the log of what is returned."""
        log = self._streams() / "log.txt"
        return crawls.begin({"program": _IMPORTS + text}, self._folder, log, self._environment)
