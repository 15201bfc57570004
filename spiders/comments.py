"""`scrapy crawl comments -a media_ids=…`: the comments shown below posts."""

from __future__ import annotations

from igcrawl.arguments import MediaArguments, Target
from igcrawl.arguments.media_targets import own_number
from igcrawl.base_spiders.target_spider import TargetSpider
from igcrawl.crawl.shared_walker import SharedWalker
from igcrawl.crawl.walk_rows import seed_of
from igcrawl.items import Comment
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.store import Seed


class CommentsSpider(TargetSpider):
    """The comments that the app shows below posts, 50 posts a request."""

    name = "comments"
    examples = (
        "-a media_ids=3391854975572247874_56502266920 -O comments.jsonl",
        "-a file=posts.csv -a column=url -O comments.csv",
    )
    arguments = MediaArguments
    main_record = Comment.TYPE
    walker = SharedWalker

    def seed(self, target: Target) -> Seed:
        """Return a post's walk; it is the same post with its owner's id behind its own and without."""
        return seed_of(OPERATIONS["comment_infos"], {"media_ids": [target.value]}, target=own_number(target.value))
