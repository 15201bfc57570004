"""A crawl that is killed at random moments leaves what an uninterrupted one leaves; 200 kills are `make torture`."""

from __future__ import annotations

import random

import pytest

from igcrawl.simulator import Simulator
from tests.torture.ground import OUTPUTS
from tests.torture.torturer import Torturer, torture

#: `make torture` kills 200 times, crawls of twenty lists.
KILLS, LISTS = 6, 3


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_six_kills_lose_nothing_write_nothing_twice_and_cost_a_page_each_at_most(store: str) -> None:
    seed = random.randrange(1 << 32)
    print("seed", seed)
    figures = torture(store, KILLS, seed, page_size=200, lists=LISTS)
    print(figures)
    assert min(figures.kills / KILLS, figures.short_kills / (KILLS // 4)) >= 1


def test_every_output_holds_each_record_once_whatever_kills_and_others_do() -> None:
    seed = random.randrange(1 << 32)
    print("seed", seed)
    figures = torture("sqlite", KILLS, seed, page_size=20, outputs=tuple(OUTPUTS), long=False)
    print(figures)
    assert min(figures.kills / KILLS, figures.short_kills / (KILLS // 4)) >= 1


def test_pages_that_are_committed_in_groups_are_asked_again_and_written_once() -> None:
    seed = random.randrange(1 << 32)
    print("seed", seed)
    with Simulator(page_size=200) as simulator:
        torturer = Torturer(simulator, "sqlite", seed, lists=LISTS, IG_SYNC_SECONDS="0.25")
        torturer.long(5, one_page_a_kill=False)
    print(torturer.figures)
