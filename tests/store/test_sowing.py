"""The operator's targets go into the store batch by batch, each once, whoever is killed or joins meanwhile."""

from __future__ import annotations

import asyncio
import os
import random
import resource
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from igcrawl.crawl import sowing as module
from igcrawl.crawl.sowing import Sowing
from igcrawl.errors import Interrupted
from igcrawl.stopping import Stopping
from igcrawl.store import CrawlRow, Seed, Store
from tests.store.samples import NOW, opened, seed, targets

MILLION = int(os.environ.get("FUZZ_TARGET_LINES", "60000"))


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> int:
    """Batches of seven."""
    monkeypatch.setattr(module, "SEEDS_AT_ONCE", 7)
    return 7


def seeds(number: int) -> Iterator[Seed]:
    yield from map(seed, range(number))


async def begun(store: Store, sowing: Sowing) -> CrawlRow:
    first = sowing.batch()
    sown = len(first) if len(first) == module.SEEDS_AT_ONCE else None
    return await store.crawls.begin("key", None, "followers", first, 0, NOW, sown=sown)


async def found(store: Store) -> CrawlRow:
    crawl = await store.crawls.find("key")
    assert crawl is not None
    return crawl


class StopsAfter(Stopping):
    """A run that is stopped after so many batches."""

    def __init__(self, batches: int) -> None:
        super().__init__()
        self._left = batches

    async def sleep(self, seconds: float) -> None:
        if self._left == 0:
            self.begin()
        self._left -= 1
        await super().sleep(seconds)


async def test_who_is_stopped_has_lost_nothing_and_the_next_goes_on_behind_the_last_batch(
    url: str, small_batches: int
) -> None:
    rng = random.Random(number := random.randrange(2**32))
    print(f"seed {number}")
    for total in (0, 1, 6, 7, 8, 14, rng.randrange(15, 60)):
        async with opened(url) as store:
            sowing = Sowing(seeds(total))
            key = f"key {total}"
            first = sowing.batch()
            sown = len(first) if len(first) == small_batches else None
            crawl = await store.crawls.begin(key, None, "followers", first, 0, NOW, sown=sown)
            while crawl.sown is not None:
                with suppress(Interrupted):
                    await sowing.go_on(store, crawl.id, crawl.sown, StopsAfter(rng.randrange(3)))
                again = await store.crawls.find(key)
                assert again is not None
                crawl, sowing = again, Sowing(seeds(total))
            assert await targets(store, crawl.id) == [str(each) for each in range(total)]


async def test_two_that_sow_at_once_sow_each_target_once_and_both_end_when_all_are_there(
    url: str, small_batches: int
) -> None:
    async with opened(url) as one, opened(url) as other:
        sowing = Sowing(seeds(50))
        crawl = await begun(one, sowing)
        assert crawl.sown == small_batches
        mine = sowing.go_on(one, crawl.id, crawl.sown, Stopping())
        theirs = Sowing(seeds(50)).go_on(other, crawl.id, crawl.sown, Stopping())
        await asyncio.gather(mine, theirs)
        assert (await found(one)).sown is None
        assert await targets(one, crawl.id) == [str(each) for each in range(50)]


async def test_who_is_late_adds_nothing_and_learns_what_is_sown(url: str) -> None:
    async with opened(url) as store:
        crawl = await store.crawls.begin("key", None, "followers", [seed(1)], 0, NOW, sown=1)
        assert await store.crawls.sow(crawl.id, [seed(2)], 1, 2) == 2
        assert await store.crawls.sow(crawl.id, [seed(9)], 1, None) == 2
        assert await store.crawls.sow(crawl.id, [seed(3)], 2, None) is None
        assert await store.crawls.sow(crawl.id, [seed(9)], 2, 3) is None
        assert await targets(store, crawl.id) == ["1", "2", "3"]


async def test_very_many_targets_take_no_memory_and_let_the_loop_go_on(tmp_path: Path) -> None:
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with opened(f"sqlite:///{tmp_path}/store.db") as store:
        sowing = Sowing(seeds(MILLION))
        crawl = await begun(store, sowing)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        turning = asyncio.create_task(turn())
        await sowing.go_on(store, crawl.id, crawl.sown, Stopping())
        turning.cancel()
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000
        assert turns >= MILLION // module.SEEDS_AT_ONCE - 1
        assert (await store.crawls.progress(crawl.id)).all == MILLION
