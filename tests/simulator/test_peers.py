"""Two more clients that others wrote, instagrapi and instaloader, find in the simulator what its graph holds."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

import pytest

from igcrawl.simulator import Simulator

HOSTS = ("i.instagram.com", "www.instagram.com")
CLIPS_POST = 100000009


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


def peer(name: str) -> Any:
    """Import a peer, or skip the test in one line."""
    with warnings.catch_warnings():
        # What its dependencies do on newer Pythons is not ours to fail on.
        warnings.simplefilter("ignore")
        return pytest.importorskip(name, reason=f"{name} is not installed: pip install -e '.[dev]'")


@pytest.fixture(scope="module")
def detour(simulator: Simulator) -> Iterator[None]:
    """Send everything that asks Instagram through requests to the simulator; another host fails the test."""
    adapter = peer("requests.adapters").HTTPAdapter
    original = adapter.send

    def send(self: Any, request: Any, **keys: Any) -> Any:
        asked, host = request.url, urlsplit(request.url).netloc
        assert host in HOSTS, asked
        request.url = simulator.mobile_url + asked.removeprefix(f"https://{host}")
        assert request.url.startswith("http://127.0.0.1:"), request.url
        try:
            response = original(self, request, **keys | {"proxies": {}})
        finally:
            request.url = asked
        response.url = asked  # else cookies and redirects would belong to the simulator's address
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(adapter, "send", send)
        yield


@pytest.fixture(scope="module")
def instagrapi(simulator: Simulator, detour: None) -> Iterator[Any]:
    """A client of instagrapi, logged in by the simulator's settings, that never pauses."""

    class Client(peer("instagrapi").Client):  # type: ignore[misc]
        last_response_ts = property(lambda _: 0, lambda *_: None)  # else it waits a second between web requests

    client = Client(
        simulator.session,
        private_transport="requests",
        with_challenge_flow=False,
        request_timeout=0,
        session_retry_total=0,
        public_request_retries_count=1,
    )
    yield client
    for session in (client.private, client.public, client.graphql):
        session.close()


def ids(users: Any) -> set[str]:
    return {str(user.pk) for user in users}


def test_instagrapi_profiles(simulator: Simulator, instagrapi: Any) -> None:
    exceptions = peer("instagrapi.exceptions")
    user = instagrapi.user_info_v1("25025320")
    assert (user.pk, user.username, user.follower_count) == ("25025320", "instagram", 1000)
    assert (simulator.requests[-1].session, simulator.requests[-1].missing_headers) == ("58001234567", ())
    assert instagrapi.user_info_v2_gql("25025320").follower_count == 1000
    assert instagrapi.user_info_by_username_v2_gql("verified.one").pk == "100000011"
    assert instagrapi.user_web_profile_info_v1("instagram")["user"]["id"] == "25025320"
    for ask in (instagrapi.user_info_v1, instagrapi.user_info_v2_gql):
        with pytest.raises(exceptions.UserNotFound):
            ask("100000002")
    with pytest.raises(exceptions.UserNotFound):
        instagrapi.user_info_by_username_v2_gql("missing.account")


def test_instagrapi_lists(simulator: Simulator, instagrapi: Any) -> None:
    followers = set(simulator.graph.follower_ids(25025320))
    following = set(simulator.graph.following_ids(25025320))
    users, cursor = instagrapi.user_followers_v1_chunk("25025320")
    assert (ids(users), bool(cursor)) == (followers, False)
    users, cursor = instagrapi.user_followers_v1_chunk("100000009", max_amount=200)
    assert (len(users), bool(cursor)) == (200, True)
    assert ids(instagrapi.user_following_v1_chunk("25025320")[0]) == following
    assert ids(instagrapi.user_followers_private_gql("25025320")) == followers
    assert ids(instagrapi.user_following_private_gql("25025320")) == following
    assert instagrapi.user_followers_gql("25025320") == []
    with pytest.raises(peer("instagrapi.exceptions").PrivateAccount):
        instagrapi.user_followers_v1_chunk("100000001")


def test_instagrapi_suggestions(instagrapi: Any) -> None:
    chained = [str(user["pk"]) for user in instagrapi.chaining("25025320")["users"]]
    assert len(chained) == 15
    details = instagrapi.fetch_suggestion_details("25025320", ",".join(chained))
    assert [str(item["user"]["pk"]) for item in details["items"]] == chained
    assert ids(instagrapi.user_related_profiles_gql("25025320")) == set(chained)


