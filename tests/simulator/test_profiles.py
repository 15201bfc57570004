"""Profiles and the lookup of usernames."""

from __future__ import annotations

import json
from pathlib import Path

from igcrawl.simulator import ACCOUNTS
from tests.simulator.client import Client

RECORDED = Path(__file__).parents[1] / "payloads"
PROFILE, LOOKUP = "28036671149327607", "26347858941511777"


def test_profiles_have_the_recorded_shape_and_the_lists_counts(shared: Client) -> None:
    web = json.loads((RECORDED / "profile.web.json").read_bytes())["data"]["user"]
    rest = json.loads((RECORDED / "profile_info.rest.json").read_bytes())["user"]
    graph = shared.simulator.graph
    ordinary = next(graph.follower_ids(25025320))
    for user_id in (*map(str, ACCOUNTS), ordinary):
        if user_id == "100000002":
            continue
        from_web = shared.web(PROFILE, {"id": user_id}).json["data"]["user"]
        from_rest = shared.rest(f"users/{user_id}/info/").json["user"]
        assert list(from_web) == list(web)
        assert list(from_rest) == list(rest)
        for key in ("username", "full_name", "follower_count", "following_count", "media_count", "is_private"):
            assert from_web[key] == from_rest[key]
        assert from_web["follower_count"] == graph.follow_list(int(user_id), "followers").claimed
        assert (from_web["pk"], from_rest["pk"]) == (user_id, int(user_id))


def test_the_start_account(shared: Client) -> None:
    user = shared.web(PROFILE, {"id": "25025320"}).json["data"]["user"]
    assert (user["username"], user["follower_count"], user["following_count"]) == ("instagram", 1000, 193)
    assert user["is_verified"] is True


def test_missing_accounts(shared: Client) -> None:
    assert shared.web(PROFILE, {"id": "100000002"}).json["data"]["user"] is None
    got = shared.rest("users/100000002/info/")
    assert (got.status, got.json["status"]) == (404, "fail")


def test_a_lookup_has_near_matches_around_the_exact_one(shared: Client) -> None:
    def names(query: str) -> list[str]:
        root = shared.web(LOOKUP, {"hasQuery": True, "query": query}).json["data"]
        return [user["username"] for user in root["xdt_api__v1__fbsearch__non_profiled_serp"]["users"]]

    assert names("Instagram").count("instagram") == 1
    assert 0 < names("instagram").index("instagram") < len(names("instagram")) - 1
    assert "missing.account" not in names("missing.account")
    assert len(names("missing.account")) > 3
    ordinary = shared.simulator.graph.username(shared.simulator.graph.id_at(3))
    assert ordinary in names(ordinary)
