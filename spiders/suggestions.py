"""`scrapy crawl suggestions -a user_id=…`: the accounts that Instagram suggests beside others, and beside those."""

from __future__ import annotations

from typing import Any

from igcrawl.arguments import SuggestionsArguments, Target
from igcrawl.base_spiders.graph_spider import GraphSpider
from igcrawl.crawl.lookups import found_ids
from igcrawl.crawl.walk import Walk
from igcrawl.crawl.walk_rows import seed_of
from igcrawl.crawl.walker import Prepared
from igcrawl.items import Suggestion
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.store import Seed


class SuggestionsSpider(GraphSpider):
    """Walks the graph of suggestions breadth first, each account once."""

    name = "suggestions"
    examples = (
        "-a username=instagram -O suggestions.jsonl",
        "-a user_id=25025320 -a depth=2 -a max_walks=50 -O graph.jsonl",
    )
    arguments = SuggestionsArguments
    args: SuggestionsArguments
    main_record = Suggestion.TYPE

    def seed(self, target: Target) -> Seed:
        """Return an account's walk."""
        return seed_of(OPERATIONS["chaining"], {target.kind: target.value})

    async def prepare(self, walk: Walk) -> Prepared:
        """Ask for what must be known; details of accounts need nothing."""
        return await super().prepare(walk) if walk.operation.name == "chaining" else Prepared()

    def children(self, walk: Walk, records: list[Any]) -> list[Seed]:
        """Return the walk that asks for the details of those found, and those of the accounts themselves."""
        if walk.operation.name != "chaining":
            return []
        details = []
        found = found_ids(walk, records) if self.args.expand else []
        if found:
            args = {"user_id": walk.target, "chained_ids": found}
            details = [seed_of(OPERATIONS["suggestion_details"], args, walk.depth, part=f"#{walk.pages}")]
        return details + self.next_level(walk, records)
