"""Waits: a client that waits for its budget says so on standard error, once for each reason."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Mapping
from typing import Final

from igcrawl.api.client_settings import ClientSettings
from igcrawl.calling.run_context import RunContext
from igcrawl.printable import say
from igcrawl.running import Outcome, run_crawl
from igcrawl.times import clock_time

#: Seconds; a shorter wait is not worth a line.
_LEAST: Final = 3.0


class Waits:
    """The waits of one client's crawls.

    Args:
        settings: the client's.
    """

    #: Seconds between two looks at a crawl.
    every = 0.5

    def __init__(self, settings: ClientSettings) -> None:
        self._settings = settings
        #: The reason that was said last; empty before the first.
        self.said = ""

    async def crawl(
        self, spider: str, arguments: Mapping[str, str], join: Callable[[RunContext], object] | None = None
    ) -> Outcome:
        """Crawl as `run_crawl` does, and say when the crawl waits."""
        watching: list[asyncio.Task[None]] = []

        def joined(context: RunContext) -> None:
            if self._settings.tells_waits:
                watching.append(asyncio.create_task(self._watch(context)))
            if join is not None:
                join(context)

        try:
            return await run_crawl(spider, arguments, self._settings.scrapy, joined)
        finally:
            for task in watching:
                task.cancel()

    async def _watch(self, context: RunContext) -> None:
        while True:
            await asyncio.sleep(self.every)
            self.look(context)

    def look(self, context: RunContext) -> None:
        """Say that a crawl waits, if it does and the reason is a new one."""
        gate, now = context.gate, context.stopping.now()
        if gate is None or gate.waits_until - now < _LEAST or gate.waits_for == self.said:
            return
        self.said = gate.waits_for
        more = "" if self._settings.config.live else "; progress=True shows more"
        until = clock_time(gate.waits_until, now)
        say(f"igcrawl: waiting until {until}: {gate.waits_for}{more}", file=sys.stderr, flush=True)
