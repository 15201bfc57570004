"""A walk has one walker at a time, and what it takes next is fixed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from igcrawl.errors import LostClaim
from igcrawl.store import OperatorLimits, OutputRow, PageCommit
from tests.store.samples import LATER, NO_LIMITS, NOW, begun, claimed, ended, kept, opened, page, seed, targets


async def test_walks_are_taken_by_depth_and_then_in_their_order(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1, 2), seed(2), seed(3, 3), seed(4), seed(5, 2)])
        assert [(await claimed(store, crawl)).target for _ in range(5)] == ["2", "4", "1", "5", "3"]
        assert await store.walks.claim(crawl.id, NO_LIMITS, NOW) is None


async def test_walks_that_were_begun_come_first_however_deep(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1), seed(2), seed(3)])
        first = await claimed(store, crawl)
        await store.walks.commit([PageCommit(walk=first, children=[seed(9, 2)])], {})
        for target in ("2", "3", "9"):
            assert (await claimed(store, crawl)).target == target
    async with opened(url) as store:
        await begun(store, [seed(5)], key="other")
        assert [(await claimed(store, crawl)).target for _ in range(4)] == ["1", "2", "3", "9"]


async def test_a_claim_says_who_holds_the_walk_since_when_and_how_often_it_was_claimed(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1)])
        walk = await claimed(store, crawl)
        assert (walk.worker, walk.fence, walk.started_at) == (await store.worker.join(), 1, NOW)
        assert (walk.args, walk.state, walk.depth, walk.crawl) == ({"user_id": "1"}, {}, 1, crawl.id)
        assert await kept(store, walk.id) == walk
    async with opened(url) as store:
        assert await kept(store, walk.id) == replace(walk, worker=None)
        again = await store.walks.claim(crawl.id, NO_LIMITS, LATER)
        assert again is not None
        assert (again.worker, again.fence, again.started_at) == (await store.worker.join(), 2, NOW)


async def test_no_walk_is_held_by_two(url: str) -> None:
    async with opened(url) as one, opened(url) as two:
        assert await one.worker.join() == await one.worker.join() != await two.worker.join()
        crawl = await begun(one, [seed(1), seed(2)])
        assert {(await claimed(one, crawl)).target, (await claimed(two, crawl)).target} == {"1", "2"}
        assert await one.walks.claim(crawl.id, NO_LIMITS, NOW) is None
        assert await two.walks.claim(crawl.id, NO_LIMITS, NOW) is None


async def test_one_crawl_does_not_take_the_walks_of_another(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1)])
        other = await begun(store, [seed(2)], key="other")
        assert (await claimed(store, other)).target == "2"
        assert await store.walks.claim(other.id, NO_LIMITS, NOW) is None
        assert (await claimed(store, crawl)).target == "1"


async def test_no_more_walks_begin_than_the_operator_allows(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1), seed(2), seed(3)])
        two = OperatorLimits(max_walks=2)
        first = await claimed(store, crawl, two)
        await claimed(store, crawl, two)
        assert await store.walks.claim(crawl.id, two, NOW) is None
        await ended(store, first, "complete")
        assert await store.walks.claim(crawl.id, two, NOW) is None
        assert (await claimed(store, crawl, OperatorLimits(max_walks=3))).target == "3"


async def test_a_walk_that_was_begun_goes_on_whatever_the_limit_of_walks(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1), seed(2)])
        await claimed(store, crawl)
    async with opened(url) as store:
        one = OperatorLimits(max_walks=1)
        assert (await claimed(store, crawl, one)).target == "1"
        assert await store.walks.claim(crawl.id, one, NOW) is None


async def test_busy_is_said_of_others_only(url: str) -> None:
    async with opened(url) as one:
        crawl = await begun(one, [seed(1), seed(2)])
        async with opened(url) as two:
            assert not await one.walks.busy(crawl.id)
            await claimed(one, crawl)
            assert not await one.walks.busy(crawl.id)
            assert await two.walks.busy(crawl.id)
            await claimed(two, crawl)
            assert await one.walks.busy(crawl.id)
        assert not await one.walks.busy(crawl.id)


async def test_who_closes_gives_back_what_it_holds(url: str) -> None:
    async with opened(url) as one:
        async with opened(url) as two:
            crawl = await begun(two, [seed(1)])
            walk = await claimed(two, crawl)
            await two.walks.commit([PageCommit(walk=replace(walk, cursor="c", pages=1))], {})
        await two.close()
        again = await claimed(one, crawl)
        assert (again.id, again.cursor, again.pages, again.verdict, again.fence) == (walk.id, "c", 1, None, 2)


async def test_who_has_lost_its_claim_writes_nothing(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1), seed(2)])
        lost, held = await claimed(store, crawl), await claimed(store, crawl)
        await store.outputs.put(OutputRow(crawl.id, "here", "/o.jsonl", {"length": 0}))
        for stale in (replace(lost, fence=2), replace(lost, worker=-1), replace(lost, worker=None)):
            commits = [
                PageCommit(walk=replace(held, cursor="c", pages=1), found=page(1), children=[seed(7, 2)]),
                PageCommit(walk=replace(stale, cursor="d", pages=1), found=page(2), children=[seed(8, 2)]),
            ]
            with pytest.raises(LostClaim) as caught:
                await store.walks.commit(commits, [OutputRow(crawl.id, "here", "/o.jsonl", {"length": 100})])
            assert "\n" not in str(caught.value)
        assert await kept(store, held.id) == held
        assert await kept(store, lost.id) == lost
        assert await targets(store) == ["1", "2"]
        assert [found async for found in store.walks.found(held.id)] == []
        [output] = await store.outputs.at("here", "/o.jsonl")
        assert output.state == {"length": 0}
        await store.walks.commit([PageCommit(walk=replace(held, cursor="e"))], {})


async def test_who_ended_a_walk_holds_it_no_longer(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1)])
        walk = await claimed(store, crawl)
        done = await ended(store, walk, "complete")
        assert await kept(store, walk.id) == replace(done, worker=None)
        with pytest.raises(LostClaim):
            await store.walks.commit([PageCommit(walk=walk)], {})
        assert await store.walks.claim(crawl.id, NO_LIMITS, NOW) is None
