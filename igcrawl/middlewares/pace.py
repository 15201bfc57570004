"""Pace: keeps the requests of a session apart, whoever sends them."""

from __future__ import annotations

import random
import time

from scrapy import Request
from scrapy.crawler import Crawler

from igcrawl.budget import JITTER, PAUSE
from igcrawl.catalogue import OPERATIONS
from igcrawl.config import read_config
from igcrawl.crawl import CrawlRun
from igcrawl.request import call_of
from igcrawl.stopping import Stopping


class PaceMiddleware:
    """Lets a call go when its time has come; loopback is not slowed. Every attempt counts, retries too.

    The store gives out the times, so that the runs and workers that share a session share its pace.
    """

    def __init__(self, crawler: Crawler) -> None:
        config = read_config(crawler.settings, OPERATIONS)
        self._account = config.check_session().ds_user_id if config.paced else None
        self._chance = random.Random()  # noqa: S311 - no secret hangs on it
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
        await self._stopping.sleep(await self._wait())
        if self._crawler.stats is not None:
            self._crawler.stats.inc_value("igcrawl/requests")

    async def _wait(self) -> float:
        run = CrawlRun.of(self._crawler)
        if self._account is None or run is None:
            return 0.0
        pause = PAUSE * (1 + self._chance.uniform(0, JITTER))
        return await run.store.reserve(self._account, pause, time.time())
