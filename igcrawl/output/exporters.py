"""Exporters that unfold pages into records."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, Self

from itemadapter import ItemAdapter
from scrapy.crawler import Crawler
from scrapy.exporters import (
    BaseItemExporter,
    CsvItemExporter,
    JsonItemExporter,
    MarshalItemExporter,
    PickleItemExporter,
    XmlItemExporter,
)

from igcrawl.items import Page
from igcrawl.operations.record_kinds import columns_of_type
from igcrawl.output.json_lines import to_lines


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
    """One JSON array of records."""

    def go_on(self) -> None:
        """Go on with an array that has records."""
        self.first_item = False


class XmlExporter(_Unfolding, XmlItemExporter):
    """XML, one element a record; what is null is left out, since XML has no word for it."""

    def go_on(self) -> None:
        """Go on with a document that has records."""
        self.xg.characters("\n")

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
        with suppress(OSError, AttributeError):
            # Scrapy appends to a file that has its header; what a plugin writes into does not know its place.
            self.include_headers_line = self.include_headers_line and not file.tell()

    @classmethod
    def from_crawler(cls, crawler: Crawler, file: Any, **kwargs: Any) -> Self:
        """Return one for the crawler's spider."""
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
TAKING_PAGES: Final = (JsonLinesExporter, _Unfolding)
#: Exporters whose records stand between an opening and a closing.
ENCLOSING: Final = (JsonExporter, XmlExporter)


def begin(exporter: BaseItemExporter, *, headed: bool) -> None:
    """Let an exporter begin a file.

    Args:
        exporter: new.
        headed: whether what a file of its format begins with stands there already.
    """
    if headed and isinstance(exporter, CsvItemExporter):
        exporter.include_headers_line = False
    if headed and isinstance(exporter, ENCLOSING):
        exporter.go_on()
    else:
        exporter.start_exporting()


def is_ours(exporter: type[Any]) -> bool:
    """Return whether an exporter is one of these: one of the operator's own gets our records, and knows no pages."""
    return exporter.__module__ == __name__
