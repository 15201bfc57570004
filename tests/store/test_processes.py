"""Several processes share a store, and any of them may be killed at any moment."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from igcrawl.budget.session_states import opened_states
from tests.store.samples import begun, claimed_soon, kept, opened, page, seed, targets
from tests.store.walker import PAGES, SPENT, SPENT_AT, Working, the_crawl

Walker = Callable[..., Working]


@pytest.fixture
def walker(url: str) -> Iterator[Walker]:
    """Starts processes, each waiting for its first line, and kills what is left of them."""
    running: list[Working] = []

    def start(what: str, place: object = "") -> Working:
        running.append(Working(what, url, str(place)))
        return running[-1]

    yield start
    for process in running:
        process.kill()


def go(*processes: Working) -> None:
    """Let processes begin, as nearly at once as can be."""
    for process in processes:
        assert process.line() == "ready"
    for process in processes:
        process.go()


async def test_processes_that_begin_a_crawl_at_once_get_one_generation(url: str, walker: Walker) -> None:
    processes = [walker("begin") for _ in range(6)]
    go(*processes)
    said = [process.line() for process in processes]
    assert said == ["1 1"] * 6
    async with opened(url) as store:
        assert len(await targets(store)) == 50


async def test_the_walk_of_a_killed_process_goes_on_from_its_cursor(url: str, walker: Walker) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1)])
        process = walker("hold")
        go(process)
        number = int(process.line())
        assert await store.walks.busy(crawl.id)
        assert (await kept(store, number)).worker is not None
        process.kill()
        walk = await claimed_soon(store, crawl)
        assert (walk.id, walk.cursor, walk.pages, walk.fence) == (number, "second", 1, 2)
        assert [found async for found in store.walks.found(number)] == [page(1, 2)]
        assert not await store.walks.busy(crawl.id)


async def test_no_two_processes_walk_the_same_and_the_work_of_the_killed_is_done(
    url: str, walker: Walker, tmp_path: Path
) -> None:
    locks = tmp_path / "locks"
    locks.mkdir()
    async with opened(url) as store:
        await begun(store, [seed(number) for number in range(60)])
    processes = [walker("walk", locks) for _ in range(4)]
    go(*processes)
    for victim in processes[:2]:
        time.sleep(random.uniform(0.02, 0.15))
        victim.kill()
    said = [process.rest() for process in processes]
    assert not [line for lines in said for line in lines if line.startswith("twice")]
    assert said[2:] == [["done"], ["done"]]
    async with opened(url) as store:
        crawl = await the_crawl(store)
        assert await store.crawls.verdicts(crawl.id) == {"complete": 60}
        assert crawl.started == 60
        async for walk in store.walks.all():
            assert walk.pages == PAGES
            assert [found async for found in store.walks.found(walk.id)] == [page(1), page(2), page(3)]


async def test_processes_never_send_more_than_the_budget_together_whoever_of_them_is_killed(
    url: str, walker: Walker
) -> None:
    server = f"test:{random.randrange(1 << 32)}"
    processes = [walker("spend", server) for _ in range(4)]
    go(*processes)
    for victim in processes[:2]:
        time.sleep(random.uniform(0.01, 0.05))
        victim.kill()
    said = [process.rest() for process in processes]
    sent = [max(map(int, [turns for turns in lines if turns.isdecimal()]), default=0) for lines in said]
    assert [lines[-1] for lines in said[2:]] == ["spent", "spent"]
    # What a killed process has taken and not sent is lost, not given to another.
    assert SPENT.whole.hour - 2 <= sum(sent) <= SPENT.whole.hour
    async with opened(url) as store, opened_states("", server, store) as states:
        assert len((await states.read("1")).sent.times(SPENT_AT)) == SPENT.whole.hour
