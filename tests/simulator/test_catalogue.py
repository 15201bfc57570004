"""The operations beyond lists and profiles: recorded shapes, paging, and agreement with the profile's counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from igcrawl.simulator import Simulator
from tests.simulator.client import Client

RECORDED = Path(__file__).parents[1] / "payloads"
POSTING = "100000009"


def recorded(name: str) -> Any:
    text = (RECORDED / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()] if name.endswith("ndjson") else json.loads(text)


def shape(value: Any) -> Any:
    """Key names and types, all the way down; of lists the first entry, when both have one."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    return type(value).__name__


def test_user_streams(shared: Client) -> None:
    whole = recorded("user_stream_by_id.rest.ndjson")
    body = {"is_prefetch": False, "entry_point": "profile", "from_module": "feed_timeline"}
    by_id = shared.signed("users/25025320/info_stream/", body)
    assert [list(each["user"]) for each in by_id.documents] == [list(each["user"]) for each in whole]
    assert by_id.headers["content-type"].startswith("text/html")
    assert shared.signed("users/instagram/usernameinfo_stream/", body).body == by_id.body
    assert shared.signed("users/100000002/info_stream/", body).status == 404
    assert shared.signed("users/nobody.at.all/usernameinfo_stream/", body).status == 404


def test_web_profile_info(shared: Client) -> None:
    user = shared.rest("users/web_profile_info/", username="huge.account").json["data"]["user"]
    template = recorded("web_profile_info.rest.json")["data"]["user"]
    # The recording has no names in it; other clients need them.
    assert set(user) - set(template) == {"username", "is_private", "is_verified"}
    edge = user["edge_owner_to_timeline_media"]["edges"][0]
    assert set(template["edge_owner_to_timeline_media"]["edges"][0]["node"]) <= set(edge["node"])
    assert user["edge_followed_by"]["count"] == 10_000_000
    assert shared.rest("users/web_profile_info/", username="missing.account").status == 404


def test_suggestions(shared: Client) -> None:
    page = shared.rest("discover/chaining/", target_id="25025320").json
    template = recorded("chaining.rest.json")
    assert list(page) == list(template)
    assert shape(page["users"][0]) == shape(template["users"][0])
    ids = [str(user["pk"]) for user in page["users"]]
    assert len(set(ids)) == 15
    assert shared.rest("discover/chaining/", target_id="100000014").json["message"] == "Not eligible for chaining."
    details = shared.rest(
        "discover/fetch_suggestion_details/",
        target_id="25025320",
        chained_ids=",".join(ids),
        include_social_context="1",
    ).json
    assert [str(item["user"]["pk"]) for item in details["items"]] == ids
    web = shared.send(
        "GET",
        '/graphql/query/?query_hash=ad99dd9d3646cc3c0dda65debcd266a7&variables={"user_id":"25025320"}',
        Cookie=str(shared.cookie),
    )
    assert [edge["node"]["id"] for edge in web.json["data"]["user"]["edge_chaining"]["edges"]] == ids
    category = shared.rest("users/25025320/info/").json["user"]["category_id"]
    recommended = shared.rest(
        "discover/recommended_accounts_for_category/", target_id="25025320", category_id=category
    ).json
    assert recommended["items"]
    assert list(recommended["items"][0]) == list(recorded("recommended_accounts.rest.json")["items"][0])
    assert {item["user"]["category_id"] for item in recommended["items"]} == {category}


def test_the_suggestion_graph_ends() -> None:
    with Simulator(users=30) as simulator:
        client = Client(simulator)
        seen, open_ids = {"25025320"}, ["25025320"]
        while open_ids:
            for user in client.rest("discover/chaining/", target_id=open_ids.pop()).json["users"]:
                if str(user["pk"]) not in seen:
                    seen.add(str(user["pk"]))
                    open_ids.append(str(user["pk"]))
        assert len(seen) <= 31


def clips(client: Client, cursor: str | None = None, *, stream: bool = False, canonical: bool = True) -> Any:
    variables = {
        "use_stream": stream,
        "use_defer": stream,
        "data": {"target_user_id": POSTING, "should_stream_response": stream, "max_id": cursor, "page_size": 12},
    }
    return client.mobile("user_clips", variables, canonical=canonical)


