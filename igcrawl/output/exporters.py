"""Feeds: exporters that unfold pages into records, and the feed extension that counts and filters records."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final, Protocol, Self

from itemadapter import ItemAdapter
from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exporters import (
    BaseItemExporter,
    CsvItemExporter,
    JsonItemExporter,
    MarshalItemExporter,
    PickleItemExporter,
    XmlItemExporter,
)
from scrapy.extensions.feedexport import FeedExporter, ItemFilter
from scrapy.utils.misc import load_object

from igcrawl.items import Page
from igcrawl.operations.record_kinds import columns_of_type
from igcrawl.output.feed_outputs import OneType, output_of
from igcrawl.output.json_lines import to_lines
from igcrawl.output.output import Output

logger = logging.getLogger(__name__)


class JsonLinesExporter(BaseItemExporter):
    """JSON lines by orjson; a page is one write."""

    def __init__(self, file: Any, **kwargs: Any) -> None:
        super().__init__(dont_fail=True, **kwargs)
        self._file = file

    def export_item(self, item: Any) -> None:
        """Write a page's records, or one record."""
        rows = item.records if isinstance(item, Page) else [item]
        if self.fields_to_export is not None:
            rows = [dict(self.get_serialized_fields(row)) for row in rows]
        self._file.write(to_lines(rows))


class _Unfolding(BaseItemExporter):
    """Base of exporters that write a page record by record."""

    def export_item(self, item: Any) -> None:
        """Export a page's records, or one record."""
        for record in item if isinstance(item, Page) else [item]:
            super().export_item(record)  # type: ignore[safe-super]  # the other base's, never this one's


class JsonExporter(_Unfolding, JsonItemExporter):
    """One JSON array of records.

    Args:
        file: takes its bytes.
        headed: whether records stand there already, before the array's end.
    """

    def __init__(self, file: Any, *, headed: bool = False, **kwargs: Any) -> None:
        super().__init__(file, **kwargs)
        self._headed = headed

    def start_exporting(self) -> None:
        """Begin the array, or go on with it."""
        if self._headed:
            self.first_item = False
        else:
            super().start_exporting()


class XmlExporter(_Unfolding, XmlItemExporter):
    """XML, one element a record; what is null is left out, since XML has no word for it.

    Args:
        file: takes its bytes.
        headed: whether records stand there already, before the root's end.
    """

    def __init__(self, file: Any, *, headed: bool = False, **kwargs: Any) -> None:
        super().__init__(file, **kwargs)
        self._headed = headed

    def start_exporting(self) -> None:
        """Begin the document, or go on with it."""
        if self._headed:
            self.xg.characters("\n")
        else:
            super().start_exporting()

    def export_item(self, item: Any) -> None:
        """Export a page's records, or one record."""
        for record in item if isinstance(item, Page) else [item]:
            known = {name: value for name, value in ItemAdapter(record).items() if value is not None}
            super().export_item(known)


class CsvExporter(_Unfolding, CsvItemExporter):
    """CSV. It has one set of columns, so it holds the spider's main type of record only."""

    def __init__(self, file: Any, main_record: str | None = None, **kwargs: Any) -> None:
        super().__init__(file, **kwargs)
        if not self.fields_to_export and main_record:
            self.fields_to_export = [column.name for column in columns_of_type(main_record)]

    @classmethod
    def from_crawler(cls, crawler: Crawler, file: Any, **kwargs: Any) -> Self:
        """Build it for the crawler's spider."""
        return cls(file, getattr(crawler.spider, "main_record", None), **kwargs)

    def start_exporting(self) -> None:
        """Write the columns' names where they are known, so that a file without a record has them, too."""
        names = self.fields_to_export
        if self.include_headers_line and names:
            self.csv_writer.writerow(names.values() if isinstance(names, Mapping) else names)
            self.include_headers_line = False


class PickleExporter(_Unfolding, PickleItemExporter):
    """Pickles, one dict a record."""


class MarshalExporter(_Unfolding, MarshalItemExporter):
    """Python's own binary format, one dict a record."""


#: Exporters that take a page at once.
_TAKING_PAGES: Final = (JsonLinesExporter, _Unfolding)


class WritesOutputs(Protocol):
    """A spider whose crawl writes its outputs, and ends when one fails."""

    @property
    def keeps(self) -> bool:
        """True if the store keeps the crawl's records."""

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

    def open_spider(self, spider: Spider) -> None:
        """Give the crawl its outputs, and open what is left: standard output, pipes, devices."""
        crawl: Any = spider
        writes: WritesOutputs = crawl
        for uri, options in list(self.feeds.items()):
            output = output_of(self.crawler, spider, uri, options, keeps=writes.keeps)
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
        unfolds = issubclass(load_object(self.exporters[options["format"]]), _TAKING_PAGES)
        return plain_filter and unfolds and not options["batch_item_count"]
