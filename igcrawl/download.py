"""The download handler: the one place where a request and the session meet.

Signing happens here, behind every queue, slot and middleware, so that none of them ever holds a credential: what
they see is the call. The server's refreshes of the session are taken over, and removed from the answer, here too.
"""

from __future__ import annotations

import time
import zlib
from typing import Any, Final

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.misc import build_from_crawler

from igcrawl.catalogue import OPERATIONS
from igcrawl.config import read_config
from igcrawl.doc_ids import DocIds
from igcrawl.errors import BadInput, Transient
from igcrawl.hosts import is_trusted
from igcrawl.request import call_of
from igcrawl.session import SECRET_HEADERS
from igcrawl.session_file import load_session, save_session
from igcrawl.signing import Signer

_GZIP_OR_ZLIB: Final = 32 + zlib.MAX_WBITS


class SessionDownloadHandler:
    """Signs calls, sends them over Scrapy's HTTP/1.1 handler and takes over what the answer refreshes.

    Requests that are no calls pass through as they are, without a session.
    """

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        config = read_config(crawler.settings, OPERATIONS)
        if config.session_file is None:
            raise BadInput("IG_SESSION is not set: give a session file")
        self._session_file = config.session_file
        self._session = load_session(config.session_file)
        self._signer = Signer(self._session)
        self._doc_ids = DocIds(config.doc_ids)
        self._base_urls = config.base_urls
        self._maxsize = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        self._http: Any = build_from_crawler(HTTP11DownloadHandler, crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SessionDownloadHandler:
        """Build it from the crawler's settings."""
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        """Send a request and return its answer, decompressed and without the parts that belong to the session."""
        call = call_of(request)
        if call is None:
            response: Response = await self._http.download_request(request)
            return response
        operation = OPERATIONS[call.operation]
        doc_id, root_field = None, None
        if operation.query_name is not None:
            doc_id, root_field = self._doc_ids.current(operation.name, operation.query_name)
        wire = operation.wire(call, doc_id, root_field)
        signed = self._signer.sign(wire, time.time())
        url = self._base_urls[wire.host] + signed.path
        if not is_trusted(url):
            raise BadInput("a session is sent only to https://*.instagram.com or to loopback")
        headers = {**signed.headers, "Accept-Encoding": "gzip, deflate"}
        sent = Request(url, method=wire.method, headers=headers, body=signed.body, meta=request.meta)
        response = await self._http.download_request(sent)
        self._take_refreshes(response)
        return response.replace(url=request.url, body=self._decompressed(response))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    def _take_refreshes(self, response: Response) -> None:
        refreshed = [(name, value) for name, values in response.headers.items() for value in values]
        if self._session.refresh(refreshed):
            save_session(self._session, self._session_file)
        for name in SECRET_HEADERS:
            response.headers.pop(name, None)

    def _decompressed(self, response: Response) -> bytes:
        if not response.headers.get("Content-Encoding"):
            return response.body
        engine = zlib.decompressobj(_GZIP_OR_ZLIB)
        try:
            body = engine.decompress(response.body, self._maxsize)
        except zlib.error:
            raise Transient("the answer's compression is broken") from None
        if engine.unconsumed_tail:
            raise Transient(f"the answer is larger than DOWNLOAD_MAXSIZE, {self._maxsize} bytes")
        if not engine.eof:
            raise Transient("the answer's compressed body is cut")
        del response.headers["Content-Encoding"]
        return body
