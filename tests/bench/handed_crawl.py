"""A crawl of followers whose pages are handed to it: walk, pipelines, store and tables, without HTTP."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from igcrawl.arguments.crawl_key import CrawlKey
from igcrawl.crawl.crawl_run import CrawlRun
from igcrawl.crawl.walk import Walk
from igcrawl.crawl.walk_rows import row_after, walk_of
from igcrawl.items import Follow, Page
from igcrawl.output.sinks import Sinks
from igcrawl.stopping import Stopping
from igcrawl.store import FoundPage, OperatorLimits, PageCommit, Seed, WalkRow, is_postgres_url, make_store
from igcrawl.store.packed_ids import pack
from pipelines.keep import KeepPipeline
from pipelines.postgres import PostgresPipeline

NOW = "2026-11-28T08:00:00.000Z"


def seed_of(owner: int) -> Seed:
    name = f"followers/{owner}"
    return Seed(key=name, subject=name, operation="followers", target=str(owner), args={"user_id": str(owner)})


class HandedCrawl:
    """A crawl of one list, from its first page; a store that has read the list already begins a new generation.

    Args:
        url: of the store.
        owner: whose list it is.
        sync_seconds: see the setting IG_SYNC_SECONDS.
    """

    def __init__(self, url: str, owner: int, sync_seconds: float = 0.0) -> None:
        self._owner = owner
        sinks = Sinks()
        self._run = CrawlRun(make_store(url), sinks, Stopping(), OperatorLimits(), sync_seconds)
        self._pipelines: list[KeepPipeline | PostgresPipeline] = [KeepPipeline(sinks.collect())]
        if is_postgres_url(url):
            tables = PostgresPipeline(sinks)
            tables.open_spider()
            self._pipelines.append(tables)
        self._row: WalkRow
        self._walk: Walk
        #: Seconds that the commit of each page took.
        self.taken: list[float] = []

    async def enter(self) -> None:
        await self._run.enter(CrawlKey(text="key", spider="followers", fresh=True), [seed_of(self._owner)])
        row = await self._run.next()
        assert row is not None
        self._row, self._walk = row, walk_of(row, OperatorLimits())

    async def take(self, pks: Sequence[int]) -> None:
        """Take a page of these accounts."""
        walk, number = self._walk, len(self.taken)
        head = ("follow", "followers", NOW, walk.id, str(self._owner), "followers")
        records: list[Any] = [
            Follow(*head, 0, str(pk), f"name.{pk}", "Full Name", False, False, None, None) for pk in pks
        ]
        page = Page(walk.id, walk.keep(records))
        for pipeline in self._pipelines:
            pipeline.process_item(page)
        walk.cursor = f"cursor {number}"
        found = FoundPage(pack(walk.seen.found), number)
        commit = PageCommit(walk=row_after(self._row, walk, NOW), found=found)
        began = time.perf_counter()
        await self._run.commit(commit)
        self.taken.append(time.perf_counter() - began)

    async def leave(self) -> None:
        await self._run.flush()
        await self._run.leave()
