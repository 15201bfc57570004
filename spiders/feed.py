"""`scrapy crawl feed -a user_id=…`: what accounts have posted."""

from __future__ import annotations

from igcrawl.arguments import AccountArguments, Target
from igcrawl.base_spiders.target_spider import TargetSpider
from igcrawl.crawl.walk_rows import seed_of
from igcrawl.items import Media
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.store import Seed


class FeedSpider(TargetSpider):
    """Posts of accounts, newest first."""

    name = "feed"
    examples = (
        "-a username=instagram -O posts.jsonl",
        "-a user_id=25025320 -a max_pages=3 -O posts.csv",
    )
    arguments = AccountArguments
    main_record = Media.TYPE

    def seed(self, target: Target) -> Seed:
        """Return an account's walk."""
        return seed_of(OPERATIONS["user_feed"], {target.kind: target.value})
