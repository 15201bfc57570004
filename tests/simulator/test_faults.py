"""Scripted faults: which requests they strike, and what each kind does."""

from __future__ import annotations

import http.client
import time
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from igcrawl.simulator import Simulator, SimulatorError
from igcrawl.simulator.fault_kinds import KINDS
from tests.simulator.client import Client, Got

Ask = Callable[[], Got]


def info(client: Client) -> Got:
    return client.rest("users/25025320/info/")


def statuses(client: Client, times: int) -> list[int]:
    return [info(client).status for _ in range(times)]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"nth": 2}, [200, 500, 200, 200]),
        ({"every": 2}, [200, 500, 200, 500]),
        ({"times": 2}, [500, 500, 200, 200]),
        ({"every": 2, "times": 1}, [200, 500, 200, 200]),
        ({"operation": "user_info"}, [500, 500, 500, 500]),
        ({"operation": "followers"}, [200, 200, 200, 200]),
        ({"target": "25025320", "nth": 1}, [500, 200, 200, 200]),
        ({"target": "1"}, [200, 200, 200, 200]),
        ({"after_cursor": True}, [200, 200, 200, 200]),
        ({"after_cursor": False}, [500, 500, 500, 500]),
        ({"rate": 0.0}, [200, 200, 200, 200]),
        ({"rate": 1.0}, [500, 500, 500, 500]),
    ],
)
def test_which_requests_are_struck(client: Client, when: dict[str, Any], expected: list[int]) -> None:
    fault = client.simulator.faults.add(kind="status", status=500, **when)
    assert statuses(client, 4) == expected
    assert fault.strikes == expected.count(500)
    client.simulator.faults.clear()
    assert info(client).status == 200


def test_a_rate_is_seeded() -> None:
    runs = []
    for _ in range(2):
        with Simulator(seed=5, faults=[{"rate": 0.3, "status": 503}]) as simulator:
            runs.append(statuses(Client(simulator), 40))
    assert runs[0] == runs[1]
    assert 4 <= runs[0].count(503) <= 20


def test_a_cursor_can_be_made_to_fail_again_and_again(client: Client) -> None:
    _, cursor = client.page("followers", "25025320")
    client.simulator.faults.add(kind="status", status=500, after_cursor=cursor)
    again = client.mobile("followers", {"user_id": "25025320", "max_id": cursor})
    assert (again.status, again.headers["content-type"]) == (500, "text/html; charset=utf-8")
    assert client.mobile("followers", {"user_id": "25025320"}).status == 200


@pytest.mark.parametrize(
    ("kind", "status", "holds"),
    [
        ("throttle", 429, b"Please wait a few minutes"),
        ("throttle_graphql", 200, b'"code":1675004'),
        ("rate_limit_error", 400, b'"error_type":"rate_limit_error"'),
        ("stale_doc_id", 400, b'"data":null'),
        ("login_page", 200, b"loginForm"),
        ("login_redirect", 302, b""),
        ("login_required", 403, b'"login_required"'),
        ("login_flag", 401, b'"require_login":true'),
        ("challenge_page", 200, b"/challenge/"),
        ("consent_redirect", 302, b""),
        ("consent_page", 200, b"/consent/"),
        ("suspended_page", 200, b"/accounts/suspended/"),
        ("challenge", 400, b'"challenge_required"'),
        ("challenge_redirect", 302, b""),
        ("checkpoint", 400, b'"checkpoint_required"'),
        ("consent", 400, b'"consent_required"'),
        ("feedback", 400, b'"feedback_required"'),
        ("sentry_block", 400, b'"sentry_block"'),
        ("suspended", 400, b"/accounts/suspended/"),
        ("suspended_redirect", 302, b""),
        ("not_found_text", 404, b"Not Found"),
        ("user_null", 200, b'"user":null'),
        ("private", 400, b"Not authorized to view user"),
        ("missing", 404, b'"status":"fail"'),
        ("missing_message", 400, b"Error generating user info response"),
        ("refused", 400, b"Not eligible for chaining."),
        ("bad_cursor", 400, b"max_id"),
    ],
)
def test_kinds_that_answer_in_place_of_the_server(client: Client, kind: str, status: int, holds: bytes) -> None:
    client.simulator.faults.add(kind=kind)
    got = info(client)
    assert got.status == status == client.simulator.requests[-1].status
    assert holds in got.body
    if kind.endswith("redirect"):
        assert got.headers["location"].startswith(("/challenge/", "/accounts/", "/consent/"))
    if kind == "not_found_text":
        assert got.body == holds
    if kind == "stale_doc_id":
        assert "message" not in got.json


