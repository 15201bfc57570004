"""`LogCount`: counts a crawl's own log lines by level, in place of Scrapy's, which counts those of the process."""

from __future__ import annotations

import logging
from typing import Final, Self

from scrapy import signals
from scrapy.crawler import Crawler

from igcrawl.calling.run_context import RunContext
from igcrawl.sessions.log_guard import LogLines


class _Handler(logging.Handler):
    """Handler of the root logger while there is anything to count: one, however many crawls the process has."""

    def __init__(self) -> None:
        super().__init__()
        self._counted: set[LogLines] = set()

    def add(self, lines: LogLines) -> None:
        self._counted.add(lines)
        logging.root.addHandler(self)

    def remove(self, lines: LogLines) -> None:
        self._counted.discard(lines)
        if not self._counted:
            logging.root.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        lines = LogLines.of(record)
        if lines is not None and lines.count is not None:
            lines.count(record)


_HANDLER: Final = _Handler()


class LogCount:
    """Scrapy extension that counts log lines into `log_count/<level>` of the stats.

    Args:
        crawler: whose lines are counted.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._lines = RunContext.of(crawler).lines
        level = str(crawler.settings["LOG_LEVEL"]).upper()
        self._least = logging.getLevelNamesMapping().get(level, logging.INFO)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return one for a crawler."""
        counter = cls(crawler)
        crawler.signals.connect(counter.begin, signals.spider_opened)
        crawler.signals.connect(counter.end, signals.spider_closed)
        return counter

    def begin(self) -> None:
        """Count from now on."""
        self._lines.count = self._count
        _HANDLER.add(self._lines)

    def end(self) -> None:
        """Count no more."""
        self._lines.count = None
        _HANDLER.remove(self._lines)

    def _count(self, record: logging.LogRecord) -> None:
        if record.levelno >= self._least and self._crawler.stats is not None:
            self._crawler.stats.inc_value(f"log_count/{record.levelname}")
