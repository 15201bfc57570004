"""Crawls whose server writes one thing oddly: nothing else is lost, no odd id is asked for, and it is said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from igcrawl.crawl.lookups import exact_match
from igcrawl.errors import MalformedAnswer, NotFound
from igcrawl.items import Profile
from igcrawl.simulator import Simulator
from tests.conftest import Crawl

ROOT_KEY = "xdt_api__v1__friendships__followers"
SMALL, NAME = "100000041", "torture.01"


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A world of twelve ordinary accounts."""
    with Simulator(users=12) as running:
        yield running


def page(users: list[Any], cursor: Any = None) -> dict[str, Any]:
    return {"data": {ROOT_KEY: {"users": users, "next_max_id": cursor}}, "status": "ok"}


def verdicts(records: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(record["verdict"], record["reason"]) for record in records if record["type"] == "walk"]


def test_odd_rows_cost_themselves_and_no_id_that_is_none_is_asked_for(crawl: Crawl, simulator: Simulator) -> None:
    users = [
        {"pk": 100000013.0, "username": "a", "latest_reel_media": 1760000000.0, "is_private": 1},
        *({"pk": "../../accounts/logout/?x="}, None, {"pk": 2**63}, {"pk": "1" * 20}, {"username": "nobody"}),
        {"id": "100000014", "username": "b\0", "full_name": {"first": "B"}},
    ]
    simulator.faults.add(operation="followers", nth=1, times=1, kind="raw", body=page(users))
    records = crawl("followers", f"user_id={SMALL}", "depth=2", "verify=0")
    first = [record for record in records if record["type"] == "follow" and record["owner_pk"] == SMALL]
    assert [(one["pk"], one["username"], one["full_name"]) for one in first] == [
        ("100000013", "a", None),
        ("100000014", "b\ufffd", None),
    ]
    assert (first[0]["latest_reel_media"], first[0]["is_private"]) == (1760000000, True)
    targets = [record["target"] for record in records if record["type"] == "walk"]
    assert targets == [SMALL, "100000013", "100000014"]
    assert not any("logout" in request.path for request in simulator.requests)
    (_, reason), *_ = verdicts(records)
    assert reason is not None
    for problem in (
        "users[].pk: expected an id, got null",
        "users[]: expected an object",
        "users[].full_name: expected",
    ):
        assert problem in reason
        assert crawl.log.count(problem) == 1


def test_a_list_whose_last_page_cannot_be_read_is_suspect(crawl: Crawl, simulator: Simulator) -> None:
    simulator.faults.add(operation="followers", nth=1, kind="raw", body=page([{"uid": "5"}, {"uid": "6"}]))
    records = crawl("followers", f"user_id={SMALL}", "verify=0", code=1)
    ((verdict, reason),) = verdicts(records)
    assert verdict == "suspect"
    assert reason is not None
    assert f"no row of its last page could be read, data.{ROOT_KEY}.users[0].pk is one" in reason


def test_an_account_that_could_not_be_read_is_not_called_absent(crawl: Crawl, simulator: Simulator) -> None:
    users = {
        "data": {
            "xdt_api__v1__fbsearch__non_profiled_serp": {"users": [{"username": NAME}, {"pk": 1, "username": "x"}]}
        }
    }
    simulator.faults.add(operation="user_lookup", kind="raw", body=users)
    for arguments in (("followers", f"username={NAME}"), ("profiles", f"usernames={NAME}")):
        ((verdict, reason),) = verdicts(crawl(*arguments, code=1))
        assert verdict == "failed"
        assert reason is not None
        assert f"could not be read, and no other is named '{NAME}'" in reason


def test_an_account_is_found_beside_rows_that_could_not_be_read() -> None:
    profile = Profile("profile", "user_lookup", "now", "walk", "5", username="A.b")
    assert exact_match([profile], "a.b", ["users[0]"]) == "5"
    with pytest.raises(MalformedAnswer, match=r"user_lookup: users\[0\]: could not be read"):
        exact_match([profile], "c", ["users[0]"])
    with pytest.raises(NotFound, match="no account is named 'c'"):
        exact_match([profile], "c")


def test_a_feed_that_says_there_is_more_and_gives_no_cursor_is_suspect(crawl: Crawl, simulator: Simulator) -> None:
    items = [{"pk": 1, "id": "1_5", "media_type": 1}, None, {"media": {"pk": 2, "id": "2_5", "media_type": 1}}]
    simulator.faults.add(
        operation="user_feed", kind="raw", body={"items": items, "more_available": True, "status": "ok"}
    )
    records = crawl("feed", f"user_id={SMALL}", code=1)
    assert [record["pk"] for record in records if record["type"] == "media"] == ["1", "2"]
    ((verdict, reason),) = verdicts(records)
    assert verdict == "suspect"
    assert reason is not None
    assert reason.startswith("more_available says that there is more, but there is no cursor")


def test_a_cut_stream_is_not_the_lists_end(crawl: Crawl, simulator: Simulator) -> None:
    for number, cursor in enumerate(("c1", None), start=1):
        body = page([{"pk": number}], cursor) | {"extensions": {"is_final": False}}
        simulator.faults.add(operation="followers", nth=number, times=1, kind="raw", body=body)
    records = crawl("followers", f"user_id={SMALL}", "verify=0", code=1)
    assert [record["pk"] for record in records if record["type"] == "follow"] == ["1"]
    ((verdict, reason),) = verdicts(records)
    assert (verdict, reason) == ("failed", "followers: the streamed answer ends before its last document")


@pytest.mark.parametrize("spelling", [rb'"a\ud83d"', b'"a\xed\xa0\xbd"', b'"a\x00"', rb'"a\u0000"'])
def test_a_text_that_no_output_can_hold_is_kept_but_for_its_odd_character(
    crawl: Crawl, simulator: Simulator, spelling: bytes
) -> None:
    body = orjson.dumps(page([{"pk": "5", "username": "u", "full_name": "@"}])).replace(b'"@"', spelling)
    simulator.faults.add(operation="followers", kind="raw", body=body)
    records = crawl("followers", f"user_id={SMALL}", "verify=0")
    assert [(record["pk"], record["full_name"]) for record in records[:-1]] == [("5", "a\ufffd")]
