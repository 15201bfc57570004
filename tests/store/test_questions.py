"""What the operator may ask of the store."""

from __future__ import annotations

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
