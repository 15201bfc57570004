"""What `followers` and `following` share: one account's list, checked against the count in its profile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from igcrawl.args import ListArguments
from igcrawl.catalogue import OPERATIONS
from igcrawl.errors import MalformedAnswer
from igcrawl.items import Follow, Page
from igcrawl.spider import OperationSpider
from igcrawl.walk import Walk

REST_PAGE_SIZE = 200


class ListSpider(OperationSpider):
    """Walks one account's list in one direction of the follower graph."""

    arguments = ListArguments
    args: ListArguments
    main_record = Follow.TYPE
    direction: ClassVar[str]

    def walks(self) -> Iterator[Walk]:
        """Give the one walk."""
        kind = "user_id" if self.args.user_id else "username"
        args = {kind: self.args.user_id or self.args.username or ""}
        if self.args.order is not None:
            args["order"] = self.args.order.value
        if self.args.rest:
            args["page_size"] = str(self.args.page_size or REST_PAGE_SIZE)
        yield Walk(
            operation=OPERATIONS[self.direction + ("_rest" if self.args.rest else "")],
            target=args[kind],
            args=args,
            limits=self.limits,
        )

    async def prepare(self, walk: Walk) -> None:
        """Resolve a username, then ask for the expected count."""
        await super().prepare(walk)
        field = walk.operation.counted_by
        if field is None or not self.args.verify:
            return
        profile = await self.ask_profile(walk, walk.target)
        walk.expected = getattr(profile, field)
        if walk.expected is None:
            raise MalformedAnswer(profile.operation, field, "no count; -a verify=0 does without it")
        await self.deliver(Page(walk.id, [profile], walk.cursor))