def test_clips_as_one_document(shared: Client) -> None:
    found: list[str] = []
    cursor = None
    while True:
        root = clips(shared, cursor).root
        found += [item["media"]["pk"] for item in root["items"]]
        cursor = root["paging_info"]["max_id"]
        if not root["paging_info"]["more_available"]:
            break
    profile = shared.web("28036671149327607", {"id": POSTING}).json["data"]["user"]
    assert len(found) == len(set(found)) == profile["total_clips_count"] > 24
    plain = clips(shared, canonical=False).json["data"]["xdt_user_clips_graphql"]["items"][0]["media"]
    assert isinstance(plain["taken_at"], int)
    assert not [key for key in plain if key.startswith(("1l", "is_fulfilled"))]


def test_clips_as_a_stream(shared: Client) -> None:
    base, paging, *rows = clips(shared, stream=True).documents
    first, second, third = recorded("clips_profile.mobile.ndjson")
    root, recorded_root = base["data"], first["data"]
    assert list(root) == list(recorded_root)
    key = list(root)[2]
    assert paging["path"] == [key]
    assert list(paging["data"]) == list(second["data"])
    assert list(root[key]["items"][0]["media"]) == list(recorded_root[key]["items"][0]["media"])
    assert len(rows) == len(root[key]["items"]) == 12
    assert rows[0]["path"] == third["path"] == [key, "items", 0]
    assert set(rows[0]["data"]) == set(third["data"])
    finals = [each["extensions"]["is_final"] for each in (base, paging, *rows)]
    assert finals == [False] * (len(finals) - 1) + [True]


def test_the_feed_holds_every_post(shared: Client) -> None:
    found: dict[str, int] = {}
    body: dict[str, Any] = {"_uuid": "x"}
    while True:
        preview, page = shared.signed(f"feed/user_stream/{POSTING}/", body).documents
        assert {item["pk"] for item in preview["items"]} <= {item["pk"] for item in page["items"]}
        found |= {item["id"]: item["taken_at"] for item in page["items"]}
        if not page["more_available"]:
            break
        body["max_id"] = page["next_max_id"]
    assert len(found) == shared.rest(f"users/{POSTING}/info/").json["user"]["media_count"]
    assert list(found.values()) == sorted(found.values(), reverse=True)


def test_one_post(shared: Client) -> None:
    page = shared.signed(f"feed/user_stream/{POSTING}/", {"_uuid": "x"}).documents[1]
    item = page["items"][0]
    for media_id in (str(item["pk"]), item["id"]):
        assert shared.rest("discover/media_metadata/", media_id=media_id).json["media_or_ad"] == item
    assert list(item) == list(recorded("media_info.rest.json")["media_or_ad"])
    assert (item["user"]["pk"], item["id"]) == (int(POSTING), f"{item['pk']}_{POSTING}")
    assert shared.rest("discover/media_metadata/", media_id="1").status == 400


def test_the_page_of_a_sound(shared: Client) -> None:
    found: list[str] = []
    body: dict[str, Any] = {"music_page": {"audio_asset_id": "564058920086577"}}
    while True:
        first, second = shared.signed("clips/stream_clips_pivot_page/", body).documents
        assert list(first) == list(recorded("track_stream.rest.ndjson")[0])
        assert set(second) == set(recorded("track_stream.rest.ndjson")[1])
        found += [item["media"]["id"] for item in second["items"]]
        if not second["paging_info"]["more_available"]:
            break
        body["music_page"]["max_id"] = second["paging_info"]["max_id"]
    assert len(found) == len(set(found)) == 60


def test_comments(shared: Client) -> None:
    ids = [f"{3_100_000_000_000_000_000 + number}_1" for number in range(51)]
    infos = shared.rest("media/comment_infos/", media_ids=",".join(ids[:50])).json["comment_infos"]
    assert list(infos) == ids[:50]
    comment = infos[ids[0]]["comments"][0]
    assert list(comment) == list(recorded("media_comments.rest.json")["comments"][0])
    assert shared.rest("media/comment_infos/", media_ids=",".join(ids)).status == 400
    for text, offensive in (("hello", False), ("you idiot", True)):
        body = {"comment_text": text, "media_id": ids[0], "_uuid": "x"}
        got = shared.signed("media/comment/check_offensive_comment/", body).json
        assert list(got) == list(recorded("offensive_comment.rest.json"))
        assert got["is_offensive"] is offensive


