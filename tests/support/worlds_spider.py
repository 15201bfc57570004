"""A spider that walks one operation for several accounts, and nothing beside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from igcrawl.arguments import Arguments
from igcrawl.base_spiders.operation_spider import OperationSpider
from igcrawl.crawl.walk_rows import seed_of
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.store import Seed


class WorldArguments(Arguments):
    """What is walked."""

    operation: str = Field(description="an operation about an account")
    user_ids: str = Field(description="ids with commas between them")


class WorldSpider(OperationSpider):
    """Walks them."""

    name = "world"
    arguments: ClassVar[type[Arguments]] = WorldArguments
    main_record = "walk"

    def seeds(self) -> Iterator[Seed]:
        """Give a walk an account."""
        args = self.args
        assert isinstance(args, WorldArguments)
        yield from (seed_of(OPERATIONS[args.operation], {"user_id": each}) for each in args.user_ids.split(","))
