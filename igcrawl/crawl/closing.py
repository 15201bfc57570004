"""`CloseSpider`: Scrapy's limits of a run (`CLOSESPIDER_…`), counted in records and calls, not pages and walks."""

from __future__ import annotations

from typing import Any

from scrapy import Request, Spider
from scrapy.extensions.closespider import CloseSpider as ScrapyCloseSpider
from scrapy.http import Response

from igcrawl.calling.run_context import RunContext
from igcrawl.calling.scrapy_request import call_of
from igcrawl.items import Page, WalkEnd


class CloseSpider(ScrapyCloseSpider):
    """Scrapy extension that ends a run at a limit of the operator's, with a page written whole."""

    def item_scraped(self, item: Any, spider: Spider) -> None:
        """Count the records of a page, or a record. The page that reaches the limit is written whole."""
        before, most = self.counter["itemcount"], self.close_on["itemcount"]
        records = item.records if isinstance(item, Page) else [item]
        self.counter["itemcount"] += sum(not isinstance(record, WalkEnd) for record in records)
        self.counter["pagecount_since_last_item"] = 0
        if most and before < most <= self.counter["itemcount"]:
            self._close_spider("closespider_itemcount")

    def page_count(self, response: Response, request: Request, spider: Spider) -> None:
        """Count an answer; a walk's own request is answered by Scrapy itself."""
        if call_of(request) is not None:
            super().page_count(response, request, spider)

    def _close_spider(self, reason: str) -> None:
        # Who waits for the budget need not wait any more.
        RunContext.of(self.crawler).stopping.begin()
        super()._close_spider(reason)