def test_instagrapi_media(instagrapi: Any) -> None:
    root = next(
        value
        for key, value in instagrapi.private_graphql_clips_profile(str(CLIPS_POST))["data"].items()
        if "xdt_user_clips_graphql" in key
    )
    item = root["items"][0]["media"]
    pk = str(item.get("pk") or item["1lpk"])
    media_id = f"{pk}_{CLIPS_POST}"
    media = instagrapi.media_info_v2(pk)
    assert (str(media.pk), media.user.username) == (pk, "huge.account")
    assert list(instagrapi.media_comment_infos([media_id])["comment_infos"]) == [media_id]
    assert instagrapi.media_check_offensive_comment_v2(media_id, "you idiot")["is_offensive"] is True


def test_instagrapi_search(instagrapi: Any) -> None:
    accounts = instagrapi.fbsearch_accounts_v2("python")
    assert instagrapi.fbsearch_accounts_v2("python", accounts["page_token"])["users"] != accounts["users"]
    assert instagrapi.fbsearch_reels_v2("python")["reels_serp_modules"]
    assert instagrapi.fbsearch_topsearch_v2("python")["media_grid"]["sections"]
    assert instagrapi.fbsearch_keyword_typeahead("python")["list"]


@pytest.mark.parametrize(
    ("row", "arguments"),
    [
        ("private_graphql_followers_list", ("25025320", "rank")),
        ("private_graphql_following_list", ("25025320", "rank")),
        ("private_graphql_inbox_tray_for_user", ("25025320",)),
        ("private_graphql_realtime_region_hint", ()),
        ("private_graphql_top_audio_trends_eligible_categories", ()),
        ("private_graphql_memories_pog", ()),
        ("private_graphql_update_inbox_tray_last_seen", ()),
    ],
)
def test_instagrapi_mobile_graphql(instagrapi: Any, row: str, arguments: tuple[str, ...]) -> None:
    answer = getattr(instagrapi, row)(*arguments)
    assert (answer["status"], bool(answer["data"]["__typename"])) == ("ok", True)


@pytest.mark.parametrize(
    ("kind", "error"),
    [("throttle", "PleaseWaitFewMinutes"), ("login_required", "LoginRequired"), ("challenge", "ChallengeRequired")],
)
def test_instagrapi_understands_the_faults(simulator: Simulator, instagrapi: Any, kind: str, error: str) -> None:
    simulator.faults.add(kind=kind)
    try:
        with pytest.raises(getattr(peer("instagrapi.exceptions"), error)):
            instagrapi.user_info_v1("25025320")
    finally:
        simulator.faults.clear()


@pytest.fixture(scope="module")
def context(simulator: Simulator, detour: None) -> Iterator[Any]:
    """What instaloader asks with, logged in by the simulator's cookies."""
    instaloader = peer("instaloader")
    if version("instaloader") != "4.15.1":
        pytest.skip("instaloader other than 4.15.1 looks a name up by pages or doc_ids that igcrawl does not know")
    loader = instaloader.Instaloader(sleep=False, quiet=True, max_connection_attempts=1)
    loader.load_session("simulated", dict(simulator.session["cookies"]))  # type: ignore[call-overload]
    yield loader.context
    loader.close()


def test_instaloader_profile_by_name(simulator: Simulator, context: Any) -> None:
    profiles = peer("instaloader").Profile
    asked = len(simulator.requests)
    profile = profiles.from_username(context, "instagram")
    assert (profile.userid, profile.username) == (25025320, "instagram")
    assert (profile.followers, profile.followees) == (1000, len(list(simulator.graph.following_ids(25025320))))
    assert (profile.is_verified, profile.is_private) == (True, False)
    assert [each.operation for each in simulator.requests[asked:]] == ["user_lookup", "web_doc_id"]
    assert {each.session for each in simulator.requests[asked:]} == {"58001234567"}
    assert profiles.from_username(context, "private.account").is_private


def test_instaloader_names_a_missing_account(context: Any) -> None:
    with pytest.raises(peer("instaloader").ProfileNotExistsException):
        peer("instaloader").Profile.from_username(context, "missing.account")