@pytest.mark.parametrize(
    ("path", "cursors"),
    [
        ("account_serp", {"page_token": ("page_token",)}),
        ("reels_serp", {"reels_max_id": ("reels_max_id",)}),
        ("top_serp", {"next_max_id": ("media_grid", "next_max_id"), "reels_max_id": ("media_grid", "reels_max_id")}),
        ("clips_serp_page", {"reels_max_id": ("reels_max_id",)}),
        ("popular_serp", {"next_max_id": ("media_grid", "next_max_id")}),
    ],
)
def test_search_pages(shared: Client, path: str, cursors: dict[str, tuple[str, ...]]) -> None:
    query = {"query": "python"}
    pages = []
    while len(pages) < 10:
        page = shared.rest(f"fbsearch/{path}/", **query).json
        pages.append(json.dumps(page))
        for name, way in cursors.items():
            value: Any = page
            for key in way:
                value = value[key]
            query[name] = value
        if None in query.values():
            break
    assert len(set(pages)) == 3
    assert shared.rest(f"fbsearch/{path}/").status == 400


def test_search_shapes(shared: Client) -> None:
    accounts = shared.rest("fbsearch/account_serp/", query="instagram").json
    assert list(accounts) == list(recorded("accounts_serp.rest.json"))
    assert list(accounts["users"][0]) == list(recorded("accounts_serp.rest.json")["users"][0])
    assert accounts["users"][0]["username"] == "instagram"
    reels = shared.rest("fbsearch/reels_serp/", query="x").json
    assert list(reels) == list(recorded("reels_serp.rest.json"))
    clip = recorded("reels_serp.rest.json")["reels_serp_modules"][0]["clips"][0]["media"]
    assert list(reels["reels_serp_modules"][0]["clips"][0]["media"]) == list(clip)
    top, template = shared.rest("fbsearch/top_serp/", query="x").json, recorded("top_serp.rest.json")
    assert list(top) == list(template)
    assert list(top["media_grid"]) == list(template["media_grid"])
    assert shape(top["list"][0]).keys() == shape(template["list"][0]).keys()
    fills = top["media_grid"]["sections"][0]["layout_content"]["fill_items"]
    template_fill = template["media_grid"]["sections"][0]["layout_content"]["fill_items"][0]["media"]
    assert len(fills) == 3
    assert set(fills[0]["media"]) == set(template_fill)


def test_typeahead(shared: Client) -> None:
    first, second = shared.rest("fbsearch/typeahead_stream/", query="python").documents
    assert len(first["users"]) == 3
    assert second["users"][:3] == first["users"]
    found = shared.rest("fbsearch/keyword_typeahead/", query="python").json["list"]
    assert {next(key for key in each if key != "position") for each in found} == {"keyword", "user", "hashtag", "place"}


def test_the_legacy_list_and_short_links(shared: Client) -> None:
    got = shared.send(
        "GET",
        '/graphql/query/?query_hash=37479f2b8209594dde7facb0d904896a&variables={"id":"25025320","first":12}',
        Cookie=str(shared.cookie),
    )
    followed = got.json["data"]["user"]["edge_followed_by"]
    assert (followed["count"], followed["edges"], followed["page_info"]["has_next_page"]) == (1000, [], False)
    head = shared.send("HEAD", "/share/BAkX/")
    assert (head.status, head.headers["location"]) == (302, "https://www.instagram.com/reel/BAkX/?igsh=1")
    assert shared.simulator.requests[-1].session is None
    assert shared.send("HEAD", "/missing").status == 404


def test_operations_without_a_recording(shared: Client) -> None:
    for operation, root in (
        ("inbox_tray", "xdt_get_inbox_tray_items"),
        ("region_hint", "xdt_igd_msg_region"),
        ("audio_trend_categories", "xdt_top_audio_trends_eligible_tabs"),
        ("memories_pog", "xdt_get_story_memories_pog"),
    ):
        assert root in shared.mobile(operation, {}, canonical=False).json["data"]
        assert any(key.startswith(f"1${root}") for key in shared.mobile(operation, {}).json["data"])
    assert shared.mobile("mark_inbox_seen", {}).json["data"]["__typename"] == "Mutation"
