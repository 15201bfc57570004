"""Scrapy's limits of a run end it with a page written whole, and the same command continues."""

from __future__ import annotations

import pytest

from tests.running.conftest import Many
from tests.support.in_one_process import one_process


@pytest.mark.parametrize(
    ("setting", "value", "reason", "pages"),
    [
        # Pages of 25 to 50 records.
        ("CLOSESPIDER_ITEMCOUNT", 41, "closespider_itemcount", 2),
        ("CLOSESPIDER_ITEMCOUNT", 1, "closespider_itemcount", 1),
        ("CLOSESPIDER_PAGECOUNT", 3, "closespider_pagecount", 3),
    ],
)
def test_a_limit_of_scrapy_s_counts_records_and_answers(
    many: Many, setting: str, value: int, reason: str, pages: int
) -> None:
    [own] = many.own(1)
    # A list of 25 pages.
    own.target = many.simulator.user_id
    order = many.order(own, "verify=0", **{setting: value})
    [ended] = one_process().run([order]).done
    records = [record for record in own.records if record["type"] == "follow"]
    walk = own.records[-1]
    assert (walk["verdict"], walk["pages"], walk["records"]) == ("interrupted", pages, len(records))
    if setting == "CLOSESPIDER_ITEMCOUNT":
        assert len(records) >= value > len(records) - len(records) / pages
    assert ended.outcome["exit_code"] == 1
    assert ended.outcome["finish_reason"] == reason
    [done] = one_process().run([many.order(own, "verify=0")]).done
    assert done.outcome["exit_code"] == 0
    followers = list(many.simulator.graph.follower_ids(own.target))
    assert [record["pk"] for record in own.records if record["type"] == "follow"] == followers


def test_a_limit_of_time_ends_a_run_that_waits_for_its_budget(many: Many) -> None:
    [own] = many.own(1)
    own.target = many.simulator.user_id
    settings = {
        "CLOSESPIDER_TIMEOUT": 0.5,
        "IG_BUDGET": True,
        "IG_BUDGET_HOUR": 2,
        "IG_PACE": "burst",
        "IG_WAIT_MAX": "",
    }
    [ended] = one_process().run([many.order(own, "verify=0", **settings)]).done
    assert ended.outcome["finish_reason"] == "closespider_timeout"
    assert (own.records[-1]["verdict"], own.records[-1]["pages"]) == ("interrupted", 2)
