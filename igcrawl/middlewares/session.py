"""Session: signs each call just before it is sent, and takes every secret off again."""

from __future__ import annotations

from functools import cached_property

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response

from igcrawl.calling.run_context import RunContext, config_of
from igcrawl.calling.scrapy_request import UNREADABLE, CallRequest, call_of
from igcrawl.calling.session_exchange import SessionExchange
from igcrawl.errors import BadInput, Transient


class SessionMiddleware:
    """The innermost downloader middleware: what stands before it sees calls, what comes behind it sees the session.

    A request is signed from here to the network and back. In between run the handlers of Scrapy's signals
    `request_reached_downloader`, `headers_received`, `bytes_received`, `response_downloaded` and
    `request_left_downloader`: what they get holds the session.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        crawler.signals.connect(self.close, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SessionMiddleware:
        """Return one for a crawler."""
        return cls(crawler)

    @cached_property
    def _exchange(self) -> SessionExchange:
        # The gate, and with it the session of the run, comes when the spider starts.
        return SessionExchange(
            config_of(self._crawler), RunContext.of(self._crawler), self._crawler.settings.getint("DOWNLOAD_MAXSIZE")
        )

    async def process_request(self, request: Request) -> None:
        """Sign a call.

        Raises:
            BadInput: the session would go to a host that it does not belong to.
        """
        call = call_of(request)
        if call is None:
            return
        if not isinstance(request, CallRequest):
            raise BadInput(f"{call.operation}: a call needs a CallRequest, got {type(request).__name__}")
        request.meta.pop(UNREADABLE, None)
        self._exchange.sign(request, call)

    async def process_response(self, request: Request, response: Response) -> Response:
        """Take over what the answer refreshes and clear it of the session."""
        call = call_of(request)
        if call is None or not isinstance(request, CallRequest):
            return response
        request.unsign()
        try:
            return self._exchange.take(request, call, response)
        except Transient as error:
            # An error from here would pass by the middlewares that ask again.
            request.meta[UNREADABLE] = str(error)
            return response.replace(url=request.url, headers={}, body=b"")

    async def process_exception(self, request: Request, exception: Exception) -> None:
        """Take the session off a request that got no answer."""
        if isinstance(request, CallRequest):
            request.unsign()

    def close(self) -> None:
        """Close what the run has written to."""
        if "_exchange" in vars(self):
            self._exchange.close()
