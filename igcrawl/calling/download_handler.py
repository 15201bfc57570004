"""Download handler: sends requests through aiohttp's public client, with a Twisted reactor or without one."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any, Final

import aiohttp
from multidict import CIMultiDict
from scrapy import Request, signals
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, StopDownload
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from yarl import URL

from igcrawl.calling.answer_limits import LONGEST_HEADER, MOST_HEADERS
from igcrawl.calling.own_answer import OwnAnswerRequest, send_once
from igcrawl.calling.scrapy_request import CallRequest, header_pairs
from igcrawl.calling.tls import tls_context
from igcrawl.calling.transport_errors import translated

#: Seconds for which an idle connection is kept, as Scrapy's own handler does: a session asks every half a minute.
_KEPT: Final = 240
#: Headers that aiohttp would add.
_ADDED: Final = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
_FOR_PROXY: Final = "Proxy-Authorization"


class DownloadHandler(BaseDownloadHandler):
    """Scrapy's download handler for `http` and `https`.

    Errors name neither URL nor headers, which hold the session. Those of aiohttp do, so they are not chained.
    """

    # aiohttp's session needs the running loop.
    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings = crawler.settings
        self._seconds = settings.getfloat("DOWNLOAD_TIMEOUT")
        self._maxsize = settings.getint("DOWNLOAD_MAXSIZE")
        address = settings.get("DOWNLOAD_BIND_ADDRESS")
        connector = aiohttp.TCPConnector(
            ssl=tls_context(settings),
            local_addr=(address, 0) if isinstance(address, str) else address,
            keepalive_timeout=_KEPT,
            limit=settings.getint("CONCURRENT_REQUESTS"),
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=_ADDED,
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(),
            max_headers=MOST_HEADERS,
            max_field_size=LONGEST_HEADER,
            middlewares=(send_once,),
            request_class=OwnAnswerRequest,
        )

    async def download_request(self, request: Request) -> Response:
        """Send a request and return its answer, its body as it came.

        Raises:
            StopDownload: the handler of a signal wants it.
            DownloadCancelledError: the answer is too large.
            Exception: any other of Scrapy's for download handlers.
        """
        try:
            async with asyncio.timeout(float(request.meta.get("download_timeout") or self._seconds)):
                return await self._exchange(request)
        except (aiohttp.ClientError, OSError) as error:
            problem = translated(error, request.meta.get("proxy"))
        raise problem

    async def close(self) -> None:
        """Close the connections that are kept."""
        await self._session.close()

    async def _exchange(self, request: Request) -> Response:
        began = time.monotonic()
        pairs = request.sent_headers() if isinstance(request, CallRequest) else header_pairs(request.headers)
        headers = CIMultiDict(pairs)
        proxy, for_proxy = request.meta.get("proxy"), None
        if _FOR_PROXY in headers and not (proxy and request.url.startswith("http:")):
            # Behind a proxy's tunnel is the server.
            for_proxy = {_FOR_PROXY: headers.pop(_FOR_PROXY)}
        async with self._session.request(
            request.method,
            URL(request.url, encoded=True),
            data=request.body or None,
            headers=headers,
            allow_redirects=False,
            proxy=proxy,
            proxy_headers=for_proxy,
        ) as answer:
            request.meta["download_latency"] = time.monotonic() - began
            return await self._read(request, answer)

    async def _read(self, request: Request, answer: aiohttp.ClientResponse) -> Response:
        most = int(request.meta.get("download_maxsize", self._maxsize)) or sys.maxsize
        headers, body = Headers(answer.raw_headers), bytearray()
        size = 0 if request.method == "HEAD" else answer.content_length or 0
        stop = self._tell(signals.headers_received, request, headers=headers, body_length=size)
        if stop is None and size <= most:
            async for chunk in answer.content.iter_any():
                body += chunk
                size = len(body)
                stop = self._tell(signals.bytes_received, request, data=chunk)
                if stop is not None or size > most:
                    break
        if stop is None and size > most:
            raise DownloadCancelledError(f"the answer is larger than DOWNLOAD_MAXSIZE, {most} bytes")
        return _response(request, answer, headers, bytes(body), stop)

    def _tell(self, signal: object, request: Request, **what: Any) -> StopDownload | None:
        """Send a signal, and return the wish of one of its handlers to stop the download."""
        told = self.crawler.signals.send_catch_log(signal, request=request, spider=self.crawler.spider, **what)
        wishes = (getattr(result, "value", None) for _, result in told)
        return next((wish for wish in wishes if isinstance(wish, StopDownload)), None)


def _response(
    request: Request, answer: aiohttp.ClientResponse, headers: Headers, body: bytes, stop: StopDownload | None
) -> Response:
    major, minor = answer.version or aiohttp.HttpVersion11
    kind = responsetypes.from_args(headers=headers, url=request.url, body=body)
    response = kind(request.url, answer.status, headers, body, protocol=f"HTTP/{major}.{minor}")
    if stop is not None:
        response.flags.append("download_stopped")
        if stop.fail:
            stop.response = response
            raise stop
    return response
