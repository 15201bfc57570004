"""`scrapy crawl media -a media_ids=…`: posts and reels, one by one."""

from __future__ import annotations

from igcrawl.arguments import MediaArguments, Target
from igcrawl.arguments.media_targets import own_number
from igcrawl.base_spiders.target_spider import TargetSpider
from igcrawl.crawl.walk_rows import seed_of
from igcrawl.items import Media
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.store import Seed


class MediaSpider(TargetSpider):
    """Posts and reels, one request each."""

    name = "media"
    examples = (
        "-a media_ids=3776832898280228145 -O posts.jsonl",
        "-a media_ids=3776832898280228145,3391854975572247874 -O posts.csv",
    )
    arguments = MediaArguments
    main_record = Media.TYPE

    def seed(self, target: Target) -> Seed:
        """Return a post's walk: what is asked takes its own number, without its owner's."""
        return seed_of(OPERATIONS["media_info"], {"media_id": own_number(target.value)})
