"""A client that others wrote finds in the simulator what the simulator's own graph holds."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Awaitable, Callable, Iterator
from functools import cache
from typing import Any

import pytest

from igcrawl.simulator import Simulator

Ask = Callable[[Any], Awaitable[Any]]

# aiograpi hands its signed bodies to httpx in a way that httpx calls deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@cache
def theirs() -> Any:
    """Their package, with its errors: it takes a second, which only who needs it waits for."""
    with warnings.catch_warnings():
        # Its dependencies use what newer Pythons call deprecated; that is not ours to fail on.
        warnings.simplefilter("ignore")
        import aiograpi
        import aiograpi.exceptions
        import aiograpi.httpx_ext
    return aiograpi


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


@pytest.fixture(scope="module")
def running(simulator: Simulator) -> Iterator[tuple[asyncio.Runner, Any]]:
    """A logged-in client whose requests all go to the simulator, and the loop it lives in."""
    hosts = {"https://i.instagram.com": simulator.mobile_url, "https://www.instagram.com": simulator.web_url}
    session = theirs().httpx_ext.Session
    original = session.request

    async def rerouted(self: Any, method: str, url: str, **keys: Any) -> Any:
        for host, stand_in in hosts.items():
            url = url.replace(host, stand_in, 1)
        assert url.startswith("http://127.0.0.1:"), url
        return await original(self, method, url, **keys)

    async def at_once(*_: Any) -> None:
        """Take the place of pauses meant for the real server."""

    with pytest.MonkeyPatch.context() as patch, asyncio.Runner() as runner:
        patch.setattr(session, "request", rerouted)
        patch.setattr(theirs().Client, "small_delay", at_once)
        client = theirs().Client(private_transport="requests", with_challenge_flow=False)
        client.set_settings(simulator.session | {"request_timeout": 0, "private_transport": "requests"})
        client.public_request_retries_count = 1
        yield runner, client
        for each in (client.private, client.public, client.graphql):
            runner.run(each._close())


@pytest.fixture
def ask(simulator: Simulator, running: tuple[asyncio.Runner, Any]) -> Iterator[Callable[[Ask], Any]]:
    """Run one question of the client."""
    runner, client = running

    async def asked(question: Ask) -> Any:
        client.last_response_ts = 0  # else it waits a second between requests
        return await question(client)

    yield lambda question: runner.run(asked(question))
    simulator.faults.clear()


def ids(users: Any) -> set[str]:
    return {user.pk for user in users}


def test_login_by_settings_and_a_profile(simulator: Simulator, ask: Callable[[Ask], Any]) -> None:
    user = ask(lambda client: client.user_info_v2_gql("25025320"))
    assert (user.pk, user.username, user.follower_count) == ("25025320", "instagram", 1000)
    assert simulator.requests[-1].session == "58001234567"


def test_followers_and_following_by_private_graphql(simulator: Simulator, ask: Callable[[Ask], Any]) -> None:
    assert ids(ask(lambda client: client.user_followers_private_gql("25025320"))) == set(
        simulator.graph.follower_ids(25025320)
    )
    assert ids(ask(lambda client: client.user_following_private_gql("25025320"))) == set(
        simulator.graph.following_ids(25025320)
    )


def test_followers_by_rest(simulator: Simulator, ask: Callable[[Ask], Any]) -> None:
    users, cursor = ask(lambda client: client.user_followers_v1_chunk("25025320"))
    assert ids(users) == set(simulator.graph.follower_ids(25025320))
    assert not cursor
    assert simulator.requests[-1].missing_headers == ()
    users, cursor = ask(lambda client: client.user_followers_v1_chunk("100000009", max_amount=200))
    assert len(users) == 200
    assert cursor


def test_the_accounts_with_documented_ids(ask: Callable[[Ask], Any]) -> None:
    with pytest.raises(theirs().exceptions.PrivateAccount):
        ask(lambda client: client.user_followers_v1_chunk("100000001"))
    with pytest.raises(theirs().exceptions.UserNotFound):
        ask(lambda client: client.user_info_v2_gql("100000002"))
    assert ask(lambda client: client.user_info_by_username_v2_gql("verified.one")).is_verified
    assert ask(lambda client: client.user_followers_private_gql("100000004")) == []


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("throttle", "PleaseWaitFewMinutes"),
        ("login_required", "LoginRequired"),
        ("challenge", "ChallengeRequired"),
        ("not_found_text", "ChallengeRequired"),
    ],
)
def test_it_understands_the_faults(simulator: Simulator, ask: Callable[[Ask], Any], kind: str, error: str) -> None:
    simulator.faults.add(kind=kind)
    with pytest.raises(getattr(theirs().exceptions, error)):
        ask(lambda client: client.user_info_v1("25025320"))


def test_a_wrong_session_is_understood_too(simulator: Simulator, ask: Callable[[Ask], Any]) -> None:
    async def with_a_wrong_session(client: Any) -> Any:
        good, client.authorization_data = client.authorization_data, {"ds_user_id": "58001234567", "sessionid": "wrong"}
        try:
            return await client.user_followers_v1_chunk("25025320")
        finally:
            client.authorization_data = good

    with pytest.raises(theirs().exceptions.LoginRequired):
        ask(with_a_wrong_session)


GRAPHQL = {
    "private_graphql_inbox_tray_for_user": ("25025320",),
    "private_graphql_realtime_region_hint": (),
    "private_graphql_top_audio_trends_eligible_categories": (),
    "private_graphql_memories_pog": (),
    "private_graphql_update_inbox_tray_last_seen": (),
    "private_graphql_clips_profile": ("100000009",),
}


@pytest.mark.parametrize("row", GRAPHQL)
def test_mobile_graphql_rows(ask: Callable[[Ask], Any], row: str) -> None:
    answer = ask(lambda client: getattr(client, row)(*GRAPHQL[row]))
    assert answer["status"] == "ok"
    assert answer["data"]["__typename"]


def test_any_doc_id(ask: Callable[[Ask], Any]) -> None:
    custom = ("MyCustomQuery", "xdt_my_custom_root", {"some_id": "123"}, "123456789012345678901234567890")
    assert "123" in repr(ask(lambda client: client.private_graphql_query_request(*custom)))
    for lsd in (False, True):
        variables = {"id": "25025320", "render_surface": "PROFILE"}
        data = ask(
            lambda client, lsd=lsd, variables=variables: client.public_doc_id_graphql_request(
                "25980296051578533", variables, include_lsd=lsd
            )
        )
        assert data["user"]["pk"] == "25025320"


def test_list_rows(simulator: Simulator, ask: Callable[[Ask], Any]) -> None:
    for row, root in (
        ("private_graphql_followers_list", "followers"),
        ("private_graphql_following_list", "following"),
    ):
        answer = ask(lambda client, row=row: getattr(client, row)("25025320", "rank"))
        assert any(f"xdt_api__v1__friendships__{root}" in key for key in answer["data"])
    users, _ = ask(lambda client: client.user_following_v1_chunk("25025320"))
    assert ids(users) == set(simulator.graph.following_ids(25025320))
    assert ask(lambda client: client.user_followers_gql_chunk("25025320")) == ([], None)


def test_profile_rows(ask: Callable[[Ask], Any]) -> None:
    assert ask(lambda client: client.user_info_v1("25025320")).username == "instagram"
    assert len(ask(lambda client: client.user_stream_by_id_v1("25025320"))["stream_rows"]) == 3
    assert ask(lambda client: client.user_stream_by_id_flat("25025320"))["follower_count"] == 1000
    assert len(ask(lambda client: client.user_stream_by_username_v1("instagram"))["stream_rows"]) == 3
    assert ask(lambda client: client.user_stream_by_username_flat("instagram"))["pk"] == 25025320
    assert ask(lambda client: client.user_web_profile_info_v1("instagram"))["user"]["id"] == "25025320"
    with pytest.raises(theirs().exceptions.UserNotFound):
        ask(lambda client: client.user_web_profile_info_v1("missing.account"))


def test_suggestion_rows(ask: Callable[[Ask], Any]) -> None:
    chained = [user["pk"] for user in ask(lambda client: client.chaining("25025320"))["users"]]
    assert len(chained) == 15
    details = ask(lambda client: client.fetch_suggestion_details("25025320", chained))
    assert [item["user"]["pk"] for item in details["items"]] == chained
    assert ask(lambda client: client.discover_recommended_accounts_for_category_v1("25025320"))["items"]
    assert ids(ask(lambda client: client.user_related_profiles_gql("25025320"))) == set(map(str, chained))
    with pytest.raises(theirs().exceptions.InvalidTargetUser):
        ask(lambda client: client.chaining("100000014"))


def test_media_rows(ask: Callable[[Ask], Any]) -> None:
    rows = ask(lambda client: client.feed_user_stream_item("100000009"))["stream_rows"]
    item = rows[-1]["items"][0]
    media = ask(lambda client: client.media_info_v2(str(item["pk"])))
    assert (str(media.pk), media.code, media.user.username) == (str(item["pk"]), item["code"], "huge.account")
    infos = ask(lambda client: client.media_comment_infos([item["id"]]))
    assert list(infos["comment_infos"]) == [item["id"]]
    assert ask(lambda client: client.media_check_offensive_comment_v2(item["id"], "hello"))["is_offensive"] is False
    sound = ask(lambda client: client.track_stream_info_by_id("564058920086577"))
    cursor = sound["stream_rows"][-1]["paging_info"]["max_id"]
    further = ask(lambda client: client.track_stream_info_by_id("564058920086577", cursor))
    assert further["stream_rows"][-1]["items"] != sound["stream_rows"][-1]["items"]


def test_search_rows(ask: Callable[[Ask], Any]) -> None:
    accounts = ask(lambda client: client.fbsearch_accounts_v2("python"))
    assert ask(lambda client: client.fbsearch_accounts_v2("python", accounts["page_token"]))["users"]
    reels = ask(lambda client: client.fbsearch_reels_v2("python"))
    assert ask(lambda client: client.fbsearch_reels_v2("python", reels["reels_max_id"]))["reels_serp_modules"]
    grid = ask(lambda client: client.fbsearch_topsearch_v2("python"))["media_grid"]
    assert ask(lambda client: client.fbsearch_topsearch_v2("python", grid["next_max_id"]))["media_grid"]["sections"]
    assert ask(lambda client: client.fbsearch_item("clips_serp_page", "clips_serp_page", "python"))["status"] == "ok"
    assert ask(lambda client: client.fbsearch_keyword_typeahead("python"))["list"]
    assert len(ask(lambda client: client.fbsearch_typeahead_stream("python"))["stream_rows"]) == 2
    assert len(ask(lambda client: client.fbsearch_typehead("python"))) == 11


def test_a_link_is_resolved_without_the_session(simulator: Simulator, ask: Callable[[Ask], Any]) -> None:
    answer = ask(lambda client: client.public_head(f"{simulator.web_url}/share/BAkX/"))
    assert (answer.status_code, "/reel/BAkX/" in answer.headers["location"]) == (302, True)
