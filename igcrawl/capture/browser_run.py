"""One capture: a crawl of its own, with the browser in the place of igcrawl's download handler."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Final

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import BaseSettings, Settings

from igcrawl.calling.advice import reason_of
from igcrawl.capture.browser_spider import CaptureSpider
from igcrawl.capture.chromium import Chromium
from igcrawl.capture.seen_query import SeenQuery
from igcrawl.config.config import read_config
from igcrawl.errors import BadInput, IgcrawlError, Trouble
from igcrawl.operations.call import Host
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.verdict import ExitCode
from igcrawl.wording import counted

_HANDLER: Final = "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"
#: What belongs to crawls of operations: it would take the pages for answers, and write them.
_APART: Final[dict[str, Any]] = {
    "DOWNLOAD_HANDLERS": {"http": _HANDLER, "https": _HANDLER},
    "DOWNLOADER_MIDDLEWARES_BASE": {},
    "DOWNLOADER_MIDDLEWARES": {},
    "SPIDER_MIDDLEWARES_BASE": {},
    "ITEM_PIPELINES_BASE": {},
    "ITEM_PIPELINES": {},
    "EXTENSIONS_BASE": {},
    "EXTENSIONS": {},
    "FEEDS": {},
    # The browser sends its own.
    "PLAYWRIGHT_PROCESS_REQUEST_HEADERS": None,
    "PLAYWRIGHT_RESTART_DISCONNECTED_BROWSER": False,
    # It holds for files only; a page load that is broken off is taken for one.
    "PLAYWRIGHT_DOWNLOAD_TIMEOUT": 1000,
}


@dataclass(frozen=True, slots=True)
class Captured:
    """Result of a browser capture.

    Args:
        seen_queries: the queries, those that were asked last.
        pages: how many were looked at.
        scripts: how many were read.
        unread: scripts that could not be.
        problem: why it ended early; None when it did not.
        session: how the operator calls the session.
    """

    seen_queries: list[SeenQuery]
    pages: int
    scripts: int
    unread: int
    problem: IgcrawlError | None
    session: str = ""

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of the command."""
        if isinstance(self.problem, Trouble):
            return ExitCode.TROUBLE
        if isinstance(self.problem, BadInput):
            return ExitCode.BAD_INPUT
        return ExitCode.INCOMPLETE if self.problem is not None or not self.seen_queries else ExitCode.OK

    @property
    def summary(self) -> str:
        """One line: what was read, and what to do if the run ended early."""
        looked = f"{counted(self.pages, 'page')}, {counted(self.scripts, 'script')}"
        if self.unread:
            looked += f" ({self.unread} more could not be read)"
        if isinstance(self.problem, Trouble):
            return f"stopped after {looked}: {reason_of(self.problem, None, self.session)}"
        if isinstance(self.problem, BadInput):
            return str(self.problem)
        if self.problem is not None:
            return f"ended after {looked}: {self.problem}; run the same command again"
        if not self.seen_queries:
            return f"{looked}, and no registered query in them: Instagram's pages have changed"
        return looked


def capture(settings: BaseSettings, chromium: Chromium, username: str) -> Captured:
    """Visit the website with the operator's session and return what it shows; to be called once a process.

    Args:
        settings: the project's.
        chromium: the browser.
        username: whose profile is visited.

    Raises:
        BadInput: the settings or the session cannot be used; nothing was sent.
    """
    config = read_config(settings, OPERATIONS)
    if not config.simulator:
        config.check_session()
    base_url = "http://127.0.0.1" if config.simulator else config.base_urls[Host.WEB]
    own = Settings()
    own.update(settings)
    own.setdict(_APART, priority="cmdline")
    if chromium.cdp_url:
        own.set("PLAYWRIGHT_CDP_URL", chromium.cdp_url, priority="cmdline")
    else:
        own.set("PLAYWRIGHT_LAUNCH_OPTIONS", chromium.launch_options(base_url), priority="cmdline")
    if own.get("LOG_LEVEL") == "INFO":
        own.set("LOG_LEVEL", "WARNING", priority="cmdline")
    process = AsyncCrawlerProcess(own)
    # It logs addresses of pages, and of every request below them.
    logging.getLogger("scrapy-playwright").setLevel(logging.ERROR)
    crawler = process.create_crawler(CaptureSpider)
    process.crawl(crawler, username)
    process.start()
    spider = crawler.spider
    if not isinstance(spider, CaptureSpider):
        return Captured([], 0, 0, 0, IgcrawlError("the browser could not be prepared"))
    seen = spider.gathering
    return Captured(seen.seen_queries, seen.pages, seen.scripts, seen.unread, spider.problem, spider.session_name)
