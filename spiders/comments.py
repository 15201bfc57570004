"""`scrapy crawl comments -a media_ids=…`: the comments shown below posts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from igcrawl.args import CommentsArguments
from igcrawl.items import Comment
from spiders.families import FamilySpider


class CommentsSpider(FamilySpider):
    """The comments that the app shows below posts, 50 posts a request."""

    name = "comments"
    arguments = CommentsArguments
    args: CommentsArguments
    main_record = Comment.TYPE

    def calls(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give the one call."""
        yield "comment_infos", {"media_ids": self.args.media_ids}
