"""Share of the possible: what requests brought, to what as many full pages would have brought."""

from __future__ import annotations

import random

import pytest

from igcrawl.budget.share import Share, added, share_of
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.store.base import Store
from tests.conftest import Crawl, Scrapy
from tests.store.samples import begun, claimed, ended, opened, seed
from tests.support.postgres import ready_database


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (
            Share("followers", 50, 9800, 210),
            "followers: 9,800 records by 210 requests: 93 % of the possible 10,500 (50 a page)",
        ),
        (Share("followers", 50, 0, 1), "followers: 0 records by 1 request: 0 % of the possible 50 (50 a page)"),
        (
            Share("followers_rest", 200, 1999, 10),
            "followers_rest: 1,999 records by 10 requests: 99 % of the possible 2,000 (200 a page)",
        ),
        # A server may give more than it was asked for.
        (
            Share("followers_rest", 50, 72, 1),
            "followers_rest: 72 records by 1 request: 144 % of the possible 50 (50 a page)",
        ),
    ],
)
def test_a_share_is_told_in_one_line(share: Share, told: str) -> None:
    assert share.told == told


def test_the_full_page_is_what_the_catalogue_knows_or_what_was_asked_for() -> None:
    def size(name: str, **args: str) -> int | None:
        share = share_of(OPERATIONS[name], args, 1, 1)
        return None if share is None else share.page_size

    assert size("followers", user_id="1") == 50
    assert size("followers_rest", user_id="1") == 200
    assert size("followers_rest", user_id="1", page_size="20") == 20
    assert size("user_profile", user_id="1") is None
    assert share_of(OPERATIONS["followers"], {}, 0, 0) is None


def test_shares_add_up_whatever_their_order() -> None:
    seed_of_test = random.randrange(2**32)
    print(f"seed {seed_of_test}")
    draw = random.Random(seed_of_test)
    shares = [
        Share(draw.choice("ab"), draw.choice((50, 200)), draw.randrange(100), draw.randrange(1, 9)) for _ in range(50)
    ]
    whole = list(added(shares))
    assert len({(each.operation, each.page_size) for each in whole}) == len(whole)
    assert sum(each.records for each in whole) == sum(each.records for each in shares)
    assert sum(each.possible for each in whole) == sum(each.possible for each in shares)
    draw.shuffle(shares)
    assert set(added(shares)) == set(whole)
    assert list(added([*added(shares[:20]), *added(shares[20:])])) == list(added(shares))


async def _spent(store: Store) -> list[tuple[str, str | None, int, int]]:
    crawl = await begun(
        store,
        [
            seed(1),
            seed(2),
            seed(3),
            seed(4, key="r/4", operation="followers_rest", args={"user_id": "4", "page_size": "100"}),
            seed(5),
        ],
    )
    for changes in (
        {"records": 40, "requests": 2},
        {"records": 60, "requests": 3},
        # Its doc_id was rotated, and the list on the other surface stood in.
        {"records": 150, "requests": 4, "state": {"stand_in": "followers_rest"}},
        {"records": 99, "requests": 1},
    ):
        await ended(store, await claimed(store, crawl), "complete", **changes)
    return [(each.operation, each.page_size, each.records, each.requests) for each in await store.walks.spent()]


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
async def test_the_store_adds_up_walks_by_what_they_asked(backend: str, tmp_path: object) -> None:
    expected = {
        ("followers", None, 100, 5),
        ("followers_rest", None, 150, 4),
        ("followers_rest", "100", 99, 1),
    }
    if backend == "sqlite":
        async with opened(f"sqlite:///{tmp_path}/store.db") as store:
            assert set(await _spent(store)) == expected
        return
    with ready_database() as url:
        async with opened(url) as store:
            assert set(await _spent(store)) == expected


def test_a_run_and_the_budget_say_what_its_requests_have_brought(crawl: Crawl, scrapy: Scrapy) -> None:
    crawl("followers", "user_id=25025320", "page_size=100")
    share = "followers_rest: 1,000 records by 11 requests: 90 % of the possible 1,100 (100 a page)"
    assert f"summary: this run: {share}" in crawl.outcome["summary"]
    crawl("followers", "user_id=25025320", "page_size=100", "max_pages=1", "fresh=1")
    assert any("100 records by 2 requests: 50 % of the possible 200" in line for line in crawl.outcome["summary"])
    shown = scrapy("budget").out
    assert (
        "all walks of the store, followers_rest: 1,100 records by 13 requests: 84 % of the possible 1,300 (100 a page)"
    ) in shown


def test_throttled_and_failed_requests_count(crawl: Crawl, simulator: object) -> None:
    simulator.faults.add(kind="status", status=500, operation="followers_rest", times=2)  # type: ignore[attr-defined]
    crawl("followers", "user_id=25025320", "page_size=200")
    assert any("1,000 records by 8 requests: 62 % of the possible 1,600" in line for line in crawl.outcome["summary"])
