"""Base of graph spiders: accounts found on one level become walks of the next, unless they are filtered out."""

from __future__ import annotations

from typing import Any, ClassVar

from igcrawl.arguments import GraphArguments, Only
from igcrawl.base_spiders.target_spider import TargetSpider
from igcrawl.crawl.logs import note
from igcrawl.crawl.lookups import found_ids, profile_of
from igcrawl.crawl.walk import Ending, Walk
from igcrawl.crawl.walk_rows import seed_of
from igcrawl.crawl.walker import Prepared
from igcrawl.errors import AnswerError, Reach
from igcrawl.items import Profile
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.store import Seed
from igcrawl.verdict import Verdict, believed_count
from igcrawl.wording import counted


class GraphSpider(TargetSpider):
    """Walks a graph breadth first, each account once."""

    arguments: ClassVar[type[GraphArguments]]
    args: GraphArguments

    def next_level(self, walk: Walk, records: list[Any]) -> list[Seed]:
        """Return the walks of the accounts that a page brought, but for those that the operator leaves out."""
        if walk.depth >= self.args.depth:
            return []
        beside = {name: value for name, value in walk.args.items() if name not in {"user_id", "username"}}
        return [
            seed_of(walk.operation, {"user_id": pk, **beside}, walk.depth + 1)
            for pk in found_ids(walk, filter(self._takes, records))
        ]

    def _takes(self, record: Any) -> bool:
        if self.args.only is Only.PUBLIC:
            return record.is_private is not True
        return self.args.only is None or record.is_verified is True

    async def prepare(self, walk: Walk) -> Prepared:
        """Resolve a username, then ask for the profile where it says what the walk must know."""
        known = await super().prepare(walk)
        if known.ending is not None:
            return known
        field = walk.operation.counted_by if self.args.verify else None
        sized = self.args.skip_over is not None and walk.depth > 1
        if field is None and not sized:
            return Prepared()
        profile = await profile_of(self.ask, walk, walk.target)
        walk.private = profile.is_private is True
        if field is not None:
            _expect(walk, profile, field)
            if walk.uncounted:
                await self._count_elsewhere(walk, profile, field)
        return Prepared([profile], self._too_large(profile) if sized else None)

    def _too_large(self, profile: Profile) -> Ending | None:
        most, count = self.args.skip_over, profile.follower_count
        if most is None or count is None or count <= most:
            return None
        return Ending(Verdict.STOPPED, f"skip_over={most}: the account has {counted(count, 'follower')}")

    async def _count_elsewhere(self, walk: Walk, profile: Profile, field: str) -> None:
        """Ask the substitute of a profile that has no count.

        Raises:
            AnswerError: it ends the crawl.
        """
        other = OPERATIONS[profile.operation].fallback
        if other is None:
            return
        try:
            _expect(walk, await profile_of(self.ask, walk, walk.target, other), field)
        except AnswerError as error:
            if error.reach is Reach.CRAWL:
                raise


def _expect(walk: Walk, profile: Profile, field: str) -> None:
    """Take from a profile how long its list should be; what is no count is noted."""
    count = getattr(profile, field)
    walk.expected = believed_count(count)
    walk.uncounted = walk.expected is None
    if walk.uncounted:
        note(walk, [f"{field} of {profile.operation} is {'missing' if count is None else count}, which is no count"])
