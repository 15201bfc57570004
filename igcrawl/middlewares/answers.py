"""Answers: turns what came back into an envelope, another try, or an error that carries its policy."""

from __future__ import annotations

import time
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.http import Response

from igcrawl.budget.limits import LOCAL_RETRY_PAUSE, RETRY_PAUSE
from igcrawl.calling.canary import may_be_stale
from igcrawl.calling.diagnosis import Answer, open_answer
from igcrawl.calling.run_context import RunContext
from igcrawl.calling.scrapy_request import CANARY, ENVELOPE, RESTED, UNREADABLE, call_of
from igcrawl.config.config import read_config
from igcrawl.errors import AnswerError, StaleDocId, TargetError, Throttled, Transient, Trouble
from igcrawl.operations.call import Call
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.operations.operation import Surface
from igcrawl.times import seconds_until


class AnswerMiddleware(RetryMiddleware):
    """Scrapy's RetryMiddleware with another idea of what is passing, and with growing pauses.

    A good answer leaves its envelope in the request's meta. A passing fault is asked again, with the same cursor,
    `RETRY_TIMES` times; a throttled call as often as it takes, each time when the session has rested. Trouble closes
    the session's gate. Whatever else raises.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler.settings)
        self.crawler = crawler
        self._context = RunContext.of(crawler)
        config = read_config(crawler.settings, OPERATIONS)
        self._first_pause = RETRY_PAUSE if config.paced else LOCAL_RETRY_PAUSE

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> AnswerMiddleware:
        """Build it from the crawler's settings."""
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Open the answer to a call.

        Raises:
            AnswerError: it is no page.
        """
        call = call_of(request)
        if call is None:
            return response
        gate = self._context.gate if OPERATIONS[call.operation].surface is not Surface.HEAD else None  # no session
        try:
            request.meta[ENVELOPE] = _open(request, call, response)
        except AnswerError as error:
            # What the server says may repeat a part of the session.
            error.args = (self._context.redaction.text(str(error)),)
            if isinstance(error, Transient):
                return await self._again(request, error)
            if gate is not None:
                if isinstance(error, Throttled) and not request.meta.get(CANARY):
                    if may_be_stale(call, response.status, rested=bool(request.meta.get(RESTED))):
                        raise StaleDocId(f"{error}, and again after the session had rested", after_rest=True) from None
                    await gate.throttled(error)
                    return request.replace(meta={**request.meta, RESTED: True})
                if isinstance(error, Trouble):
                    await gate.park(error)
                elif isinstance(error, TargetError):
                    await gate.answered()
            raise
        if gate is not None:
            await gate.answered()
        return response

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:  # type: ignore[override]
        """Ask again after a cut connection and its like.

        Raises:
            AnswerError: it was asked often enough.
        """
        call = call_of(request)
        if call is None or not isinstance(exception, (*self.exceptions_to_retry, Transient)):
            return None
        passing = exception if isinstance(exception, Transient) else None
        return await self._again(request, passing or Transient(f"{call.operation}: {type(exception).__name__}"))

    async def _again(self, request: Request, error: AnswerError) -> Request:
        if (again := self._retry(request, error)) is None:
            raise error
        await self._context.stopping.sleep(self._first_pause * 2 ** (again.meta["retry_times"] - 1))
        return again


def _open(request: Request, call: Call, response: Response) -> dict[str, Any]:
    if UNREADABLE in request.meta:
        raise Transient(request.meta[UNREADABLE])
    return open_answer(_answer(call, response))


def _answer(call: Call, response: Response) -> Answer:
    surface = OPERATIONS[call.operation].surface
    return Answer(
        operation=call.operation,
        graphql=surface.is_graphql,
        kind=surface.answer_kind,
        url=str(call.args.get("url", response.url)),
        status=response.status,
        body=response.body,
        location=(response.headers.get("Location") or b"").decode("latin-1"),
        retry_after=seconds_until((response.headers.get("Retry-After") or b"").decode("latin-1"), time.time()),
    )
