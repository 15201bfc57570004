"""`scrapy crawl comments -a media_ids=…`: the comments shown below posts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from igcrawl.arguments import CommentsArguments
from igcrawl.base_spiders.calls_spider import CallsSpider
from igcrawl.items import Comment


class CommentsSpider(CallsSpider):
    """The comments that the app shows below posts, 50 posts a request."""

    name = "comments"
    examples = (
        "-a media_ids=3391854975572247874_56502266920 -O comments.jsonl",
        "-a media_ids=3391854975572247874_56502266920,3776832898280228145_787132 -O comments.csv",
    )
    arguments = CommentsArguments
    args: CommentsArguments
    main_record = Comment.TYPE

    def calls(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give the one call."""
        yield "comment_infos", {"media_ids": self.args.media_ids}
