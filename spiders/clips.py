"""`scrapy crawl clips -a user_id=…`: reels of accounts."""

from __future__ import annotations

from igcrawl.arguments import ClipsArguments, Target
from igcrawl.base_spiders.target_spider import TargetSpider
from igcrawl.crawl.walk_rows import seed_of
from igcrawl.items import Media
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.store import Seed


class ClipsSpider(TargetSpider):
    """Reels of accounts."""

    name = "clips"
    examples = (
        "-a username=instagram -O reels.jsonl",
        "-a user_id=25025320 -a max_pages=3 -O reels.csv",
    )
    arguments = ClipsArguments
    args: ClipsArguments
    main_record = Media.TYPE

    def seed(self, target: Target) -> Seed:
        """Return an account's walk."""
        beside = {"stream": True} if self.args.stream else {}
        return seed_of(OPERATIONS["user_clips"], {target.kind: target.value, **beside})
