"""Answers: turns what came back into an envelope, another try, or an error that carries its policy."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import DownloadCancelledError
from scrapy.http import Response

from igcrawl.budget.gate import Gate
from igcrawl.budget.limits import LOCAL_RETRY_PAUSE, RETRY_PAUSE
from igcrawl.calling.responses import envelope_of, may_be_rotated
from igcrawl.calling.run_context import RunContext, config_of
from igcrawl.calling.scrapy_request import CANARY, ENVELOPE, RESTED, call_of
from igcrawl.calling.transport_errors import in_words
from igcrawl.errors import AnswerError, SessionExpired, Sign, TargetError, Throttled, Transient, Trouble, Unclear
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.operations.operation import Surface


class AnswerMiddleware(RetryMiddleware):
    """Scrapy's RetryMiddleware with another idea of what is passing, and with growing pauses.

    A good answer leaves its envelope in the request's meta. A passing fault is asked again, with the same cursor,
    `RETRY_TIMES` times; a throttled call as often as it takes, each time when the session has rested. Trouble closes
    the session's gate, unless another process has renewed an expired session: then the call is asked again. Whatever
    else raises.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler.settings)
        self.crawler = crawler
        self._context = RunContext.of(crawler)
        config = config_of(crawler)
        self._first_pause = RETRY_PAUSE if config.paced else LOCAL_RETRY_PAUSE

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> AnswerMiddleware:
        """Return one for a crawler."""
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
            request.meta[ENVELOPE] = envelope_of(request, call, response)
        except AnswerError as error:
            # What the server says may repeat a part of the session.
            error.clear(self._context.redaction.text)
            if isinstance(error, Transient):
                return await self._again(request, error)
            if gate is not None and isinstance(error, Throttled) and not request.meta.get(CANARY):
                if request.meta.get(RESTED) and may_be_rotated(call, response.status):
                    raise Unclear(f"{error}, and again after the session's cooldown", Sign.WAIT_AGAIN) from None
                await gate.throttled(error)
                return request.replace(meta={**request.meta, RESTED: True})
            if gate is not None and await self._is_to_be_asked_again(gate, error):
                return request.replace()
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
        if call is None or not isinstance(exception, (*self.exceptions_to_retry, DownloadCancelledError, Transient)):
            return None
        passing = exception if isinstance(exception, Transient) else None
        said = in_words(exception, request.meta.get("proxy"))
        return await self._again(request, passing or Transient(f"{call.operation}: {said}"))

    async def _is_to_be_asked_again(self, gate: Gate, error: AnswerError) -> bool:
        """Tell the gate of an error; return whether the session was renewed, so that the error is none of its."""
        keeping = self._context.keeping
        if isinstance(error, SessionExpired) and keeping is not None and await keeping.renewed():
            return True
        if isinstance(error, Trouble):
            await gate.park(error)
        elif isinstance(error, TargetError):
            await gate.answered()
        return False

    async def _again(self, request: Request, error: AnswerError) -> Request:
        if (again := self._retry(request, error)) is None:
            raise error
        await self._context.stopping.sleep(self._first_pause * 2 ** (again.meta["retry_times"] - 1))
        return again