def test_status_body_headers_and_delay_can_be_given(client: Client) -> None:
    add = client.simulator.faults.add
    add(kind="throttle", status=401, headers={"Retry-After": "3"}, nth=1)
    add(kind="stale_doc_id", status=401, nth=2)
    add(kind="raw", status=200, body='{"odd":[]}', nth=3)
    add(kind="raw", body=b"\x00\xff", headers={"content-type": "image/png"}, nth=4)
    add(kind="status", status=503, body={"message": "busy"}, nth=5)
    add(kind="delay", delay=0.05, nth=6)
    got = info(client)
    assert (got.status, got.headers["retry-after"]) == (401, "3")
    assert b"Please wait" in info(client).body
    assert info(client).json == {"odd": []}
    got = info(client)
    assert (got.body, got.headers["content-type"]) == (b"\x00\xff", "image/png")
    assert info(client).json == {"message": "busy"}
    started = time.monotonic()
    assert info(client).status == 200
    assert time.monotonic() - started >= 0.05


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("cut_connection", http.client.RemoteDisconnected),
        ("cut_body", http.client.IncompleteRead),
        ("cut_chunked", http.client.IncompleteRead),
    ],
)
def test_cut_connections(client: Client, kind: str, error: type[Exception]) -> None:
    client.simulator.faults.add(kind=kind, nth=1)
    with pytest.raises((error, ConnectionResetError)):
        info(client)
    assert client.simulator.requests[-1].status is None
    assert info(client).status == 200


def test_broken_gzip(client: Client) -> None:
    client.simulator.faults.add(kind="broken_gzip", nth=1)
    with pytest.raises((zlib.error, OSError, EOFError)):
        info(client)


def test_kinds_that_change_the_bytes(client: Client) -> None:
    usual = info(client).body
    for number, kind in enumerate(("truncated_json", "invalid_utf8", "prefixed", "byte_order_mark", "wrong_type"), 1):
        client.simulator.faults.add(kind=kind, nth=1)
        got = info(client)
        changed = {
            "truncated_json": got.body == usual[: len(got.body)] and len(got.body) < len(usual),
            "invalid_utf8": b"\xff\xfe" in got.body,
            "prefixed": got.body == b"for (;;);" + usual,
            "byte_order_mark": got.body == b"\xef\xbb\xbf" + usual,
            "wrong_type": got.body == usual and got.headers["content-type"].startswith("text/html"),
        }
        assert changed[kind], (number, kind)
        client.simulator.faults.clear()


def test_page_kinds(client: Client) -> None:
    add = client.simulator.faults.add
    add(kind="empty_page", operation="followers", nth=3)
    add(kind="duplicate", operation="followers", nth=5)
    found = client.walk("followers", "25025320")
    assert len(found) == 1003
    assert set(found) == set(client.simulator.graph.follower_ids(25025320))
    client.simulator.faults.clear()
    _, cursor = client.page("followers", "25025320")
    add(kind="repeat_cursor", nth=1)
    assert client.page("followers", "25025320", cursor)[1] == cursor
    add(kind="limit", nth=1)
    root = client.mobile("followers", {"user_id": "25025320"}).root
    assert (root["next_max_id"], root["should_limit_list_of_followers"]) == (None, True)


def test_a_fault_of_a_page_goes_before_the_empty_page_for_which_a_list_is_known(client: Client) -> None:
    users, cursor = client.page("followers", "100000007")
    while users:
        before = cursor
        users, cursor = client.page("followers", "100000007", before)
    client.simulator.faults.add(kind="repeat_cursor", nth=1)
    users, cursor = client.page("followers", "100000007", before)
    assert users
    assert cursor == before


@pytest.mark.parametrize(
    "keys",
    [
        {"kind": "statis"},
        {"operation": "folowers"},
        {"nht": 3},
        {"self": 3},
        {"nth": 0},
        {"nth": True},
        {"rate": 2},
        {"status": 99},
        {"delay": -1},
        {"delay": "1"},
        {"headers": 3},
        {"kind": "raw"},
    ],
)
def test_faults_that_cannot_be_are_refused_in_one_line(keys: dict[str, Any]) -> None:
    with pytest.raises(SimulatorError) as refused:
        Simulator(faults=[keys])
    assert "\n" not in str(refused.value)
    if keys.get("kind") == "statis":
        assert "did you mean 'status'" in str(refused.value)
        assert all(kind in str(refused.value) for kind in KINDS)
