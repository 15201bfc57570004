"""Throttle: lets a call go when its session may send it. Every attempt counts, retries too."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler

from igcrawl.calling.run_context import RunContext
from igcrawl.calling.scrapy_request import call_of
from igcrawl.operations.catalogue import FAMILY_OF


class ThrottleMiddleware:
    """Leads each call through its session's gate, see `igcrawl.budget.gate`."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._context = RunContext.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ThrottleMiddleware:
        """Return one for a crawler."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Come back when the request may be sent.

        Raises:
            AnswerError: it may not be sent, or not soon enough.
            Interrupted: the run is stopped meanwhile.
            StoreError: the store failed.
        """
        call = call_of(request)
        gate = self._context.gate
        if call is None or gate is None:
            return
        await gate.enter(FAMILY_OF[call.operation])
        self._context.sent += 1
        assert self._crawler.stats is not None
        self._crawler.stats.inc_value("igcrawl/requests")
