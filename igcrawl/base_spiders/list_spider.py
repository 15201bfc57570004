"""Base of `followers` and `following`: walks accounts' lists and checks each against the count in the profile."""

from __future__ import annotations

from typing import Any, ClassVar

from igcrawl.arguments import ListArguments, Order, Target
from igcrawl.base_spiders.graph_spider import GraphSpider
from igcrawl.crawl.walk import Walk
from igcrawl.crawl.walk_rows import seed_of
from igcrawl.items import Follow
from igcrawl.operations.catalogue import list_on
from igcrawl.operations.operation import Surface
from igcrawl.store import Seed

REST_PAGE_SIZE = 200


class ListSpider(GraphSpider):
    """Walks accounts' lists in one direction of the follower graph."""

    arguments = ListArguments
    args: ListArguments
    main_record = Follow.TYPE
    direction: ClassVar[str]

    def seed(self, target: Target) -> Seed:
        """Return an account's walk."""
        args: dict[str, str] = {target.kind: target.value}
        order = Order.LATEST if self.args.since else self.args.order
        if order is not None:
            args["order"] = order.value
        if self.args.uses_rest:
            args["page_size"] = str(self.args.page_size or REST_PAGE_SIZE)
        surface = Surface.REST if self.args.uses_rest else Surface.MOBILE_GRAPHQL
        return seed_of(list_on(surface, self.direction), args, target=target.value)

    def children(self, walk: Walk, records: list[Any]) -> list[Seed]:
        """Return the lists of the accounts that a page brought."""
        return self.next_level(walk, records)

    def overlap(self, walk: Walk) -> int | None:
        """Return after how many known pages an update ends; None for a whole list."""
        return self.args.overlap if self.args.since else None
