"""Sessions: what is let in, what the others get, and how values are refreshed."""

from __future__ import annotations

import json
import stat
from base64 import b64decode
from pathlib import Path

import pytest

from igcrawl.simulator import Simulator
from igcrawl.simulator.sessions import bearer
from tests.simulator.client import Client, Got
from tests.simulator.clock import Clock

PROFILE = "28036671149327607"


def ask_mobile(client: Client) -> Got:
    return client.mobile("followers", {"user_id": "25025320"})


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (None, 401),
        ("Bearer IGT:2:", 403),
        ("Bearer IGT:2:bm90IGpzb24=", 403),
        ("Bearer IGT:2:[]", 403),
        ("Basic x", 403),
        (bearer({"ds_user_id": "58001234567", "sessionid": "wrong"}), 403),
        (bearer({"ds_user_id": "1", "sessionid": "58001234567%3Ax"}), 403),
    ],
)
def test_mobile_and_rest_without_a_good_session(client: Client, authorization: str | None, status: int) -> None:
    client.authorization = authorization
    for got in (ask_mobile(client), client.rest("users/25025320/info/")):
        assert (got.status, got.json["message"]) == (status, "login_required")
    assert {request.session for request in client.simulator.requests} == {None}


def test_web_without_a_good_session(client: Client) -> None:
    client.cookie = None
    got = client.web(PROFILE, {"id": "25025320"})
    assert got.status == 302
    assert got.headers["location"].startswith("/accounts/login/")
    assert b"loginForm" in client.send("GET", got.headers["location"]).body
    client.cookie = "sessionid=wrong"
    got = client.web(PROFILE, {"id": "25025320"})
    assert (got.status, got.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert b"loginForm" in got.body


def test_the_session_file_is_private_and_the_same_for_the_same_seed(tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    with Simulator(seed=3) as simulator:
        simulator.write_session(path)
        assert json.loads(path.read_text()) == simulator.session
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]
    assert Simulator(seed=3).session == Simulator(seed=3).session != Simulator(seed=4).session


def test_the_first_answer_hands_out_claim_and_route(client: Client) -> None:
    first, second = ask_mobile(client), ask_mobile(client)
    assert {"x-ig-set-www-claim", "ig-set-ig-u-rur"} <= set(first.headers)
    assert not {name for name in second.headers if name.startswith(("ig-set", "x-ig-set"))}


@pytest.mark.parametrize("revoke", [False, True])
def test_a_refreshed_authorization(client: Client, revoke: bool) -> None:
    client.simulator.faults.add(kind="refresh", nth=1, revoke=revoke)
    got = ask_mobile(client)
    assert got.status == 200
    assert "ig-set-x-mid" in got.headers
    assert ask_mobile(client).status == (403 if revoke else 200)
    client.authorization = got.headers["ig-set-authorization"]
    assert ask_mobile(client).status == 200
    held = json.loads(b64decode(client.authorization.removeprefix("Bearer IGT:2:")))
    assert held["sessionid"] == client.simulator.session["authorization_data"]["sessionid"]  # type: ignore[index]


def test_a_refreshed_cookie(client: Client) -> None:
    client.simulator.faults.add(kind="refresh", nth=1, revoke=True)
    got = client.web(PROFILE, {"id": "25025320"})
    assert b"loginForm" in client.web(PROFILE, {"id": "25025320"}).body
    client.cookie = got.headers["set-cookie"].partition(";")[0]
    assert client.web(PROFILE, {"id": "25025320"}).json["data"]["user"]["pk"] == "25025320"


def test_everybody_can_be_logged_out(client: Client) -> None:
    client.simulator.sessions.revoke_all()
    assert ask_mobile(client).status == 403


def test_a_session_expires_after_so_many_requests_whatever_their_surface() -> None:
    with Simulator(expires_after_requests=3) as simulator:
        client = Client(simulator)
        got = [ask_mobile(client), client.rest("users/25025320/info/"), client.web(PROFILE, {"id": "25025320"})]
        assert [each.status for each in got] == [200, 200, 200]
        for dead in (ask_mobile(client), client.rest("users/25025320/info/")):
            assert (dead.status, dead.json["message"]) == (403, "login_required")
        assert b"loginForm" in client.web(PROFILE, {"id": "25025320"}).body
        assert [request.session for request in simulator.requests[2:]] == ["58001234567", None, None, None]


def test_a_session_expires_after_so_many_seconds_of_the_clock() -> None:
    clock = Clock()
    with Simulator(expires_after_seconds=60, clock=clock) as simulator:
        client = Client(simulator)
        clock.now += 59.9
        assert ask_mobile(client).status == 200
        clock.now += 0.1
        assert ask_mobile(client).status == 403


def test_a_renewed_session_is_a_newer_login_of_the_same_account_on_the_same_device() -> None:
    with Simulator(expires_after_requests=1) as simulator:
        before, old = simulator.session, Client(simulator)
        assert [ask_mobile(old).status for _ in range(2)] == [200, 403]
        renewed = simulator.sessions.renew()
        assert renewed == simulator.session
        assert {name for name in renewed if renewed[name] != before[name]} == {
            "authorization_data", "cookies", "last_login",
        }  # fmt: skip
        assert renewed["last_login"] > before["last_login"]  # type: ignore[operator]
        assert renewed["authorization_data"]["ds_user_id"] == "58001234567"  # type: ignore[index]
        assert [ask_mobile(Client(simulator)).status, ask_mobile(old).status] == [200, 403]


def test_a_refreshed_authorization_lives_on_when_the_old_one_has_expired() -> None:
    with Simulator(expires_after_requests=1, faults=[{"kind": "refresh", "nth": 1}]) as simulator:
        client = Client(simulator)
        client.authorization = ask_mobile(client).headers["ig-set-authorization"]
        assert [ask_mobile(client).status for _ in range(2)] == [200, 403]


def test_no_secret_is_in_the_log(client: Client) -> None:
    ask_mobile(client)
    client.web(PROFILE, {"id": "25025320"})
    sessionid = client.session["authorization_data"]["sessionid"]
    text = repr(client.simulator.requests)
    assert sessionid not in text and sessionid[-20:] not in text
    assert client.simulator.requests[0].session == "58001234567"
    assert "X-IG-App-ID" in client.simulator.requests[0].missing_headers
