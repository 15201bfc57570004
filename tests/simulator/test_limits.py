"""Limits: what is allowed, what the rest gets, and where repeated violation leads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from igcrawl.operations.catalogue import custom, inbox, media, profiles, relations, search, suggestions
from igcrawl.simulator import Limit, Simulator, SimulatorError
from igcrawl.simulator.families import FAMILIES, family_of
from igcrawl.simulator.limits import THROTTLES, Limits
from igcrawl.simulator.operations import OPERATIONS
from tests.simulator.client import Client, Got
from tests.simulator.clock import Clock

PROFILE = "28036671149327607"


def info(client: Client) -> Got:
    return client.rest("users/25025320/info/")


def followers(client: Client) -> Got:
    return client.mobile("followers", {"user_id": "25025320"})


def profile(client: Client) -> Got:
    return client.web(PROFILE, {"id": "25025320"})


@contextmanager
def limited(*limits: Limit, **more: Any) -> Iterator[tuple[Client, Clock]]:
    clock = Clock()
    with Simulator(limits=limits, clock=clock, **more) as simulator:
        yield Client(simulator), clock


def statuses(client: Client, times: int) -> list[int]:
    return [info(client).status for _ in range(times)]


def test_a_window_slides_so_that_each_request_makes_room_when_its_time_is_over() -> None:
    with limited(Limit(2, 60)) as (client, clock):
        start, got = clock.now, []
        for at in (0, 30, 31, 59.5, 60, 89, 90, 91):
            clock.now = start + at
            got.append(info(client).status)
        assert got == [200, 200, 429, 429, 200, 429, 200, 429]
        limits = client.simulator.limits
        assert [at - start for at in limits.allowed] == [0, 30, 60, 90]
        assert (limits.throttled, limits.challenged) == (4, 0)
        assert [request.throttled for request in client.simulator.requests] == [status == 429 for status in got]
        assert [request.at - start for request in client.simulator.requests] == [0, 30, 31, 59.5, 60, 89, 90, 91]


def test_throttled_requests_take_room_when_the_limit_says_so() -> None:
    for counts_throttled, last in ((False, 200), (True, 429)):
        with limited(Limit(1, 60, counts_throttled=counts_throttled)) as (client, clock):
            info(client)
            clock.now += 30
            info(client)
            clock.now += 30
            assert info(client).status == last
            clock.now += 61
            assert info(client).status == 200


def test_a_family_has_a_limit_of_its_own_beside_that_of_all() -> None:
    with limited(Limit(3, 60), Limit(1, 60, "profiles")) as (client, _):
        got = [each(client).status for each in (info, info, profile, followers, followers, followers)]
        assert got == [200, 429, 429, 200, 200, 429]
        families = [request.family for request in client.simulator.requests]
        assert families == ["profiles"] * 3 + ["relations"] * 3


def test_every_operation_is_in_the_family_that_the_catalogue_puts_it_in() -> None:
    modules = {"profiles": profiles, "relations": relations, "suggestions": suggestions}
    modules |= {"search": search, "media": media, "inbox": inbox}
    assert tuple(modules) == FAMILIES
    expected = {operation.name: name for name, module in modules.items() for operation in module.OPERATIONS}
    own = {operation.name for operation in custom.OPERATIONS} | {"home"}
    assert {name: family_of(name) for name in OPERATIONS if name not in own} == expected
    assert {family_of(name) for name in own} == {None}


def test_an_unknown_doc_id_and_a_page_with_a_session_are_requests_too() -> None:
    with limited(Limit(2, 60)) as (client, _):
        assert client.web("1", {}).status == 400
        assert client.send("GET", "/", Cookie=client.cookie or "").status == 200
        assert info(client).status == 429


def test_requests_without_a_good_session_are_nobodys() -> None:
    with limited(Limit(1, 60)) as (client, _):
        stranger = Client(client.simulator)
        stranger.authorization = stranger.cookie = None
        assert statuses(stranger, 3) == [401] * 3
        assert stranger.send("GET", "/").status == 200
        assert info(client).status == 200


def test_a_new_login_does_not_empty_the_windows_of_its_account() -> None:
    with limited(Limit(1, 60)) as (client, _):
        info(client)
        client.simulator.sessions.renew()
        assert info(Client(client.simulator)).status == 429


@pytest.mark.parametrize("ask", [info, followers, profile])
@pytest.mark.parametrize(
    ("answer", "status", "holds"),
    [
        ("throttle", 429, b"Please wait a few minutes"),
        ("throttle_400", 400, b"Please wait a few minutes"),
        ("throttle_401", 401, b"Please wait a few minutes"),
        ("rate_limit_error", 400, b'"error_type":"rate_limit_error"'),
        ("throttle_graphql", 200, b'"code":1675004'),
    ],
)
def test_the_ways_to_say_throttled(ask: Callable[[Client], Got], answer: str, status: int, holds: bytes) -> None:
    assert answer in THROTTLES
    if answer == "throttle_graphql" and ask is info:
        status, holds = 429, b"Please wait a few minutes"
    with limited(Limit(1, 60, answer=answer)) as (client, _):
        assert ask(client).status == 200
        got = ask(client)
        assert got.status == status == client.simulator.requests[-1].status
        assert holds in got.body
        assert "retry-after" not in got.headers


def test_varied_answers_are_all_there_and_the_same_for_the_same_seed() -> None:
    runs = []
    for seed in (1, 1, 2):
        with limited(Limit(1, 60, answer="varied"), seed=seed) as (client, _):
            followers(client)
            runs.append([(got.status, got.body) for got in (followers(client) for _ in range(30))])
            assert {info(client).status for _ in range(30)} == {429, 400, 401}
    assert runs[0] == runs[1] != runs[2]
    assert len(set(runs[0])) == len(THROTTLES)


def test_retry_after_is_what_was_given_or_the_time_until_there_is_room() -> None:
    with limited(Limit(1, 60, "relations", retry_after=7), Limit(1, 90.5, "profiles", retry_after="exact")) as (
        client,
        clock,
    ):
        followers(client), info(client)
        clock.now += 10
        assert [followers(client).headers["retry-after"], info(client).headers["retry-after"]] == ["7", "81"]
        clock.now += 81
        assert info(client).status == 200


def test_retry_after_is_that_of_the_limit_which_holds_longest() -> None:
    with limited(*(Limit(1, seconds, retry_after="exact") for seconds in (10, 300, 60))) as (client, _):
        info(client)
        assert info(client).headers["retry-after"] == "300"


def test_repeated_violation_leads_to_challenges_until_a_human_has_looked() -> None:
    with limited(Limit(1, 60), challenge_after=2, violation_window=10**6) as (client, clock):
        assert statuses(client, 3) == [200, 429, 429]
        clock.now += 86400
        got = [info(client), followers(client), profile(client)]
        assert [each.status for each in got] == [400, 400, 302]
        assert got[0].json["message"] == got[1].json["message"] == "challenge_required"
        assert got[2].headers["location"].startswith("/challenge/")
        limits = client.simulator.limits
        assert (limits.throttled, limits.challenged, len(limits.allowed)) == (2, 3, 1)
        log = [(request.throttled, request.challenged) for request in client.simulator.requests]
        assert log == [(False, False)] + [(True, False)] * 2 + [(False, True)] * 3
        limits.pardon()
        assert statuses(client, 4) == [200, 429, 429, 400]


def test_violations_are_forgotten_after_their_window() -> None:
    with limited(Limit(1, 60), challenge_after=2, violation_window=600) as (client, clock):
        for _ in range(5):
            assert statuses(client, 2) == [200, 429]
            clock.now += 600
        assert client.simulator.limits.challenged == 0
        assert statuses(client, 4) == [200, 429, 429, 400]


def test_no_fault_strikes_or_counts_what_a_limit_answers() -> None:
    with limited(Limit(1, 60), faults=[{"nth": 2, "status": 503}]) as (client, clock):
        assert statuses(client, 3) == [200, 429, 429]
        clock.now += 60
        assert statuses(client, 1) == [503]


def test_limits_may_change_while_it_runs() -> None:
    with limited() as (client, _):
        limits = client.simulator.limits
        assert statuses(client, 2) == [200, 200]
        assert limits.add(requests=1, seconds=60) == Limit(1, 60)
        assert statuses(client, 2) == [200, 429]
        limits.clear()
        assert statuses(client, 1) == [200]
        assert len(limits.allowed) == 4


def asked_whenever_there_is_room(limits: Limits, start: float, end: float, family: str | None, step: float) -> int:
    allowed, now = 0, start
    while now < end:
        if limits.judge("rest", family, now) is None:
            allowed += 1
        else:
            now += step
    return allowed


@pytest.mark.parametrize("family", [None, "relations", "media"])
def test_the_capacity_of_a_day_is_what_the_keenest_client_gets(family: str | None) -> None:
    def limits() -> Limits:
        return Limits(0, [Limit(120, 3600), Limit(500, 86400), Limit(17, 1000, "relations"), Limit(3, 50, "inbox")])

    for warm_up, start, length in (
        (0, 2000.0, 86400),
        (5, 50.0, 2 * 86400),
        (130, 2000.0, 2 * 86400),
        (40, 400.0, 800),
    ):
        judged = limits()
        for number in range(warm_up):
            judged.judge("rest", ("relations", "search")[number % 2], number * 10.0)
        capacity = judged.capacity(start, start + length, family)
        assert capacity == asked_whenever_there_is_room(judged, start, start + length, family, 10)
    assert limits().capacity(0, 86400) == 500
    assert limits().capacity(0, 3600) == 120
    assert limits().capacity(0, 3600.1) == 240
    assert limits().capacity(0, 3600, "relations") == 17 * 4
    assert limits().capacity(5, 5) == 0


def test_there_is_no_capacity_without_a_limit() -> None:
    with pytest.raises(SimulatorError, match="nothing limits"):
        Limits(0, [Limit(1, 1, "inbox")]).capacity(0, 1)


@pytest.mark.parametrize(
    "arguments",
    [
        {"limits": [{"requests": 0, "seconds": 1}]},
        {"limits": [{"requests": True, "seconds": 1}]},
        {"limits": [{"requests": 1, "seconds": 0}]},
        {"limits": [{"requests": 1, "seconds": "1"}]},
        {"limits": [{"requests": 1}]},
        {"limits": [{"self": 1}]},
        {"limits": [{"requests": 1, "seconds": 1, "family": "relation"}]},
        {"limits": [{"requests": 1, "seconds": 1, "answer": "trottle"}]},
        {"limits": [{"requests": 1, "seconds": 1, "retry_after": "soon"}]},
        {"limits": [{"requests": 1, "seconds": 1, "retry_after": -1}]},
        {"limits": [{"requests": 1, "seconds": 1, "counts_throttled": 1}]},
        {"challenge_after": 0},
        {"violation_window": 0},
        {"expires_after_requests": 0},
        {"expires_after_seconds": float("nan")},
    ],
)
def test_limits_that_cannot_be_are_refused_in_one_line(arguments: dict[str, Any]) -> None:
    with pytest.raises(SimulatorError) as refused:
        Simulator(**arguments)
    assert "\n" not in str(refused.value)
