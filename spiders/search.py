"""`scrapy crawl search -a query=python`: what a search finds, tab by tab."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from igcrawl.arguments import SearchArguments, Tab
from igcrawl.base_spiders.operation_spider import OperationSpider
from igcrawl.crawl.walk_rows import seed_of
from igcrawl.items import Hit
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.store import Seed

#: The operation behind each tab, and what it is given beside the query.
TABS: Final[dict[Tab, tuple[str, dict[str, Any]]]] = {
    Tab.TOP: ("top_serp", {}),
    Tab.ACCOUNTS: ("accounts_serp", {}),
    Tab.REELS: ("reels_serp", {}),
    Tab.POPULAR: ("serp", {"item_id": "popular_serp", "search_surface": "popular_serp"}),
}


class SearchSpider(OperationSpider):
    """One tab of a search, page by page."""

    name = "search"
    examples = (
        "-a query=python -O hits.jsonl",
        "-a query=python -a tab=accounts -a max_pages=2 -O accounts.csv",
    )
    arguments = SearchArguments
    args: SearchArguments
    main_record = Hit.TYPE

    def seeds(self) -> Iterator[Seed]:
        """Give the one walk."""
        name, beside = TABS[self.args.tab]
        yield seed_of(OPERATIONS[name], {"query": self.args.query, **beside}, target=self.args.query)
