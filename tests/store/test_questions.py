"""What the operator may ask of the store."""

from __future__ import annotations

from dataclasses import replace

from igcrawl.store import Progress
from tests.store.samples import begun, claimed, ended, opened, seed, targets


async def test_verdicts_are_counted(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(number) for number in range(5)])
        assert await store.crawls.verdicts(crawl.id) == {None: 5}
        for verdict in ("complete", "failed", "complete"):
            await ended(store, await claimed(store, crawl), verdict)
        await claimed(store, crawl)
        assert await store.crawls.verdicts(crawl.id) == {"complete": 2, "failed": 1, None: 2}
        await ended(store, await claimed(store, crawl), "complete")
        assert await store.crawls.verdicts(99) == {}


async def test_verdicts_are_those_that_there_are(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1)])
        await ended(store, await claimed(store, crawl), "complete")
        assert await store.crawls.verdicts(crawl.id) == {"complete": 1}


async def test_walks_are_picked_by_crawl_verdict_and_depth(url: str) -> None:
    async with opened(url) as store:
        old = await begun(store, [seed(1)])
        new = await begun(store, [seed(2), seed(3, 2), seed(4), seed(5, 3)], after=1)
        other = await begun(store, [seed(6)], key="other")
        await ended(store, await claimed(store, new), "complete")
        await ended(store, await claimed(store, new), "failed")
        await claimed(store, new)
        assert await targets(store) == ["2", "3", "4", "5", "6"]
        assert await targets(store, old.id) == ["1"]
        assert await targets(store, new.id) == ["2", "3", "4", "5"]
        assert await targets(store, new.id, "complete") == ["2"]
        assert await targets(store, None, "open") == ["3", "5", "6"]
        assert await targets(store, max_depth=2) == ["2", "3", "4", "6"]
        assert await targets(store, new.id, "open", 2) == ["3"]
        assert await targets(store, other.id, "failed") == []


async def test_progress_is_of_the_targets_that_were_given(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1), seed(2), seed(3), seed(4, 2)])
        assert await store.crawls.progress(crawl.id) == Progress(0, 3)
        await ended(store, await claimed(store, crawl), "complete")
        await claimed(store, crawl)
        assert await store.crawls.progress(crawl.id) == Progress(1, 3)
        await claimed(store, crawl)
        await ended(store, await claimed(store, crawl), "complete")
        assert await store.crawls.progress(crawl.id) == Progress(1, 3)
        assert await store.crawls.progress(99) == Progress(0, 0)


async def test_a_walk_has_begun_when_somebody_has_claimed_it(url: str) -> None:
    async with opened(url) as store:
        old = await begun(store, [seed(1)])
        await claimed(store, old)
        crawl = await begun(store, [seed(1), seed(2)], after=1)
        assert await store.walks.has(crawl.id, "followers/1")
        assert not await store.walks.begun(crawl.id, "followers/1")
        await ended(store, await claimed(store, crawl), "complete")
        assert await store.walks.begun(crawl.id, "followers/1")
        assert not await store.walks.begun(crawl.id, "followers/2")
        assert not await store.walks.begun(crawl.id, "followers/3")
        assert not await store.walks.has(crawl.id, "followers/3")


async def test_the_first_walks_of_a_verdict_are_named(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(number) for number in range(1, 6)])
        for verdict in ("suspect", "complete", "suspect", "suspect"):
            await ended(store, await claimed(store, crawl), verdict)
        assert await store.walks.named(crawl.id, "suspect", 2) == ["followers/1", "followers/3"]
        assert await store.walks.named(crawl.id, "suspect", 9) == ["followers/1", "followers/3", "followers/4"]
        assert await store.walks.named(crawl.id, "failed", 9) == []
        other = await begun(store, [replace(seed(7), state={"given": "@nasa"})], after=1)
        await ended(store, await claimed(store, other), "limited")
        assert await store.walks.named(other.id, "limited", 9) == ["followers/7 (@nasa)"]
