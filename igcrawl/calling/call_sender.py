"""Asking: a call goes out through the downloader middlewares, its envelope comes back, and the walk pays for it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from scrapy.crawler import Crawler

from igcrawl.calling.asking_walk import AskingWalk
from igcrawl.calling.run_context import RunContext
from igcrawl.calling.scrapy_request import ANSWERED_AT, ENVELOPE, RUN, WALK, to_request
from igcrawl.errors import IgcrawlError, Interrupted, Transient
from igcrawl.operations.call import Call, Host
from igcrawl.operations.catalogue import OPERATIONS

logger = logging.getLogger(__name__)


class CallSender:
    """Sends the calls of one crawl, one at a time.

    Args:
        crawler: whose engine sends them.
        context: of the run.
        base_urls: where each host is reached.
    """

    def __init__(self, crawler: Crawler, context: RunContext, base_urls: Mapping[Host, str]) -> None:
        self._crawler = crawler
        self._base_urls = base_urls
        self._context = context
        self.last: Call | None = None
        #: The walk that was asked for last.
        self.walk: AskingWalk | None = None
        self._walk_since = 0.0

    @property
    def must_stop(self) -> bool:
        """True if the run is being stopped, by the operator, by a failure or by one of Scrapy's limits."""
        engine = self._crawler.engine
        return self._context.stopping.begun or engine is None or engine.needs_backout()

    async def __call__(self, walk: AskingWalk, call: Call) -> dict[str, Any]:
        """Send a call and return the answer's envelope.

        Raises:
            AnswerError: the answer is no page.
            Interrupted: the run is being stopped; nothing was sent.
        """
        self.last = call
        rotation = self._context.rotation
        if rotation is None or OPERATIONS[call.operation].query_name is None:
            return await self._send(walk, call, {})
        return await rotation.ask(self._send, walk, call)

    async def _send(self, walk: AskingWalk, call: Call, beside: dict[str, Any]) -> dict[str, Any]:
        engine = self._crawler.engine
        if engine is None or self.must_stop:
            raise Interrupted(self._context.stopping.reason)
        if walk is not self.walk:
            self.walk, self._walk_since = walk, self._context.stopping.now()
        sent = self._sent
        request = to_request(call, self._base_urls)
        request.meta.update({WALK: walk.id, RUN: walk.rank_token, **beside})
        try:
            response = await engine.download_async(request)
        except IgcrawlError:
            raise
        except Exception as error:
            logger.debug("%s: the request failed", call.operation, exc_info=True)
            raise Transient(f"{call.operation}: {type(error).__name__}") from None
        finally:
            walk.requests += self._sent - sent
        answered = response.request or request
        walk.answered_at = answered.meta[ANSWERED_AT]
        return answered.meta[ENVELOPE]  # type: ignore[no-any-return]

    def seconds_of(self, walk: AskingWalk) -> float:
        """Return how long ago a walk was asked for first; 0 when it is not the one that was asked for last."""
        return self._context.stopping.now() - self._walk_since if walk is self.walk else 0.0

    @property
    def _sent(self) -> int:
        """Number of requests sent so far."""
        assert self._crawler.stats is not None
        return int(self._crawler.stats.get_value("igcrawl/requests", 0))
