"""Registered ids found on a page of the website: in its requests, its scripts, and scripts not loaded yet."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.async_api import Error, Page, Request, Response

from igcrawl.calling.diagnosis import Answer, open_answer
from igcrawl.capture.bundles import is_of_site, queries_in, scripts_in
from igcrawl.capture.calls import calls_of
from igcrawl.capture.captured_request import CapturedRequest
from igcrawl.capture.seen_query import SeenQuery
from igcrawl.errors import AnswerError, ChallengeRequired, SessionExpired, Throttled, Trouble
from igcrawl.sessions.trusted_hosts import is_trusted

#: Instagram's pages know of some hundreds.
MOST_SCRIPTS: Final = 600
_AT_ONCE: Final = 6
_IDLE: Final = 8_000
_FETCH: Final = """async (url) => {
  const answer = await fetch(url, {credentials: "omit", signal: AbortSignal.timeout(20000)});
  return answer.ok ? await answer.text() : null;
}"""
_IS_LOGIN: Final = "() => !!document.querySelector('#loginForm, form input[type=password]')"


# Without slots: Playwright hangs a wrapper on the object whose methods are its event handlers.
@dataclass
class Gathering:
    """All that the pages of one capture have shown.

    Args:
        base_url: of the website, without a last slash.
    """

    base_url: str
    pages: int = 0
    scripts: int = 0
    unread: int = 0
    _asked: list[SeenQuery] = field(default_factory=list)
    _bundled: dict[tuple[str, str], SeenQuery] = field(default_factory=dict)
    _known: dict[str, None] = field(default_factory=dict)
    _read: set[str] = field(default_factory=set)
    _reading: set[asyncio.Future[None]] = field(default_factory=set)

    @property
    def seen_queries(self) -> list[SeenQuery]:
        """The queries, each id once from scripts, and behind those what the pages asked, which is surer."""
        return [*self._bundled.values(), *self._asked]

    def on_request(self, request: Request) -> None:
        """Take a request of the page's; for the event `request`."""
        if "query_hash=" not in request.url:
            self._take_request(request, "")

    def on_response(self, response: Response) -> None:
        """Take an answer; for the event `response`."""
        url = response.url
        if response.request.resource_type == "script" and is_of_site(url, self.base_url) and url not in self._read:
            self._read.add(url)
            self._begin(self._take_script(response))
        elif "query_hash=" in url:
            self._begin(self._take_answer(response))

    def take_text(self, text: str, url: str) -> None:
        """Take the text of a page or a script."""
        for seen_query in queries_in(text, _today()):
            self._bundled[seen_query.name, seen_query.doc_id] = seen_query
        self._known.update(dict.fromkeys(scripts_in(text, url)))

    async def settle(self, page: Page) -> None:
        """Wait until a page has asked what it asks by itself, and until its answers are read."""
        # A page that goes on asking has asked the most of it by then.
        with suppress(Error):
            await page.wait_for_load_state("networkidle", timeout=_IDLE)
        while self._reading:
            await asyncio.wait(self._reading)

    async def fetch_rest(self, page: Page) -> None:
        """Fetch the scripts that pages know of and have not loaded, from within a page and without cookies."""
        places = asyncio.Semaphore(_AT_ONCE)

        async def fetch(url: str) -> None:
            async with places:
                try:
                    text = await page.evaluate(_FETCH, url)
                except Error:
                    text = None
            self._count(text, url)

        while waiting := [url for url in self._known if url not in self._read]:
            left = MOST_SCRIPTS - len(self._read)
            if left <= 0:
                self.unread += len(waiting)
                return
            self._read.update(waiting[:left])
            await asyncio.gather(*map(fetch, waiting[:left]))

    def _begin(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(coroutine)
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    async def _take_script(self, response: Response) -> None:
        self._count(await _or_none(response.text()), response.url)

    async def _take_answer(self, response: Response) -> None:
        self._take_request(response.request, await _or_none(response.text()) or "")

    def _count(self, text: str | None, url: str) -> None:
        self.scripts += text is not None
        self.unread += text is None
        if text is not None:
            self.take_text(text, url)

    def _take_request(self, request: Request, answer: str) -> None:
        if not is_trusted(request.url):
            return
        body = (request.post_data_buffer or b"").decode("utf-8", "replace")
        asked = CapturedRequest(request.url, request.headers, body, answer, _today())
        host = urlsplit(self.base_url).hostname or ""
        calls = calls_of(asked, frozenset({host}), {})
        self._asked.extend(call for call in calls if isinstance(call, SeenQuery))


async def check_page(page: Page, status: int) -> None:
    """Look where a page has led to.

    Raises:
        SessionExpired: to the login.
        ChallengeRequired: to a challenge, a checkpoint, a consent, or out of Instagram.
        Throttled: the server wants it slower.
    """
    where = urlsplit(page.url).path
    try:
        open_answer(Answer("browser", graphql=False, status=302, body=b"", location=where))
    except Trouble:
        raise
    except AnswerError:
        # Any other page is where it should be.
        pass
    if not is_trusted(page.url):
        raise ChallengeRequired("the browser was redirected away from Instagram")
    if status == 429:
        raise Throttled("Instagram asks to slow down (status 429)")
    if await page.evaluate(_IS_LOGIN):
        raise SessionExpired("Instagram shows its login page")


async def _or_none(text: Awaitable[str]) -> str | None:
    try:
        return await text
    except Error:
        # The page has left before it was read.
        return None


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
