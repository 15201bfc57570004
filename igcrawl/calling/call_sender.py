"""CallSender: a call goes out through the downloader middlewares, its envelope comes back, and the walk pays for it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from scrapy.crawler import Crawler

from igcrawl.calling.asking_walk import AskingWalk
from igcrawl.calling.evidence import Evidence
from igcrawl.calling.reply import Reply
from igcrawl.calling.run_context import RunContext
from igcrawl.calling.scrapy_request import ANSWERED_AT, ENVELOPE, RUN, WALK, to_request
from igcrawl.errors import IgcrawlError, Interrupted, NotFound, Sign, Transient, Unclear
from igcrawl.operations.call import Call, Host
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.operations.operation import Surface

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
        self._of_run: Evidence | None = None
        self.last: Call | None = None
        #: The walk that was asked for last.
        self.walk: AskingWalk | None = None
        self._walk_since = 0.0

    @property
    def must_stop(self) -> bool:
        """True if the run is being stopped, by the operator, by a failure or by one of Scrapy's limits."""
        engine = self._crawler.engine
        return self._context.stopping.begun or engine is None or engine.needs_backout()

    async def __call__(self, walk: AskingWalk, call: Call) -> Reply:
        """Send a call and return its answer, or that of the call that evidence led to.

        Raises:
            AnswerError: the answer is no page.
            Interrupted: the run is being stopped; nothing was sent.
        """
        self.last = call
        evidence = self._evidence()
        if evidence is None or OPERATIONS[call.operation].surface is Surface.HEAD:
            return Reply(call, await self._send_alone(walk, call))
        return await evidence.ask(walk, call)

    async def _send_alone(self, walk: AskingWalk, call: Call) -> dict[str, Any]:
        """Send a call where nothing more may be asked, and believe what it says."""
        try:
            return await self._send(walk, call, {})
        except Unclear as error:
            if error.sign is Sign.ABSENT:
                raise NotFound(str(error)) from None
            raise

    async def confirm_absent(self, walk: AskingWalk, call: Call, error: NotFound) -> Reply:
        """Decide whether a target is really gone that an answer did not name, see `Evidence.confirm_absent`.

        Raises:
            NotFound: it is.
            AnswerError: what else was found out.
        """
        evidence = self._evidence()
        if evidence is None:
            raise error
        return await evidence.confirm_absent(walk, call, error)

    def _evidence(self) -> Evidence | None:
        """The evidence of this run; None before it has a gate and doc_ids, as for a plan."""
        gate, rotation = self._context.gate, self._context.rotation
        if self._of_run is None and gate is not None and rotation is not None:
            self._of_run = Evidence(self._send, gate, rotation, self._context)
        return self._of_run

    async def _send(self, walk: AskingWalk, call: Call, beside: dict[str, Any]) -> dict[str, Any]:
        engine = self._crawler.engine
        if engine is None or self.must_stop:
            raise Interrupted(self._context.stopping.reason)
        if walk is not self.walk:
            self.walk, self._walk_since = walk, self._context.stopping.now()
        sent = self._context.sent
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
            walk.requests += self._context.sent - sent
        answered = response.request or request
        walk.answered_at = answered.meta[ANSWERED_AT]
        return answered.meta[ENVELOPE]  # type: ignore[no-any-return]

    def seconds_of(self, walk: AskingWalk) -> float:
        """Return how long ago a walk was asked for first; 0 when it is not the one that was asked for last."""
        return self._context.stopping.now() - self._walk_since if walk is self.walk else 0.0
