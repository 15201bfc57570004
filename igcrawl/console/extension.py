"""`LiveView`: Scrapy's extension that shows how a crawl stands, and at its end what it has done."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler

from igcrawl.base_spiders.operation_spider import OperationSpider
from igcrawl.console.gather import Facts
from igcrawl.console.notebook import NotebookDisplay, is_notebook
from igcrawl.console.snapshot import Snapshot
from igcrawl.console.status_line import line
from igcrawl.running.run_summary import summary_of
from igcrawl.running.summary import summary_lines

if TYPE_CHECKING:
    from igcrawl.console.display import Display

logger = logging.getLogger("igcrawl.live")


class LiveView:
    """Shows a display on a terminal, and without one writes a line a minute into the log.

    Args:
        crawler: whose crawl is shown.
    """

    #: Seconds between two lines, and between two frames of a display.
    line_every: ClassVar[float] = 60.0
    frame_every: ClassVar[float] = 0.5

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._spider: OperationSpider | None = None
        self._display: Display | NotebookDisplay | None = None
        self._watching: asyncio.Task[None] | None = None
        self._ended = asyncio.Event()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return one for a crawler."""
        view = cls(crawler)
        crawler.signals.connect(view.begin, signals.spider_opened)
        crawler.signals.connect(view.end, signals.spider_closed)
        # By then the spider has committed everything, and the feeds are stored.
        crawler.signals.connect(view.sum_up, signals.engine_stopped)
        return view

    def begin(self, spider: Spider) -> None:
        """Begin to watch, where somebody looks on; a crawl that is only planned has nothing to show."""
        if not isinstance(spider, OperationSpider) or spider.args.plan:
            return
        if not spider.context.attended and spider.config.live is not True:
            return
        self._spider = spider
        self._display = self._open_display(spider)
        show, every = self._write, self.line_every
        if self._display is not None:
            self._display.start()
            show, every = self._display.show, self.frame_every
        self._watching = asyncio.ensure_future(self._watch(Facts(spider), show, every))

    def end(self) -> None:
        """Look no more: the store is being closed."""
        self._ended.set()

    async def sum_up(self) -> None:
        """Say what the run has done."""
        self._ended.set()
        if self._watching is not None:
            await self._watching
        if self._display is not None:
            self._display.stop()
        summary = summary_of(self._spider) if self._spider is not None else None
        if summary is None:
            return
        if self._display is not None:
            self._display.print(summary)
            return
        for each in summary_lines(summary):
            logger.info("%s", each)

    async def _watch(self, facts: Facts, show: Callable[[Snapshot], None], every: float) -> None:
        while not await self._ended_within(every):
            try:
                await facts.look()
                if not self._ended.is_set():
                    show(facts.snapshot())
            except Exception:  # what is only shown must not end a crawl
                logger.debug("the live view has failed", exc_info=True)
                return

    async def _ended_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), seconds)
        return self._ended.is_set()

    def _write(self, snapshot: Snapshot) -> None:
        logger.info("%s", line(snapshot))

    def _open_display(self, spider: OperationSpider) -> Display | NotebookDisplay | None:
        """Return a display when the operator wants one and sits at a terminal or notebook that can show it."""
        wanted, stream = spider.config.live, sys.stderr
        if wanted and is_notebook():
            return NotebookDisplay()
        if wanted is False or stream is None or not stream.isatty() or self._writes_to_terminal():
            return None
        from igcrawl.console.display import Display, handlers_of  # noqa: PLC0415 - rich takes a crawl 0.1 s to import

        # Where the log goes elsewhere, the operator looks there.
        display = Display(stream)
        return display if display.possible and (wanted or handlers_of(stream)) else None

    def _writes_to_terminal(self) -> bool:
        """Return whether records go to the terminal, which a display would spoil."""
        feeds = map(str, self._crawler.settings.getdict("FEEDS"))
        return any(uri.startswith("stdout:") for uri in feeds) and sys.stdout.isatty()
