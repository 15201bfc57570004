"""The website: pages and their bundles, the login, and ids that rotate at a request or a moment."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest

from igcrawl.simulator import Simulator, SimulatorError
from igcrawl.simulator.operations import DocIds
from igcrawl.simulator.rotation import Rotation, Rotations
from igcrawl.simulator.script import read_script
from tests.simulator.client import FORM, Client, Got

PAGES = ("/instagram/", "/instagram/followers/", "/instagram/reels/", "/explore/search/keyword/?q=x")


def page(client: Client, path: str) -> Got:
    return client.send("GET", path, **({"Cookie": client.cookie} if client.cookie else {}))


def bundles(client: Client) -> dict[str, str]:
    """The two bundles that a page names, by the beginning of their names."""
    text = page(client, "/instagram/").body.decode().replace("\\/", "/")
    paths = re.findall(r'"(/static/bundles/[^"]+)"', text)
    return {path.split("/")[3].split(".")[0]: client.send("GET", path).body.decode() for path in paths}


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_for_those_who_are_logged_in(client: Client, path: str) -> None:
    assert page(client, path).status == 200
    for cookie in ("sessionid=wrong", None):
        client.cookie = cookie
        got = page(client, path)
        assert (got.status, got.headers["location"].partition("?")[0]) == (302, "/accounts/login/")


def test_the_first_page_shows_a_stranger_the_form_and_leads_a_dead_session_to_the_login(client: Client) -> None:
    assert b"loginForm" not in page(client, "/").body
    client.cookie = None
    assert b"loginForm" in page(client, "/").body
    client.cookie = "sessionid=dead"
    assert page(client, "/").headers["location"].startswith("/accounts/login/")


def test_a_page_of_nobody(client: Client) -> None:
    assert page(client, "/missing.account/").status == 404
    assert page(client, "/instagram/nonsense/").status == 404


def test_each_query_has_its_place(client: Client) -> None:
    ids = client.simulator.web_queries
    inlined, found = page(client, "/instagram/").body.decode(), bundles(client)
    assert ids["PolarisFeedRootV9Query"] in inlined
    assert ids["PolarisProfilePageContentQuery"] in found["linked"]
    assert ids["PolarisSearchBoxRefetchableQuery"] in found["lazy"]
    assert ids["PolarisSearchBoxRefetchableQuery"] not in inlined + found["linked"]


def test_bundles_follow_a_rotation(client: Client) -> None:
    before = bundles(client)
    new = client.simulator.rotations.now("user_profile")
    after = bundles(client)
    assert new in after["linked"]
    assert new not in before["linked"]
    assert after["lazy"] == before["lazy"]


def test_the_login_sets_the_cookies_of_a_good_session(client: Client) -> None:
    sessions = client.simulator.sessions
    sessions.second_factor = True

    def send(path: str, **form: str) -> Got:
        return client.send("POST", path, urlencode(form).encode(), **{"Content-Type": FORM})

    assert b"loginForm" in send("/accounts/login/ajax/", username=sessions.username, password="wrong").body
    got = send("/accounts/login/ajax/", username=sessions.username, password=sessions.password)
    assert got.headers["location"] == "/accounts/login/two_factor/"
    assert "set-cookie" not in send("/accounts/login/two_factor/", verificationCode="x").headers
    got = send("/accounts/login/two_factor/", verificationCode=sessions.code)
    assert (got.status, got.headers["location"]) == (302, "/")


def test_a_login_makes_a_session_good_even_when_all_others_died(client: Client) -> None:
    sessions = client.simulator.sessions
    sessions.revoke_all()
    cookies = sessions.renew()["cookies"]
    client.cookie = f"sessionid={cookies['sessionid']}"  # type: ignore[index]
    assert page(client, "/instagram/").status == 200


@pytest.mark.parametrize(
    ("old_answer", "status", "said"),
    [
        ("400", 400, b"was not found"),
        ("errors", 200, b'"data":null'),
        ("please_wait", 401, b"Please wait a few minutes"),
    ],
)
def test_an_id_that_was_rotated_away_answers_as_the_script_says(
    client: Client, old_answer: str, status: int, said: bytes
) -> None:
    old = client.simulator.doc_ids.current("followers")
    client.simulator.rotations.add(operation="followers", at_request=2, old_answer=old_answer)
    asked = {"user_id": "25025320"}
    assert client.mobile("followers", asked).status == 200
    got = client.mobile("followers", asked, client_doc_id=old)
    assert (got.status, said in got.body) == (status, True)
    assert client.simulator.doc_ids.current("followers") != old
    assert client.mobile("followers", asked).status == 200


def test_a_moment_comes_by_the_clock() -> None:
    now = [100.0]
    doc_ids = DocIds()
    rotations = Rotations(doc_ids, 7, [Rotation("following", after_seconds=5, new="777777")], lambda: now[0])
    rotations.count_request()
    assert doc_ids.current("following") != "777777"
    now[0] = 105.0
    rotations.count_request()
    assert doc_ids.current("following") == "777777"


def test_ids_that_are_made_up_look_like_those_before_and_never_come_twice() -> None:
    def three(operation: str) -> list[str]:
        rotations = Rotations(DocIds(), 7)
        return [rotations.now(operation) for _ in range(3)]

    for operation, pattern in (
        ("followers", r"\d{30}"),
        ("user_profile", r"\d{17}"),
        ("followers_web", "[0-9a-f]{32}"),
    ):
        assert len(set(three(operation))) == 3
        assert all(re.fullmatch(pattern, each) for each in three(operation))
        assert three(operation) == three(operation)


def test_an_old_id_may_be_kept(client: Client) -> None:
    old = client.simulator.doc_ids.current("followers")
    client.simulator.rotations.now("followers", keep_old=True)
    assert client.mobile("followers", {"user_id": "25025320"}, client_doc_id=old).status == 200


def test_a_script_rotates(tmp_path: Path) -> None:
    script = tmp_path / "script.toml"
    script.write_text('[[rotation]]\noperation = "followers"\nat_request = 3\n[[fault]]\nkind = "delay"\n')
    scripted = read_script(script)
    assert scripted["rotations"] == [Rotation("followers", at_request=3)]
    assert len(scripted["faults"]) == 1
    with Simulator(**scripted) as simulator:
        client = Client(simulator)
        old = simulator.doc_ids.current("followers")
        answers = [client.mobile("followers", {"user_id": "25025320"}, client_doc_id=old) for _ in range(3)]
        assert [got.status for got in answers] == [200, 200, 400]


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"operation": "user_info"}, "unknown operation 'user_info'"),
        ({}, "needs an 'operation'"),
        ({"operation": "followers", "at": 3}, "unknown rotation key 'at'"),
        ({"operation": "followers", "at_request": 0}, "whole number from 1"),
        ({"operation": "followers", "at_request": 1, "after_seconds": 1}, "not both"),
        ({"operation": "followers", "after_seconds": -1}, "from 0 to 86400"),
        ({"operation": "followers", "old_answer": "500"}, "400, errors, please_wait"),
        ({"operation": "followers", "new": 7}, "an id as text"),
    ],
)
def test_rotations_that_cannot_be(tmp_path: Path, keys: dict[str, object], problem: str) -> None:
    with pytest.raises(SimulatorError, match=re.escape(problem)):
        Rotations(DocIds(), 7).add(**keys)
    script = tmp_path / "script.toml"
    script.write_text("[[rotation]]\n" + "".join(f"{key} = {value!r}\n" for key, value in keys.items()))
    with pytest.raises(SimulatorError, match=f"script.toml, rotation 1: .*{re.escape(problem)}"):
        read_script(script)


def test_pages_count_against_the_limits_of_a_session_and_their_scripts_do_not(client: Client) -> None:
    client.simulator.limits.add(requests=2, seconds=3600)
    assert len(bundles(client)) == 2
    assert [page(client, "/instagram/").status for _ in range(2)] == [200, 429]


def test_rotations_go_by_the_simulator_s_clock() -> None:
    now = [1000.0]
    rotation = {"operation": "following", "after_seconds": 3600, "new": "777777"}
    with Simulator(rotations=[rotation], clock=lambda: now[0]) as simulator:
        client = Client(simulator)
        assert page(client, "/").status == 200
        assert simulator.doc_ids.current("following") != "777777"
        now[0] += 3600
        assert page(client, "/").status == 200
        assert simulator.doc_ids.current("following") == "777777"
