"""`scrapy crawl resolve -a url=…`: where a link leads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from igcrawl.args import ResolveArguments
from igcrawl.items import Redirect
from spiders.families import FamilySpider


class ResolveSpider(FamilySpider):
    """Where a link leads: one request, without the session, not followed."""

    name = "resolve"
    arguments = ResolveArguments
    args: ResolveArguments
    main_record = Redirect.TYPE

    def calls(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give the one call."""
        yield "resolve", {"url": self.args.url}
