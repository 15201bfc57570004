"""The gate of a session: what passes, what waits and is told why, and what closes it for all who share the store."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from igcrawl.budget.gate import Gate
from igcrawl.budget.limits import JITTER, MARGIN, Budget, Pace, WindowLimits, distance
from igcrawl.budget.rules import Rules
from igcrawl.budget.session_state import SessionState
from igcrawl.errors import (
    AutomationNoticed,
    ChallengeRequired,
    Interrupted,
    SessionExpired,
    SessionParked,
    StoreError,
    Throttled,
    WaitTooLong,
)
from igcrawl.sessions.session import Session
from igcrawl.stopping import Stopping
from igcrawl.store import Store
from igcrawl.times import HOUR
from tests.store.samples import opened
from tests.support.session_file import session_settings

START = 1_800_000_000.0
BURST = Rules(budget=Budget(WindowLimits(3, 10), pace=Pace.BURST))


class Time(Stopping):
    """A clock for several gates: who sleeps the shortest goes on first."""

    def __init__(self) -> None:
        super().__init__()
        self.at, self.slept = START, list[float]()

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        if self.begun:
            raise Interrupted(self.reason)
        if seconds > 0:
            self.slept.append(seconds)
            assert len(self.slept) < 5_000
            self.at += seconds
        await asyncio.sleep(0)


def session(sessionid: str | None = None) -> Session:
    settings = session_settings()
    if sessionid is not None:
        settings["authorization_data"]["sessionid"] = sessionid
        settings["cookies"]["sessionid"] = sessionid
    return Session(settings)


def gate(store: Store, time: Stopping, rules: Rules = BURST, of: Session | None = None) -> Gate:
    return Gate(store, of or session(), "mine", rules, time)


@pytest.fixture
def with_store(tmp_path: Path) -> Callable[[Callable[[Store, Time], Awaitable[None]]], None]:
    """Runs a test with an open store and a clock."""

    def run(test: Callable[[Store, Time], Awaitable[None]]) -> None:
        async def go() -> None:
            async with opened(f"sqlite:///{tmp_path}/store.db") as store:
                await test(store, Time())

        asyncio.run(go())

    return run


WithStore = Callable[[Callable[[Store, Time], Awaitable[None]]], None]


def test_who_comes_while_there_is_room_passes_at_once_and_the_next_waits(with_store: WithStore) -> None:
    async def test(store: Store, time: Time) -> None:
        mine = gate(store, time)
        for _ in range(3):
            await mine.enter("relations")
        assert time.at == START
        await mine.enter("relations")
        assert time.at == pytest.approx(START + HOUR + MARGIN)
        assert max(time.slept) <= 60
        assert len((await mine.state()).times()) == 4

    with_store(test)


def test_two_workers_of_one_session_share_its_pace(with_store: WithStore) -> None:
    async def test(store: Store, time: Time) -> None:
        rules = Rules(budget=Budget())
        gates, sent = [gate(store, time, rules) for _ in range(2)], []
        for _ in range(5):
            for each in gates:
                await each.enter("relations")
                sent.append(time.at)
        even = distance(120)
        for earlier, later in pairwise(sent):
            assert (1 - JITTER) * even - 0.01 <= later - earlier <= (1 + JITTER) * even + 0.01

    with_store(test)


def test_it_says_once_a_minute_until_when_it_waits_and_shows_it(
    with_store: WithStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    async def test(store: Store, time: Time) -> None:
        mine, shown = gate(store, time), set()
        slept = time.sleep

        async def looking(seconds: float) -> None:
            if seconds:
                shown.add((mine.waits_until, mine.waits_for))
            await slept(seconds)

        time.sleep = looking  # type: ignore[method-assign]
        for _ in range(4):
            await mine.enter("relations")
        assert {round(until - START) for until, _ in shown} == {3_602}
        assert {why for _, why in shown} == {"3 requests were sent within an hour"}
        assert (mine.waits_until, mine.waits_for) == (0, "")

    with_store(test)
    said = [record.message for record in caplog.records if "waiting until" in record.message]
    assert 58 <= len(said) <= 61
    assert [
        line for line in said if not re.fullmatch(r"waiting until .* UTC.*: 3 requests were sent within an hour", line)
    ] == []


def test_a_wait_that_is_longer_than_the_operator_would_is_refused_and_takes_no_turn(with_store: WithStore) -> None:
    async def test(store: Store, time: Time) -> None:
        for most in (0.0, HOUR):
            mine = gate(store, time, Rules(budget=BURST.budget, wait_max=most))
            for _ in range(3 if most == 0 else 0):
                await mine.enter("relations")
            with pytest.raises(WaitTooLong, match=f"longer than IG_WAIT_MAX={most:g} s; the same command goes on then"):
                await mine.enter("relations")
        assert len((await mine.state()).times()) == 3
        await gate(store, time, Rules(budget=BURST.budget, wait_max=HOUR + 3)).enter("relations")

    with_store(test)


def test_a_run_that_is_stopped_takes_no_turn(with_store: WithStore) -> None:
    async def test(store: Store, time: Time) -> None:
        mine = gate(store, time)
        time.begin()
        with pytest.raises(Interrupted):
            await mine.enter("relations")
        assert (await mine.state()).times() == []

    with_store(test)


def test_a_throttled_session_rests_for_all_and_a_good_answer_ends_the_row(with_store: WithStore) -> None:
    async def test(store: Store, time: Time) -> None:
        mine, other = gate(store, time), gate(store, time)
        await mine.enter("relations")
        for rest in (60, 120, 240):
            await mine.throttled(Throttled("followers: status 429"))
            began = time.at
            await other.enter("relations") if rest == 60 else await mine.enter("relations")
            assert time.at - began >= rest
            time.at += 2 * HOUR
        await mine.answered()
        assert (await mine.state()).cooldowns_in_row == 0
        await mine.throttled(Throttled("followers: status 429", 5.0))
        assert (await mine.state()).cooling_until == pytest.approx(time.at + 5)

    with_store(test)


def test_a_good_answer_writes_nothing_while_the_session_is_well(with_store: WithStore) -> None:
    async def test(store: Store, time: Time) -> None:
        mine = gate(store, time)
        await mine.enter("relations")
        changes = []
        store.sessions.change = lambda *given: changes.append(given)  # type: ignore[assignment, method-assign, return-value]
        await mine.answered()
        assert changes == []

    with_store(test)


def test_without_a_budget_nothing_is_written_but_a_rest_is_kept(with_store: WithStore) -> None:
    async def test(store: Store, time: Time) -> None:
        mine = gate(store, time, Rules())
        for _ in range(200):
            await mine.enter("relations")
        assert await store.sessions.accounts() == []
        await mine.throttled(Throttled("followers: status 429", 90.0))
        await mine.enter("relations")
        assert time.at == pytest.approx(START + 90)

    with_store(test)


def test_a_rest_from_a_clock_that_was_a_year_ahead_ends_without_a_budget_too(with_store: WithStore) -> None:
    async def test(store: Store, time: Time) -> None:
        mine = gate(store, time, Rules())
        time.at += 365 * 86_400
        await mine.throttled(Throttled("followers: status 429", 90.0))
        time.at = START
        await mine.enter("relations")
        assert time.at == pytest.approx(START + 90)

    with_store(test)


def test_trouble_closes_it_for_all_until_the_operator_has_looked(with_store: WithStore) -> None:
    async def test(store: Store, time: Time) -> None:
        mine, other = gate(store, time), gate(store, time, Rules())
        await mine.park(ChallengeRequired("followers: status 400, the server said 'challenge_required'"))
        await mine.park(AutomationNoticed("a later answer"))
        for asked in (mine.enter("relations"), other.enter("relations"), other.check()):
            with pytest.raises(
                SessionParked, match=r"^session mine: it is parked since .*: followers: .*challenge_req"
            ):
                await asked
        assert (await mine.state()).times() == []
        await store.sessions.change(session().ds_user_id, _resume)
        await other.check()
        await mine.enter("relations")

    with_store(test)


def test_a_session_that_expires_while_it_is_waited_is_noticed_and_told_to_log_in(with_store: WithStore) -> None:
    async def test(store: Store, time: Time) -> None:
        mine = gate(store, time)
        for _ in range(3):
            await mine.enter("relations")
        slept = time.sleep

        async def parking(seconds: float) -> None:
            if seconds and time.at > START + 600:
                await gate(store, time).park(SessionExpired("followers: status 403, the server said 'login_required'"))
            await slept(seconds)

        time.sleep = parking  # type: ignore[method-assign]
        with pytest.raises(SessionExpired, match=r"^session mine: its login has expired since") as caught:
            await mine.enter("relations")
        assert "scrapy session import FILE" in caught.value.advice
        assert time.at < START + 800

    with_store(test)


def test_a_newer_session_of_the_account_opens_it_the_expired_one_does_not(with_store: WithStore) -> None:
    async def test(store: Store, time: Time) -> None:
        await gate(store, time).park(SessionExpired("followers: status 403"))
        with pytest.raises(SessionExpired):
            await gate(store, time).check()
        newer = session("51234567890%3AaNewerSessionId%3A12%3AAYdTestOnlyTestOnly")
        await gate(store, time, of=newer).check()
        await gate(store, time).check()

    with_store(test)


def test_a_newer_session_does_not_open_what_was_parked_for_a_challenge(with_store: WithStore) -> None:
    async def test(store: Store, time: Time) -> None:
        await gate(store, time).park(ChallengeRequired("followers: status 400"))
        newer = session("51234567890%3AaNewerSessionId%3A12%3AAYdTestOnlyTestOnly")
        with pytest.raises(SessionParked):
            await gate(store, time, of=newer).check()

    with_store(test)


def test_when_the_session_cannot_be_parked_the_run_stops(with_store: WithStore) -> None:
    async def test(store: Store, time: Time) -> None:
        async def fail(*given: Any) -> None:
            raise StoreError("the disk is full")

        store.sessions.change = fail  # type: ignore[assignment, method-assign]
        await gate(store, time).park(ChallengeRequired("followers: status 400"))
        assert time.failed
        assert time.reason == "session mine could not be parked: the disk is full"

    with_store(test)


def _resume(row: dict[str, Any]) -> None:
    state = SessionState.read(row)
    state.resume()
    state.write(row)
