"""Every request of the wire files is recognised for what it is, and answered."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from igcrawl.simulator.operations import OPERATIONS
from igcrawl.simulator.unrecorded import LSD
from tests.simulator.client import Client

WIRE = Path(__file__).parents[1] / "wire"
OF_ROW = {
    "user_info_v2_gql": ["user_profile"],
    "user_info_by_username_v2_gql": ["user_lookup", "user_profile"],
    "user_stream_by_id_v1": ["user_stream"],
    "user_stream_by_id_flat": ["user_stream"],
    "user_stream_by_username_v1": ["username_stream"],
    "user_stream_by_username_flat": ["username_stream"],
    "user_web_profile_info_v1": ["web_profile_info"],
    "user_info_v1": ["user_info"],
    "chaining": ["chaining"],
    "fetch_suggestion_details": ["suggestion_details"],
    "discover_recommended_accounts_for_category_v1": ["user_stream", "recommended_accounts"],
    "user_related_profiles_gql": ["related_profiles"],
    "track_stream_info_by_id": ["audio_clips"],
    "media_info_v2": ["media_info"],
    "media_check_offensive_comment_v2": ["offensive_comment"],
    "private_graphql_followers_list": ["followers"],
    "private_graphql_following_list": ["following"],
    "user_followers_v1_chunk": ["followers_rest"],
    "user_following_v1_chunk": ["following_rest"],
    "private_graphql_clips_profile": ["user_clips"],
    "feed_user_stream_item": ["user_feed"],
    "user_followers_gql_chunk": ["followers_web"],
    "private_graphql_inbox_tray_for_user": ["inbox_tray"],
    "private_graphql_realtime_region_hint": ["region_hint"],
    "private_graphql_top_audio_trends_eligible_categories": ["audio_trend_categories"],
    "private_graphql_memories_pog": ["memories_pog"],
    "private_graphql_update_inbox_tray_last_seen": ["mark_inbox_seen"],
    "fbsearch_keyword_typeahead": ["keyword_typeahead"],
    "fbsearch_typeahead_stream": ["typeahead_stream"],
    "fbsearch_typehead": ["typeahead_users"],
    "fbsearch_item": ["serp"],
    "fbsearch_accounts_v2": ["accounts_serp"],
    "fbsearch_reels_v2": ["reels_serp"],
    "fbsearch_topsearch_v2": ["top_serp"],
    "media_comment_infos": ["comment_infos"],
    "public_doc_id_graphql_request": ["web_doc_id"],
    "private_graphql_query_request": ["mobile_doc_id"],
}
CASES = [
    pytest.param(row, case, id=f"{row}-{case['case']}")
    for row in OF_ROW
    for case in json.loads((WIRE / f"{row}.json").read_text())["cases"]
]


def filled(text: str) -> str:
    """Fill in what the wire files leave open: the LSD token, and anything for the rest."""
    return re.sub(r"\{[a-z_.]+\}", "x", text.replace("{lsd}", LSD))


def send(client: Client, request: dict[str, Any]) -> Any:
    headers = {name: filled(value) for name, value in request["headers"].items() if name != "Cookie"}
    if request["host"] == "i.instagram.com":
        headers["Authorization"] = str(client.authorization)
    else:
        headers["Cookie"] = str(client.cookie)
    variables = json.dumps(request.get("variables"), separators=(",", ":"))
    form = {name: filled(value).replace("<json>", variables) for name, value in request.get("form", {}).items()}
    query = {name: filled(value).replace("<json>", variables) for name, value in request.get("query", {}).items()}
    if "signed_body" in request:
        form = {"signed_body": "SIGNATURE." + filled(json.dumps(request["signed_body"], separators=(",", ":")))}
    path = request["path"] + (f"?{urlencode(query)}" if query else "")
    return client.send(request["method"], path, urlencode(form).encode() if form else None, **headers)


@pytest.mark.parametrize(("row", "case"), CASES)
def test_the_request_is_recognised(client: Client, row: str, case: dict[str, Any]) -> None:
    for request in case["requests"]:
        got = send(client, request)
        # The cursors and the media id of the wire files are of another server.
        foreign = row == "media_info_v2" or (case["case"] == "page" and not row.endswith("_list"))
        assert got.status == (400 if foreign else 200), got.body[:300]
    asked = [each.operation for each in client.simulator.requests]
    expected = ["home", *OF_ROW[row]] if case["case"] == "lsd" else OF_ROW[row]
    assert asked == expected
    assert None not in [each.target for each in client.simulator.requests if OPERATIONS[each.operation].target]
    if case["case"] == "page":
        assert client.simulator.requests[-1].cursor is not None


def test_every_wire_file_and_every_operation_is_covered() -> None:
    assert set(OF_ROW) == {file.stem for file in WIRE.glob("[a-z]*.json")}
    assert {each for names in OF_ROW.values() for each in names} | {"home", "resolve"} == set(OPERATIONS)
