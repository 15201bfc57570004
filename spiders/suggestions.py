"""`scrapy crawl suggestions -a user_id=…`: the accounts that Instagram suggests beside one, and beside those."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from igcrawl.args import SuggestionsArguments
from igcrawl.catalogue import OPERATIONS
from igcrawl.frontier import Frontier
from igcrawl.items import Suggestion
from igcrawl.spider import OperationSpider
from igcrawl.walk import Walk


class SuggestionsSpider(OperationSpider):
    """Walks the graph of suggestions breadth first, each account once."""

    name = "suggestions"
    arguments = SuggestionsArguments
    args: SuggestionsArguments
    main_record = Suggestion.TYPE

    def walks(self) -> Iterator[Walk]:
        """Give the account's walk, then those of the accounts found, level by level."""
        self._frontier = Frontier(self.args.depth)
        self._fresh: list[str] = []
        first = self._walk_of("chaining", self.args.account)
        yield first
        self._frontier.begin(first.target)
        yield from self._details(first.target)
        for user_id in self._frontier:
            yield self._walk_of("chaining", {"user_id": user_id})
            yield from self._details(user_id)
        if self._frontier.left_out:
            self.logger.warning("%s accounts were found beyond those that can be remembered", self._frontier.left_out)

    def _walk_of(self, name: str, args: dict[str, Any]) -> Walk:
        operation = OPERATIONS[name]
        return Walk(operation=operation, target=operation.target_of(args), args=args, limits=self.limits)

    def _details(self, user_id: str) -> Iterator[Walk]:
        """Give the walk that asks for the details of those that were found last."""
        found, self._fresh = self._fresh, []
        if self.args.expand and found:
            yield self._walk_of("suggestion_details", {"user_id": user_id, "chained_ids": found})

    def found(self, walk: Walk, records: list[Any]) -> None:
        """Remember whom to ask about next."""
        if walk.operation.name == "chaining":
            self._fresh = [record.pk for record in records]
            self._frontier.add(self._fresh)
