"""`scrapy crawl media -a media_ids=…`: posts and reels, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from igcrawl.arguments import MediaArguments
from igcrawl.base_spiders.calls_spider import CallsSpider
from igcrawl.items import Media


class MediaSpider(CallsSpider):
    """Posts and reels, one request each."""

    name = "media"
    examples = (
        "-a media_ids=3776832898280228145 -O posts.jsonl",
        "-a media_ids=3776832898280228145,3391854975572247874 -O posts.csv",
    )
    arguments = MediaArguments
    args: MediaArguments
    main_record = Media.TYPE

    def calls(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give a call a media item."""
        for pk in self.args.pks:
            yield "media_info", {"media_id": pk}
