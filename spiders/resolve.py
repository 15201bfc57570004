"""`scrapy crawl resolve -a url=…`: where a link leads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from igcrawl.arguments import ResolveArguments
from igcrawl.base_spiders.calls_spider import CallsSpider
from igcrawl.items import Redirect


class ResolveSpider(CallsSpider):
    """Target of a link: one request, without the session, not followed."""

    name = "resolve"
    examples = (
        "-a url=https://www.instagram.com/share/abc",
        "-a url=https://www.instagram.com/share/abc -O link.jsonl",
    )
    arguments = ResolveArguments
    args: ResolveArguments
    main_record = Redirect.TYPE

    def calls(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give the one call."""
        yield "resolve", {"url": self.args.url}
