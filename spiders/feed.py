"""`scrapy crawl feed -a user_id=…`: what an account has posted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from igcrawl.arguments import AccountArguments
from igcrawl.base_spiders.calls_spider import CallsSpider
from igcrawl.items import Media


class FeedSpider(CallsSpider):
    """Posts of an account, newest first."""

    name = "feed"
    examples = (
        "-a username=instagram -O posts.jsonl",
        "-a user_id=25025320 -a max_pages=3 -O posts.csv",
    )
    arguments = AccountArguments
    args: AccountArguments
    main_record = Media.TYPE

    def calls(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give the one call."""
        yield "user_feed", dict(self.args.account)
