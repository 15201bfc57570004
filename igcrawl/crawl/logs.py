"""Logs that speak of walks and calls, not of URLs and items."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any, Final, Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult

from igcrawl.calling.scrapy_request import call_of
from igcrawl.crawl.walk import Ending, Walk
from igcrawl.errors import BadItem
from igcrawl.printable import printable
from igcrawl.sessions.log_guard import LogLines
from igcrawl.verdict import FINAL, GOOD
from igcrawl.wording import counted

#: Verdicts are said in the name of walks.
logger = logging.getLogger("igcrawl.walk")

#: A cursor of more characters is cut: nobody types it.
_LONGEST_CURSOR: Final = 300

#: What these loggers say at INFO is about Scrapy's own parts, the same in every run.
QUIET = ("scrapy.middleware", "scrapy.crawler", "scrapy.addons", "scrapy.utils.log", "scrapy.core.engine")


def quieten(log_level: str) -> None:
    """Silence Scrapy's start-up lists in this process, and say disk errors in one line.

    Args:
        log_level: the operator's; the lists are not silenced where it is DEBUG.
    """
    logging.getLogger("scrapy.extensions.feedexport").addFilter(_in_one_line)
    if log_level.upper() != "DEBUG":
        for name in QUIET:
            # A filter, since Scrapy resets its loggers' levels when it configures logging.
            logging.getLogger(name).addFilter(_from_warning_on)


def quieten_own_lines() -> None:
    """As `quieten`, but only for the lines of crawls whose `LogLines` are to be quiet. Does no harm twice."""
    logging.getLogger("scrapy.extensions.feedexport").addFilter(_own_in_one_line)
    for name in QUIET:
        logging.getLogger(name).addFilter(_own_from_warning_on)


def _own_in_one_line(line: logging.LogRecord) -> bool:
    return LogLines.of(line) is None or _in_one_line(line)


def _own_from_warning_on(line: logging.LogRecord) -> bool:
    lines = LogLines.of(line)
    return lines is None or not lines.quiet or _from_warning_on(line)


def _in_one_line(line: logging.LogRecord) -> bool:
    if line.exc_info and isinstance(line.exc_info[1], OSError):
        line.msg, line.args, line.exc_info = f"{line.getMessage()}: {line.exc_info[1].strerror}", (), None
    return True


def _from_warning_on(line: logging.LogRecord) -> bool:
    return line.levelno >= logging.WARNING


def note(walk: Walk, notes: Iterable[str]) -> None:
    """Note in a walk's record what was passed over, and log each note that is new."""
    for line in walk.note(notes):
        logger.warning("%s: %s", walk.id, line)


def log_verdict(walk: Walk, ending: Ending, given: str = "", progress: str = "") -> None:
    """Say how a walk ended, in one line.

    Args:
        walk: which has ended.
        ending: how.
        given: its target as the operator gave it, such as a name.
        progress: of the crawl; empty where its only target was walked.
    """
    level = logging.INFO if ending.verdict in GOOD else logging.WARNING
    counts = ", ".join(
        (counted(walk.records, "record"), counted(walk.pages, "page"), counted(walk.requests, "request"))
    )
    # A cursor of several parts may repeat a part of the session, which no log may hold.
    if ending.verdict not in FINAL and walk.cursor is not None and not walk.cursor.startswith("{"):
        counts += f", next cursor {printable(walk.cursor, _LONGEST_CURSOR)}"
    reason = f"; {ending.reason}" if ending.reason else ""
    beside = "; ".join(filter(None, [printable(given) if given != walk.target else "", progress]))
    logger.log(level, "%s: %s: %s%s%s", walk.id, ending.verdict, counts, reason, f" ({beside})" if beside else "")


class WalkLogFormatter(LogFormatter):
    """Says which call was answered; says nothing for an item, which holds people.

    Args:
        log_level: the operator's: a line that nobody reads is not made.
    """

    def __init__(self, log_level: str = "DEBUG") -> None:
        self._says_calls = log_level.upper() in {"DEBUG", "NOTSET"}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return one for a crawler."""
        return cls(str(crawler.settings["LOG_LEVEL"]))

    def crawled(self, request: Request, response: Response, spider: Spider) -> LogFormatterResult | None:  # type: ignore[override]
        """One DEBUG line a call; none for a walk's own request."""
        call = call_of(request)
        if call is None or not self._says_calls:
            return None
        return {
            "level": logging.DEBUG,
            "msg": "%(operation)s: status %(status)s, %(size)s bytes",
            "args": {"operation": call.operation, "status": response.status, "size": len(response.body)},
        }

    def scraped(self, item: Any, response: Response | Any, spider: Spider) -> LogFormatterResult | None:  # type: ignore[override]
        """No line: a page holds personal data."""
        return None

    def dropped(self, item: Any, exception: BaseException, response: Any, spider: Spider) -> LogFormatterResult:
        """The exception without the item."""
        return {"level": logging.WARNING, "msg": "dropped: %(why)s", "args": {"why": type(exception).__name__}}

    def item_error(self, item: Any, exception: BaseException, response: Any, spider: Spider) -> LogFormatterResult:
        """The exception without the item; what a pipeline must give instead is said where the crawl is stopped."""
        level = logging.DEBUG if isinstance(exception, BadItem) else logging.ERROR
        return {"level": level, "msg": "a pipeline failed: %(why)s", "args": {"why": type(exception).__name__}}
