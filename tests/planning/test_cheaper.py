"""`plan=1` names the surface on which the lists would cost the fewest requests, and what is not known of it."""

from __future__ import annotations

import random
from typing import Any

import pytest

from igcrawl.arguments import ListArguments
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.planning.cheaper import OtherWays, other_ways
from igcrawl.planning.cost import cost_of
from tests.conftest import Crawl

NEVER_COMPARED = "whether it holds the same accounts as on mobile, in the same order and as far, was never compared"


def told(name: str, args: dict[str, str], holds: int | None, **given: Any) -> list[str]:
    """What is said of other ways to read a list."""
    asked = ListArguments.parse({"user_id": "1"} | given)
    chosen, ways = cost_of(OPERATIONS[name], args, asked, holds), OtherWays(OPERATIONS[name], args, asked)
    ways.add(args, holds)
    return list(ways.told(chosen, args))


def test_rest_costs_less_than_mobile_and_says_what_is_not_known_of_it() -> None:
    assert told("followers", {"user_id": "1"}, 1000) == [
        "surface=rest would cost least: up to 200 a page, 5 pages, 6 requests instead of 21 to 41; " + NEVER_COMPARED
    ]


def test_a_larger_page_costs_less_than_a_small_one() -> None:
    small = {"user_id": "1", "page_size": "20"}
    assert told("followers_rest", small, 1000, page_size="20") == [
        "page_size=200 would cost least: up to 200 a page, 5 pages, 6 requests instead of 51; " + NEVER_COMPARED
    ]


def test_a_list_of_unknown_length_is_no_reason_to_be_silent() -> None:
    assert told("followers", {"user_id": "1"}, None) == [
        "surface=rest would cost least: up to 200 a page instead of 25 to 50 a page, as the server chooses; "
        "how many requests that saves depends on the list; " + NEVER_COMPARED
    ]


@pytest.mark.parametrize(
    ("name", "args", "holds", "given"),
    [
        ("followers_rest", {"user_id": "1", "page_size": "200"}, 1000, {"surface": "rest"}),
        # One page either way.
        ("followers", {"user_id": "1"}, 20, {}),
        ("followers", {"user_id": "1"}, 1000, {"max_pages": "3"}),
    ],
)
def test_nothing_is_said_where_nothing_is_cheaper(
    name: str, args: dict[str, str], holds: int, given: dict[str, str]
) -> None:
    assert told(name, args, holds, **given) == []


def test_only_surfaces_that_hold_the_list_are_advised() -> None:
    for operation in OPERATIONS.values():
        for way in other_ways(operation, {}):
            assert way.list_name == operation.list_name
            assert way.name != "followers_web", "it has been empty since September 2026"


def test_what_is_advised_is_never_dearer() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    draw = random.Random(seed)
    for _ in range(300):
        size, holds = draw.randrange(1, 201), draw.choice((0, 1, draw.randrange(50), draw.randrange(10**6)))
        args = {"user_id": "1", "page_size": str(size)}
        asked = ListArguments.parse({"user_id": "1", "page_size": str(size)})
        chosen, best = (cost_of(OPERATIONS["followers_rest"], each, asked, holds) for each in (args, {"user_id": "1"}))
        advised = bool(told("followers_rest", args, holds, page_size=str(size)))
        assert advised == ((best.requests.most or 0) < (chosen.requests.most or 0)), (size, holds)


def test_the_plan_says_it(crawl: Crawl) -> None:
    crawl("followers", "user_id=25025320", "plan=1")
    assert "surface=rest would cost least: up to 200 a page, 5 pages, 6 requests instead of 21 to 41" in str(
        crawl.outcome["plan"]
    )
    crawl("followers", "user_id=25025320", "surface=rest", "plan=1")
    assert "would cost least" not in str(crawl.outcome["plan"])
