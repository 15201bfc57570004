"""What ended waits again where the same command, a raised limit or the operator says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from igcrawl.store import OperatorLimits, PageCommit
from tests.store.samples import NO_LIMITS, begun, claimed, ended, kept, opened, page, seed

RESUMABLE = ("interrupted", "throttled", "blocked", "stale_doc_id", "failed")


async def test_walks_with_a_resumable_verdict_wait_again_with_their_cursor_and_counts(url: str) -> None:
    async with opened(url) as store:
        verdicts = (*RESUMABLE, "complete", "suspect")
        crawl = await begun(store, [seed(verdict) for verdict in verdicts])
        for verdict in verdicts:
            walk = await claimed(store, crawl)
            await ended(store, walk, verdict, cursor="c", pages=2, records=9, reason="so", state={"rank_token": "r"})
        assert await store.crawls.unfinished(crawl.id, RESUMABLE, NO_LIMITS)
        assert await store.crawls.reopen(crawl.id, RESUMABLE, NO_LIMITS) == len(RESUMABLE)
        assert await store.crawls.verdicts(crawl.id) == {None: len(RESUMABLE), "complete": 1, "suspect": 1}
        again = await claimed(store, crawl)
        assert (again.target, again.cursor, again.pages, again.records) == ("interrupted", "c", 2, 9)
        assert (again.verdict, again.reason, again.ended_at, again.fence) == (None, None, None, 2)
        assert again.state == {"rank_token": "r"}


async def test_walks_that_wait_or_are_held_are_left_alone(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1), seed(2)])
        held = await claimed(store, crawl)
        assert await store.crawls.reopen(crawl.id, RESUMABLE, NO_LIMITS) == 0
        await store.walks.commit([PageCommit(walk=held)], {})


@pytest.mark.parametrize(
    ("limits", "goes_on"),
    [
        (OperatorLimits(max_pages=2), False),
        (OperatorLimits(max_pages=1), False),
        (OperatorLimits(max_pages=3), True),
        (OperatorLimits(max_users=100), False),
        (OperatorLimits(max_users=101), True),
        (OperatorLimits(max_pages=3, max_users=100), False),
        (OperatorLimits(max_pages=3, max_users=101), True),
        (NO_LIMITS, True),
    ],
)
async def test_a_stopped_walk_goes_on_when_its_limits_leave_it_room(
    url: str, limits: OperatorLimits, goes_on: bool
) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1)])
        await ended(store, await claimed(store, crawl), "stopped", cursor="c", pages=2, records=100)
        assert await store.crawls.unfinished(crawl.id, RESUMABLE, limits) is goes_on
        assert await store.crawls.reopen(crawl.id, RESUMABLE, limits) == int(goes_on)
        assert await store.crawls.verdicts(crawl.id) == ({None: 1} if goes_on else {"stopped": 1})


async def test_a_crawl_is_unfinished_while_a_walk_waits_or_is_held(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1)])
        assert await store.crawls.unfinished(crawl.id, RESUMABLE, NO_LIMITS)
        walk = await claimed(store, crawl)
        assert await store.crawls.unfinished(crawl.id, RESUMABLE, NO_LIMITS)
        await ended(store, walk, "complete")
        assert not await store.crawls.unfinished(crawl.id, RESUMABLE, NO_LIMITS)


async def test_walks_beyond_max_walks_do_not_keep_a_crawl_unfinished(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1), seed(2)])
        one = OperatorLimits(max_walks=1)
        assert await store.crawls.unfinished(crawl.id, RESUMABLE, one)
        walk = await claimed(store, crawl, one)
        assert await store.crawls.unfinished(crawl.id, RESUMABLE, one)
        await ended(store, walk, "complete")
        assert not await store.crawls.unfinished(crawl.id, RESUMABLE, one)
        assert await store.crawls.unfinished(crawl.id, RESUMABLE, OperatorLimits(max_walks=2))


async def test_other_crawls_do_not_matter(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1)])
        other = await begun(store, [seed(1)], key="other")
        await ended(store, await claimed(store, other), "failed")
        await ended(store, await claimed(store, crawl), "complete")
        assert not await store.crawls.unfinished(crawl.id, RESUMABLE, NO_LIMITS)
        assert await store.crawls.reopen(crawl.id, RESUMABLE, NO_LIMITS) == 0


@pytest.mark.parametrize("verdict", ["limited", "suspect", "looped", "complete", "not_found"])
async def test_a_final_walk_that_is_retried_begins_at_its_first_page(url: str, verdict: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1)])
        walk = await claimed(store, crawl)
        await store.walks.commit([PageCommit(walk=replace(walk, cursor="c", pages=1), found=page(1, 2))], {})
        await ended(store, walk, verdict, cursor="c", pages=1, records=2, reason="so")
        assert await store.crawls.retry(verdict) == 1
        assert await store.crawls.retry(verdict) == 0
        again = await claimed(store, crawl)
        assert (again.cursor, again.verdict, again.reason, again.ended_at) == (None, None, None, None)
        assert [found async for found in store.walks.found(walk.id)] == [page(1, 2)]


@pytest.mark.parametrize("verdict", [*RESUMABLE, "stopped"])
async def test_another_walk_that_is_retried_goes_on_from_its_cursor(url: str, verdict: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1), seed(2)])
        walk = await claimed(store, crawl)
        await ended(store, walk, verdict, cursor="c")
        await ended(store, await claimed(store, crawl), "complete")
        assert await store.crawls.retry(verdict, crawl.id) == 1
        assert (await kept(store, walk.id)).cursor == "c"
        assert (await claimed(store, crawl)).id == walk.id


async def test_only_the_latest_generation_is_retried_or_the_crawl_that_was_named(url: str) -> None:
    async with opened(url) as store:
        old = await begun(store, [seed(1)])
        new = await begun(store, [seed(1)], after=1)
        other = await begun(store, [seed(1)], key="other")
        for crawl in (old, new, other):
            await ended(store, await claimed(store, crawl), "failed")
        assert await store.crawls.retry("failed") == 2
        assert await store.crawls.verdicts(old.id) == {"failed": 1}
        assert await store.crawls.retry("failed", old.id) == 1
        assert await store.crawls.retry("open") == 0
