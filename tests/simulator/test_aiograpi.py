"""A client that others wrote finds in the simulator what the simulator's own graph holds."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from igcrawl.simulator import Simulator

with warnings.catch_warnings():
    # Its dependencies use what newer Pythons call deprecated; that is not ours to fail on.
    warnings.simplefilter("ignore")
    import aiograpi
    from aiograpi import httpx_ext
    from aiograpi.exceptions import (
        ChallengeRequired,
        ClientError,
        ClientThrottledError,
        LoginRequired,
        PleaseWaitFewMinutes,
        PrivateAccount,
        UserNotFound,
    )

Ask = Callable[[Any], Awaitable[Any]]

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::pydantic.warnings.PydanticDeprecationWarning"
)


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


@pytest.fixture
def ask(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Ask], Any]]:
    """Run a coroutine with a logged-in client whose requests all go to the simulator."""
    hosts = {"https://i.instagram.com": simulator.mobile_url, "https://www.instagram.com": simulator.web_url}
    original = httpx_ext.Session.request

    async def rerouted(self: Any, method: str, url: str, **keys: Any) -> Any:
        for host, stand_in in hosts.items():
            url = url.replace(host, stand_in, 1)
        assert url.startswith("http://127.0.0.1:"), url
        return await original(self, method, url, **keys)

    async def at_once(*_: Any) -> None:
        """Take the place of pauses meant for the real server."""

    monkeypatch.setattr(httpx_ext.Session, "request", rerouted)
    monkeypatch.setattr(aiograpi.Client, "small_delay", at_once)
    monkeypatch.setattr(aiograpi.Client, "challenge_resolve", at_once)

    def run(question: Ask) -> Any:
        async def session() -> Any:
            client = aiograpi.Client(private_transport="requests", request_timeout=0, with_challenge_flow=False)
            client.set_settings(simulator.session | {"request_timeout": 0, "private_transport": "requests"})
            client.public_request_retries_count = 1
            try:
                return await question(client)
            finally:
                for each in (client.private, client.public, client.graphql):
                    await each._close()

        return asyncio.run(session())

    yield run
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
    with pytest.raises(PrivateAccount):
        ask(lambda client: client.user_followers_v1_chunk("100000001"))
    with pytest.raises(UserNotFound):
        ask(lambda client: client.user_info_v2_gql("100000002"))
    assert ask(lambda client: client.user_info_by_username_v2_gql("verified.one")).is_verified
    assert ask(lambda client: client.user_followers_private_gql("100000004")) == []


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("throttle", PleaseWaitFewMinutes),
        ("login_required", LoginRequired),
        ("challenge", ChallengeRequired),
        ("not_found_text", ChallengeRequired),
    ],
)
def test_it_understands_the_faults(
    simulator: Simulator, ask: Callable[[Ask], Any], kind: str, error: type[Exception]
) -> None:
    simulator.faults.add(kind=kind)
    with pytest.raises(error):
        ask(lambda client: client.user_info_v1("25025320"))


def test_a_wrong_session_is_understood_too(simulator: Simulator, ask: Callable[[Ask], Any]) -> None:
    async def with_a_wrong_session(client: Any) -> Any:
        client.authorization_data = {"ds_user_id": "58001234567", "sessionid": "wrong"}
        return await client.user_followers_v1_chunk("25025320")

    with pytest.raises(LoginRequired):
        ask(with_a_wrong_session)
    assert issubclass(ClientThrottledError, ClientError)
