"""`scrapy crawl comments -a media_ids=…`: the comments shown below posts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from scrapy.crawler import Crawler

from igcrawl.arguments import MediaArguments
from igcrawl.base_spiders.target_spider import TargetSpider
from igcrawl.crawl.walk_rows import seed_of
from igcrawl.items import Comment
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.store import Seed

#: So many posts are one walk: 20 requests.
_A_WALK: Final = 1000


class CommentsSpider(TargetSpider):
    """The comments that the app shows below posts, 50 posts a request."""

    name = "comments"
    examples = (
        "-a media_ids=3391854975572247874_56502266920 -O comments.jsonl",
        "-a file=posts.csv -a column=url -O comments.csv",
    )
    arguments = MediaArguments
    main_record = Comment.TYPE

    def __init__(self, crawler: Crawler, given: dict[str, Any]) -> None:
        super().__init__(crawler, given)
        self.things = f"parts of {_A_WALK:,} posts"

    def seeds(self) -> Iterator[Seed]:
        """Give a walk to so many posts, each of which is asked once in it."""
        targets = self.each_target()
        while some := list(islice(targets, _A_WALK)):
            posts: dict[str, str] = {}
            for target in some:
                posts.setdefault(target.value.partition("_")[0], target.value)
            yield seed_of(OPERATIONS["comment_infos"], {"media_ids": list(posts.values())})
