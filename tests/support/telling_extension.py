"""An extension of somebody's own that logs what it should not know, in the crawl's task and in a thread."""

from __future__ import annotations

import logging
import threading

from scrapy import signals
from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class TellingExtension:
    """Tells the setting TOLD."""

    def __init__(self, told: str) -> None:
        self._told = told

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> TellingExtension:
        extension = cls(crawler.settings["TOLD"])
        crawler.signals.connect(extension.tell, signals.item_scraped)
        return extension

    def tell(self) -> None:
        logger.info("the session is %s", self._told)
        thread = threading.Thread(target=logger.info, args=("a thread says %s", self._told))
        thread.start()
        thread.join()


class FailingExtension:
    """Logs an error with each page."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> FailingExtension:
        extension = cls()
        crawler.signals.connect(extension.fail, signals.item_scraped)
        return extension

    def fail(self) -> None:
        logger.error("an extension has failed")
