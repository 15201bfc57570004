"""A crawl begins once, whoever begins it, and each new beginning is a generation."""

from __future__ import annotations

import tracemalloc

import pytest

from tests.store.samples import NOW, begun, claimed, opened, seed, targets


async def test_a_store_that_is_new_knows_no_crawl(url: str) -> None:
    async with opened(url) as store:
        assert await store.crawls.find("key") is None
        assert await store.crawls.find("key", "daily") is None
        assert await store.crawls.all() == []


async def test_a_crawl_begins_with_generation_1_and_its_walks_in_their_order(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(3), seed(1), seed(2)])
        assert (crawl.key, crawl.name, crawl.generation, crawl.spider) == ("key", None, 1, "followers")
        assert (crawl.started, crawl.created_at) == (0, NOW)
        assert await targets(store, crawl.id) == ["3", "1", "2"]
        assert await store.crawls.find("key") == crawl


async def test_it_is_there_when_the_store_is_opened_again(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1)])
    async with opened(url) as store:
        assert await store.crawls.find("key") == crawl
        assert await targets(store) == ["1"]


async def test_a_target_that_was_given_twice_is_walked_once(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1), seed(2), seed(1)])
        assert await targets(store, crawl.id) == ["1", "2"]


async def test_a_walk_may_begin_at_a_cursor(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1, cursor="QVFB"), seed(2)])
        assert [walk.cursor async for walk in store.walks.all()] == ["QVFB", None]
        assert (await claimed(store, crawl)).cursor == "QVFB"


async def test_who_begins_second_gets_the_generation_of_the_first(url: str) -> None:
    async with opened(url) as first, opened(url) as second:
        crawl = await begun(first, [seed(1)])
        assert await begun(second, [seed(7)]) == crawl
        assert await targets(second) == ["1"]


async def test_the_next_generation_has_the_same_walks_anew(url: str) -> None:
    async with opened(url) as store:
        first = await begun(store, [seed(1)])
        second = await begun(store, [seed(1)], after=1)
        assert (second.generation, await store.crawls.find("key")) == (2, second)
        assert second.id > first.id
        assert await store.crawls.all() == [second]
        assert await targets(store, first.id) == await targets(store, second.id) == ["1"]


async def test_a_name_is_a_crawl_of_its_own(url: str) -> None:
    async with opened(url) as store:
        plain = await begun(store, [seed(1)])
        named = await store.crawls.begin("key", "daily", "followers", [seed(2)], 0, NOW)
        other = await store.crawls.begin("other", None, "followers", [seed(3)], 0, NOW)
        assert (named.generation, named.name) == (1, "daily")
        assert await store.crawls.find("key") == plain
        assert await store.crawls.find("key", "daily") == await store.crawls.find("another key", "daily") == named
        assert await store.crawls.find("key", "weekly") is None
        assert await store.crawls.all() == [other, named, plain]
        again = await store.crawls.begin("another key", "daily", "followers", [], 1, NOW)
        assert again.generation == 2
        assert await targets(store) == ["1", "3"]


async def test_seeds_that_fail_leave_no_crawl_behind(url: str) -> None:
    def failing():
        yield seed(1)
        raise ValueError("line 2")

    async with opened(url) as store:
        with pytest.raises(ValueError, match="line 2"):
            await begun(store, failing())
        assert await store.crawls.find("key") is None
        assert (await begun(store, [seed(2)])).generation == 1
        assert await targets(store) == ["2"]


async def test_many_seeds_take_little_memory(url: str) -> None:
    async with opened(url) as store:
        tracemalloc.start()
        try:
            # Seeds alone take 3 MB, and walks as much again.
            crawl = await begun(store, (seed(number) for number in range(6_000)))
            count = 0
            async for _ in store.walks.all(crawl.id):
                count += 1
            assert count == 6_000
            assert tracemalloc.get_traced_memory()[1] < 2_500_000
        finally:
            tracemalloc.stop()


async def test_a_crawl_counts_the_walks_that_were_ever_claimed(url: str) -> None:
    async with opened(url) as store:
        await begun(store, [seed(1), seed(2), seed(3)])
        crawl = await store.crawls.find("key")
        assert crawl is not None
        await claimed(store, crawl)
        await claimed(store, crawl)
        again = await store.crawls.find("key")
        assert again is not None
        assert again.started == 2
