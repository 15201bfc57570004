"""Pace: keeps the requests of a session apart."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from scrapy import Request
from scrapy.crawler import Crawler

from igcrawl.budget import PAUSE, FixedPace
from igcrawl.catalogue import OPERATIONS
from igcrawl.config import read_config
from igcrawl.request import call_of
from igcrawl.stopping import Stopping

#: The pace of each session file: crawls of one process that share a session share its pace.
_PACES: Final[dict[Path | None, FixedPace]] = {}


class PaceMiddleware:
    """Lets a call go when its time has come; loopback is not slowed. Every attempt counts, retries too."""

    def __init__(self, crawler: Crawler) -> None:
        config = read_config(crawler.settings, OPERATIONS)
        self._pace = FixedPace(0.0)
        if config.paced:
            self._pace = _PACES.setdefault(config.session_file, FixedPace(PAUSE))
        self._stopping = Stopping.of(crawler)
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PaceMiddleware:
        """Build it from the crawler's settings."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Wait until the request may be sent.

        Raises:
            Interrupted: the run is stopped meanwhile.
        """
        if call_of(request) is None:
            return
        await self._stopping.sleep(self._pace.take(time.monotonic()))
        if self._crawler.stats is not None:
            self._crawler.stats.inc_value("igcrawl/requests")
