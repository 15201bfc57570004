"""Followers and following, mobile and REST: every documented account gives what its line in ACCOUNTS says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from igcrawl.simulator import Simulator
from tests.simulator.client import Client, Got

RECORDED = Path(__file__).parents[1] / "payloads"


def keys(document: Any) -> Any:
    return list(document)


def test_a_mobile_page_has_the_recorded_shape(shared: Client) -> None:
    recorded = json.loads((RECORDED / "followers_list.mobile.json").read_bytes())
    got = shared.mobile(
        "followers", {"user_id": "25025320", "skip_has_more": True, "skip_big_list": True, "request_data": {}}
    )
    assert keys(got.json) == keys(recorded)
    assert keys(got.json["data"]) == keys(recorded["data"])
    root = next(value for value in recorded["data"].values() if isinstance(value, dict))
    assert keys(got.root) == keys(root)
    assert all(keys(user) == keys(root["users"][0]) for user in got.root["users"])
    assert 25 <= len(got.root["users"]) <= 50
    assert isinstance(got.root["users"][0]["pk"], str)
    assert got.headers["content-type"].startswith("text/javascript")


def test_plain_names_when_the_request_asks_for_none_canonical(shared: Client) -> None:
    got = shared.mobile("followers", {"user_id": "25025320"}, canonical=False)
    users = got.json["data"]["xdt_api__v1__friendships__followers"]["users"]
    assert "latest_reel_media" in users[0]
    assert not any(key.startswith(("1l", "is_fulfilled")) for key in users[0])
    unprefixed = shared.mobile(
        "followers", {"user_id": "25025320"}, enable_canonical_naming_ambiguous_type_prefixing="false"
    )
    assert "latest_reel_media" in unprefixed.root["users"][0]


@pytest.mark.parametrize("operation", ["followers", "following"])
@pytest.mark.parametrize("user_id", ["25025320", "100000021", "100000010", "9007199254740993", "100000003"])
def test_walks_give_the_graph(shared: Client, operation: str, user_id: str) -> None:
    graph = shared.simulator.graph
    expected = list(graph.follower_ids(user_id) if operation == "followers" else graph.following_ids(user_id))
    assert shared.walk(operation, user_id) == expected
    assert shared.walk_rest(operation, user_id) == expected


def test_orders_are_each_others_reverse(shared: Client) -> None:
    latest = shared.walk("followers", "25025320", order="date_followed_latest")
    assert latest == shared.walk("followers", "25025320")
    assert latest[::-1] == shared.walk("followers", "25025320", order="date_followed_earliest")
    assert shared.mobile("followers", {"user_id": "25025320", "order": "date"}).status == 400


def test_ids_in_rest_are_numbers_with_strings_beside_them(shared: Client) -> None:
    user = shared.rest("friendships/9007199254740993/followers/", count="50").json["users"][0]
    assert type(user["pk"]) is int and user["pk"] > 2**53
    assert user["pk_id"] == user["strong_id__"] == user["id"] == str(user["pk"])


@pytest.mark.parametrize(("count", "users"), [("200", 200), ("50", 72), ("1", 1), ("120", 120)])
def test_rest_page_sizes(shared: Client, count: str, users: int) -> None:
    page = shared.rest("friendships/25025320/followers/", count=count).json
    assert len(page["users"]) == users
    assert page["big_list"] is True


@pytest.mark.parametrize("count", ["201", "0", "-1", "many"])
def test_rest_counts_that_are_refused(shared: Client, count: str) -> None:
    assert shared.rest("friendships/25025320/followers/", count=count).status == 400


def test_a_page_size_overrides_both_surfaces() -> None:
    with Simulator(page_size=50) as simulator:
        client = Client(simulator)
        assert len(client.page("followers", "25025320")[0]) == 50
        assert len(client.rest("friendships/25025320/followers/", count="200").json["users"]) == 50
        assert len(client.rest("friendships/25025320/followers/", count="50").json["users"]) == 50
    with Simulator(page_size=200) as simulator:
        assert len(Client(simulator).page("followers", "25025320")[0]) == 200


def refused(got: Got) -> tuple[int, str]:
    return got.status, got.json["message"]


def test_private_and_missing_accounts(shared: Client) -> None:
    private = (400, "Not authorized to view user")
    assert refused(shared.mobile("followers", {"user_id": "100000001"})) == private
    assert refused(shared.rest("friendships/100000001/following/")) == private
    for user_id in ("100000002", "424242", "99999999999999999999"):
        assert refused(shared.mobile("followers", {"user_id": user_id})) == (404, "User not found")
        assert refused(shared.rest(f"friendships/{user_id}/followers/")) == (404, "User not found")


def test_private_ordinary_accounts_are_refused_as_their_user_object_says(shared: Client) -> None:
    users = shared.rest("friendships/25025320/followers/", count="30").json["users"]
    assert {user["is_private"] for user in users} == {True, False}
    for user in users:
        got = shared.rest(f"friendships/{user['pk']}/followers/")
        assert got.status == (400 if user["is_private"] else 200)


def test_a_limited_list_says_so_on_its_last_page(shared: Client) -> None:
    cursor = None
    flags = []
    for _ in range(100):
        root = shared.mobile("followers", {"user_id": "100000003", "max_id": cursor}).root
        flags.append(root["should_limit_list_of_followers"])
        cursor = root["next_max_id"]
        if cursor is None:
            break
    assert len(flags) > 3
    assert flags == [False] * (len(flags) - 1) + [True]


def test_hollow_short_and_nearly(shared: Client) -> None:
    assert shared.walk("followers", "100000004") == []
    assert len(set(shared.walk_rest("followers", "100000005"))) == 4600
    assert len(set(shared.walk_rest("followers", "100000015"))) == 4800


def test_overlap_repeats_accounts_and_loses_none(shared: Client) -> None:
    found = shared.walk("followers", "100000006")
    assert len(found) > 400
    assert set(found) == set(shared.simulator.graph.follower_ids(100000006))


@pytest.mark.parametrize("operation", ["followers", "following"])
def test_a_gap_is_an_empty_page_with_a_cursor_and_not_the_end(shared: Client, operation: str) -> None:
    pages: list[tuple[list[str], str | None]] = [shared.page(operation, "100000007")]
    while pages[-1][1] is not None:
        pages.append(shared.page(operation, "100000007", pages[-1][1]))
    empty = [number for number, (ids, _) in enumerate(pages) if not ids]
    assert len(empty) == 1
    assert 0 < empty[0] < len(pages) - 1
    assert len({each for ids, _ in pages for each in ids}) == (400 if operation == "followers" else 300)
    cursors = [cursor for _, cursor in pages]
    assert len(set(cursors)) == len(cursors)


@pytest.mark.parametrize("operation", ["followers", "following"])
def test_a_loop_gives_a_cursor_again(shared: Client, operation: str) -> None:
    seen: list[str] = []
    cursor: str | None = None
    while cursor not in seen:
        if cursor is not None:
            seen.append(cursor)
        _, cursor = shared.page(operation, "100000008", cursor)
    assert cursor == seen[0]
    assert len(seen) > 3


def test_cursors_are_opaque_and_belong_to_one_list(shared: Client) -> None:
    _, cursor = shared.page("followers", "25025320")
    assert cursor is not None and not cursor.isdigit()
    assert shared.page("followers", "25025320", cursor) == shared.page("followers", "25025320", cursor)
    for variables in ({"user_id": "100000009"}, {"user_id": "25025320", "order": "date_followed_earliest"}):
        assert shared.mobile("followers", variables | {"max_id": cursor}).status == 400
    assert shared.rest("friendships/25025320/followers/", max_id=cursor).status == 400
    assert shared.mobile("followers", {"user_id": "25025320", "max_id": "QVFBnonsense"}).status == 400
    assert len(shared.page("followers", "25025320", "25")[0]) >= 25
