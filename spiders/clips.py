"""`scrapy crawl clips -a user_id=…`: an account's reels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from igcrawl.arguments import ClipsArguments
from igcrawl.base_spiders.calls_spider import CallsSpider
from igcrawl.items import Media


class ClipsSpider(CallsSpider):
    """An account's reels."""

    name = "clips"
    examples = (
        "-a username=instagram -O reels.jsonl",
        "-a user_id=25025320 -a max_pages=3 -O reels.csv",
    )
    arguments = ClipsArguments
    args: ClipsArguments
    main_record = Media.TYPE

    def calls(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give the one call."""
        yield "user_clips", {**self.args.account, **({"stream": True} if self.args.stream else {})}
