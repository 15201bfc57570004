"""The spider of `scrapy docids capture`: visits a few pages in one tab, one after another, and only looks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any, ClassVar, Final
from urllib.parse import quote, urlsplit

from playwright.async_api import Error, Page
from scrapy import Request, Spider
from scrapy.http import Response
from scrapy_playwright.page import PageMethod  # type: ignore[import-untyped]

from igcrawl.budget.gate import Gate
from igcrawl.budget.session_states import SessionStates
from igcrawl.calling.run_context import RunContext
from igcrawl.calling.run_gate import gate_for, states_for
from igcrawl.capture.browser import Gathering, check_page
from igcrawl.config.config import Config, read_config
from igcrawl.errors import AnswerError, BadInput, IgcrawlError, Interrupted, StoreError, Throttled, Transient, Trouble
from igcrawl.operations.call import Host
from igcrawl.operations.catalogue import FAMILY_OF, OPERATIONS
from igcrawl.sessions.log_guard import GUARD
from igcrawl.sessions.session import Session
from igcrawl.sessions.shared_file import Saved, SharedFile
from igcrawl.sessions.trusted_hosts import is_trusted
from igcrawl.store import Store, make_store

logger = logging.getLogger(__name__)

#: What a page load counts as in the budget.
FAMILY: Final = FAMILY_OF["web_page"]
_COOKIES: Final = ("sessionid", "ds_user_id", "mid", "csrftoken")
_LONGEST_LOAD: Final = 45_000


class CaptureSpider(Spider):
    """Visits the website with the operator's session, whose budget counts each page load.

    Args:
        username: whose pages are visited.
    """

    name = "docids-capture"
    embeds_simulator: ClassVar = True
    config: Config
    _session: Session
    _gate: Gate

    def __init__(self, username: str, **keys: Any) -> None:
        super().__init__(**keys)
        self._username = username
        self._page: Page | None = None
        self._looked = asyncio.Event()
        self.gathering = Gathering("")
        self.problem: IgcrawlError | None = None
        self.session_name = ""

    async def start(self) -> AsyncIterator[Request]:
        """Visit one page after another, then fetch the scripts that none of them has loaded."""
        store: Store | None = None
        states: SessionStates | None = None
        try:
            # Not earlier: the embedded simulator has its say after the spider is made.
            self.config = read_config(self.settings, OPERATIONS)
            store = make_store(self.config.store)
            await store.open()
            states = states_for(self.config, store)
            await states.open()
            self._prepare(states, store)
            await self._gate.check()
            for path in _paths(self._username):
                await self._gate.enter(FAMILY)
                self._looked.clear()
                yield self._visit(path)
                await self._looked.wait()
                if self.problem is not None:
                    return
            if self._page is not None:
                await self.gathering.fetch_rest(self._page)
        except asyncio.CancelledError:
            RunContext.of(self.crawler).stopping.begin()
            self.problem = self.problem or Interrupted("it was stopped")
            raise
        except IgcrawlError as error:
            self.problem = error
        finally:
            await self._leave()
            if states is not None:
                await states.close()
            if store is not None:
                await store.close()

    def _prepare(self, states: SessionStates, store: Store) -> None:
        """Take session and addresses from the checked settings."""
        self.session_name = self.config.session_name
        stopping = RunContext.of(self.crawler).stopping
        self._gate = gate_for(Gate, self.config, states, store, stopping)
        self._session = self._gate.session
        self._base_url = self.config.base_urls[Host.WEB]
        self.gathering = Gathering(self._base_url)
        redaction = RunContext.of(self.crawler).redaction
        redaction.learn(str(cookie["value"]) for cookie in _cookies(self._session, self._base_url))
        GUARD.begin(redaction)

    def _visit(self, path: str) -> Request:
        """Return the request of a page: the first one opens the tab, the others stay in it."""
        meta: dict[str, Any] = {
            "playwright": True,
            "playwright_include_page": True,
            "playwright_page_goto_kwargs": {"wait_until": "load", "timeout": _LONGEST_LOAD},
            "playwright_page_methods": [PageMethod(self.gathering.settle)],
            "playwright_page_init_callback": self._open,
        }
        if self._page is not None:
            meta["playwright_page"] = self._page
        else:
            meta["playwright_context_kwargs"] = {"service_workers": "block"}
            meta["playwright_page_event_handlers"] = {
                "request": self.gathering.on_request,
                "response": self.gathering.on_response,
            }
        return Request(self._base_url + path, self.visited, errback=self.failed, meta=meta, dont_filter=True)

    async def _open(self, page: Page, request: Request) -> None:
        """Give the session's cookies to the browser, for the website and no other host; there is one tab only."""
        if self._page is not None:
            if page is not self._page:
                # The download handler opens another one for a tab that was closed, and nobody has counted its page.
                await page.close()
            return
        self._page = page
        if is_trusted(self._base_url):
            await page.context.add_cookies(list(_cookies(self._session, self._base_url)))  # type: ignore[arg-type]

    async def visited(self, response: Response) -> None:
        """Look at a page."""
        page: Page = response.meta["playwright_page"]
        try:
            await check_page(page, response.status)
            self.gathering.pages += 1
            self.gathering.take_text(getattr(response, "text", ""), page.url)
            await self._gate.answered()
        except Error:
            self.problem = self.problem or Transient("the page was closed while it was read")
        except IgcrawlError as error:
            # What the server says may repeat a part of the session.
            error.args = (RunContext.of(self.crawler).redaction.text(str(error)),)
            self.problem = error
            await self._tell(error)
        finally:
            self._looked.set()

    async def _tell(self, error: IgcrawlError) -> None:
        """Let all runs of the session know what the website wants."""
        if isinstance(error, Trouble):
            await self._gate.park(error)
        elif isinstance(error, Throttled):
            try:
                await self._gate.throttled(error)
            except StoreError as failure:
                self.problem = failure

    async def failed(self, failure: Any) -> None:
        """End: the page did not come."""
        what = str(failure.value).strip().splitlines()[0] if str(failure.value) else type(failure.value).__name__
        if what.startswith("BrowserType."):
            problem: AnswerError | BadInput = BadInput(f"the browser does not start, or does not answer: {what}")
        else:
            problem = Transient(f"the browser could not open a page: {what}")
        self.problem = self.problem or problem
        self._looked.set()

    async def _leave(self) -> None:
        """Close the tab, and keep what the website refreshed of the session."""
        if self._page is None:
            return
        try:
            held = await self._page.context.cookies(self._base_url)
            await self._page.close()
        except Error:
            return
        path = self.config.session_file
        if path is None or (self.problem is not None and not self.gathering.pages):
            return
        fresh = [
            (b"set-cookie", f"{cookie['name']}={cookie['value']}".encode())
            for cookie in held
            if cookie.get("name") in _COOKIES
        ]
        try:
            saved = SharedFile(self._session, path).refresh(fresh)
        except OSError as error:
            logger.warning("session file %s cannot be saved: %s", path, error.strerror or error)
        else:
            if saved in {Saved.DELETED, Saved.REPLACED}:
                logger.warning("session file %s was deleted or replaced: what the website refreshed is lost", path)


def _paths(username: str) -> Iterator[str]:
    name = quote(username, safe="")
    yield from ("/", f"/{name}/", f"/{name}/followers/", f"/{name}/reels/", f"/explore/search/keyword/?q={name}")


def _cookies(session: Session, base_url: str) -> Iterator[dict[str, Any]]:
    values = (session.sessionid, session.ds_user_id, session.mid, session.csrftoken)
    secure = urlsplit(base_url).scheme == "https"
    where: dict[str, Any] = {"url": base_url}
    if (urlsplit(base_url).hostname or "").endswith("instagram.com"):
        where = {"domain": ".instagram.com", "path": "/"}
    for name, value in zip(_COOKIES, values, strict=True):
        if value:
            yield {"name": name, "value": value, "secure": secure, "httpOnly": name == "sessionid", **where}
