"""Scrapy's feed extension for pages: it counts and filters records, and leaves views of the store to the crawl."""

from __future__ import annotations

import logging
from typing import Any, Protocol
from urllib.parse import urlsplit

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.extensions.feedexport import FeedExporter, ItemFilter
from scrapy.utils.misc import load_object

from igcrawl.errors import BadInput
from igcrawl.items import Page
from igcrawl.output.exporters import TAKING_PAGES
from igcrawl.output.feed_outputs import OneType, output_of, shown
from igcrawl.output.output import Output
from igcrawl.stopping import Stopping

logger = logging.getLogger(__name__)


class WritesOutputs(Protocol):
    """A spider whose crawl writes its outputs, and ends when one fails."""

    @property
    def keeps(self) -> bool:
        """True if the store keeps the crawl's records."""

    @property
    def stopping(self) -> Stopping:
        """The stop flag of its run."""

    def take_output(self, output: Output) -> None:
        """Write an output with the crawl."""

    def stop_for_output(self, why: str) -> None:
        """Stop the crawl, and say why."""


class RecordFeedExporter(FeedExporter):
    """Scrapy's feeds for pages: batches and filters see records, and the counts are of records.

    Those that are views of the store are taken out: the crawl itself writes them.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        #: Addresses of the feeds that were stored and are no views of the store.
        self.stored: list[str] = []
        #: Why an output cannot be written, with which no crawl begins.
        self.problem: str | None = None

    def open_spider(self, spider: Spider) -> None:
        """Give the crawl its outputs, and open what is left where the store keeps no records."""
        crawl: Any = spider
        writes: WritesOutputs = crawl
        for uri, options in list(self.feeds.items()):
            try:
                output = output_of(self.crawler, spider, uri, options, keeps=writes.keeps, stopping=writes.stopping)
            except BadInput as error:
                self.problem = str(error)
                return
            except Exception as error:  # whatever an exporter, plugin, filter or function of the operator's raises
                self.problem = f"output {shown(uri)}: {type(error).__name__}: {error}"
                return
            if output is not None:
                writes.take_output(output)
                del self.feeds[uri]
        main_record = getattr(spider, "main_record", None)
        for uri, options in self.feeds.items():
            if options["format"] == "csv" and main_record is not None:
                self.filters[uri] = OneType(self.filters[uri], main_record)
        super().open_spider(spider)
        if not self.slots:
            # Whatever a signal reaches takes a turn of the loop with each page.
            self.crawler.signals.disconnect(self.item_scraped, signals.item_scraped)

    def item_scraped(self, item: Any, spider: Any) -> None:
        """Hand a page's records to the feeds; when one cannot be written, stop the crawl: no request may be wasted."""
        crawl: WritesOutputs = spider
        try:
            self._export(item, spider)
        except OSError as error:
            crawl.stop_for_output(f"an output cannot be written: {error.strerror or error}")
        except Exception as error:  # whatever it is, records are being lost
            logger.debug("an output failed", exc_info=True)
            crawl.stop_for_output(f"an output failed with {type(error).__name__}: {error}")

    def _storage_supported(self, uri: str, feed_options: dict[str, Any]) -> bool:
        """Return whether an address can be stored; standard output is ours, and Scrapy's storage would warn of -O."""
        return urlsplit(uri).scheme == "stdout" or super()._storage_supported(uri, feed_options)

    async def _close_slot(self, slot: Any, spider: Spider) -> None:
        name = f"feedexport/failed_count/{type(slot.storage).__name__}"
        failed = self.crawler.stats.get_value(name, 0)
        await super()._close_slot(slot, spider)
        if (slot.itemcount or (slot.store_empty and slot.batch_id == 1)) and failed == self.crawler.stats.get_value(
            name, 0
        ):
            self.stored.append(slot.uri)

    def _export(self, item: Any, spider: Spider) -> None:
        """A feed that neither filters nor batches gets a page at once, the others record by record."""
        if not isinstance(item, Page):
            super().item_scraped(item, spider)
        elif all(self._takes_pages(slot) for slot in self.slots):
            super().item_scraped(item, spider)
            for slot in self.slots:
                slot.itemcount += len(item) - 1
        else:
            for record in item:
                super().item_scraped(record, spider)

    def _takes_pages(self, slot: Any) -> bool:
        options = self.feeds[slot.uri_template]
        plain_filter = type(slot.filter) is ItemFilter and not slot.filter.item_classes
        # An exporter of the operator's own knows no pages.
        unfolds = issubclass(load_object(self.exporters[options["format"]]), TAKING_PAGES)
        return plain_filter and unfolds and not options["batch_item_count"]
