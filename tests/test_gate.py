"""The gate of a session: what passes, what waits and is told why, and what closes it for all who share the store."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from igcrawl.budget.gate import Gate
from igcrawl.budget.limits import JITTER, MARGIN, Budget, Pace, WindowLimits, distance
from igcrawl.budget.rules import Rules
from igcrawl.budget.session_state import SessionState
from igcrawl.budget.session_states import SessionStates, opened_states
from igcrawl.errors import (
    AutomationNoticed,
    ChallengeRequired,
    Interrupted,
    LostClaim,
    SessionExpired,
    SessionParked,
    StoreError,
    Throttled,
    WaitTooLong,
)
from igcrawl.sessions.session import Session
from igcrawl.stopping import Stopping
from igcrawl.store.base import Worker
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


@dataclass
class Known:
    """What gates share: session states, a worker, and a session file."""

    states: SessionStates
    worker: Worker
    file: Path


def gate(known: Known, time: Stopping, rules: Rules = BURST, of: Session | None = None) -> Gate:
    return Gate(known.states, known.worker, of or session(), "mine", rules, time, known.file)


@pytest.fixture
def with_store(tmp_path: Path) -> Callable[[Callable[[Known, Time], Awaitable[None]]], None]:
    """Runs a test with an open store, session states and a clock."""

    def run(test: Callable[[Known, Time], Awaitable[None]]) -> None:
        async def go() -> None:
            async with (
                opened(f"sqlite:///{tmp_path}/store.db") as store,
                opened_states(str(tmp_path / "state"), "instagram.com", store) as states,
            ):
                await test(Known(states, store.worker, tmp_path / "session.json"), Time())

        asyncio.run(go())

    return run


WithStore = Callable[[Callable[[Known, Time], Awaitable[None]]], None]


def test_who_comes_while_there_is_room_passes_at_once_and_the_next_waits(with_store: WithStore) -> None:
    async def test(known: Known, time: Time) -> None:
        mine = gate(known, time)
        for _ in range(3):
            await mine.enter("relations")
        assert time.at == START
        await mine.enter("relations")
        assert time.at == pytest.approx(START + HOUR + MARGIN)
        assert max(time.slept) <= 60
        assert len((await mine.state()).sent.times(time.at)) == 4

    with_store(test)


def test_two_workers_of_one_session_share_its_pace(with_store: WithStore) -> None:
    async def test(known: Known, time: Time) -> None:
        rules = Rules(budget=Budget())
        gates, sent = [gate(known, time, rules) for _ in range(2)], []
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

    async def test(known: Known, time: Time) -> None:
        mine, shown = gate(known, time), set()
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
    async def test(known: Known, time: Time) -> None:
        for most in (0.0, HOUR):
            mine = gate(known, time, Rules(budget=BURST.budget, wait_max=most))
            for _ in range(3 if most == 0 else 0):
                await mine.enter("relations")
            with pytest.raises(
                WaitTooLong, match=f"longer than IG_WAIT_MAX={most:g} s; the same command continues then"
            ):
                await mine.enter("relations")
        assert len((await mine.state()).sent.times(time.at)) == 3
        await gate(known, time, Rules(budget=BURST.budget, wait_max=HOUR + 3)).enter("relations")

    with_store(test)


@pytest.mark.parametrize("rules", [BURST, Rules()])
def test_who_has_lost_its_walk_to_another_is_not_let_through(with_store: WithStore, rules: Rules) -> None:
    async def test(known: Known, time: Time) -> None:
        async def check() -> None:
            raise LostClaim("followers/1: another worker has taken the walk over")

        known.worker.check = check  # type: ignore[method-assign]
        with pytest.raises(LostClaim):
            await gate(known, time, rules).enter("relations")

    with_store(test)


def test_a_run_that_is_stopped_takes_no_turn(with_store: WithStore) -> None:
    async def test(known: Known, time: Time) -> None:
        mine = gate(known, time)
        time.begin()
        with pytest.raises(Interrupted):
            await mine.enter("relations")
        assert (await mine.state()).sent.times(time.at) == []

    with_store(test)


def test_a_throttled_session_rests_for_all_and_a_good_answer_ends_the_row(with_store: WithStore) -> None:
    async def test(known: Known, time: Time) -> None:
        mine, other = gate(known, time), gate(known, time)
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
        assert (await mine.state()).cools_until(time.at) == pytest.approx(time.at + 5)

    with_store(test)


def test_a_good_answer_writes_nothing_while_the_session_is_well(with_store: WithStore) -> None:
    async def test(known: Known, time: Time) -> None:
        mine = gate(known, time)
        await mine.enter("relations")
        changes = []
        known.states.change = lambda *given: changes.append(given)  # type: ignore[assignment, method-assign, return-value]
        await mine.answered()
        assert changes == []

    with_store(test)


def test_without_a_budget_nothing_is_written_but_a_rest_is_kept(with_store: WithStore) -> None:
    async def test(known: Known, time: Time) -> None:
        mine = gate(known, time, Rules())
        for _ in range(200):
            await mine.enter("relations")
        assert await known.states.accounts() == []
        await mine.throttled(Throttled("followers: status 429", 90.0))
        await mine.enter("relations")
        assert time.at == pytest.approx(START + 90)

    with_store(test)


def test_a_rest_from_a_clock_that_was_a_year_ahead_ends_without_a_budget_too(with_store: WithStore) -> None:
    async def test(known: Known, time: Time) -> None:
        mine = gate(known, time, Rules())
        time.at += 365 * 86_400
        await mine.throttled(Throttled("followers: status 429", 90.0))
        time.at = START
        await mine.enter("relations")
        assert time.at == pytest.approx(START + 90)

    with_store(test)


def test_trouble_closes_it_for_all_until_the_operator_has_looked(with_store: WithStore) -> None:
    async def test(known: Known, time: Time) -> None:
        mine, other = gate(known, time), gate(known, time, Rules())
        await mine.park(ChallengeRequired("followers: status 400, the server said 'challenge_required'"))
        await mine.park(AutomationNoticed("a later answer"))
        for asked in (mine.enter("relations"), other.enter("relations"), other.check()):
            with pytest.raises(SessionParked, match=r"^session mine: parked since .*: followers: .*challenge_req"):
                await asked
        assert (await mine.state()).sent.times(time.at) == []
        await known.states.change(session().ds_user_id, SessionState.resume)
        await other.check()
        await mine.enter("relations")

    with_store(test)


def test_a_session_that_expires_while_it_is_waited_is_noticed_and_told_to_log_in(with_store: WithStore) -> None:
    async def test(known: Known, time: Time) -> None:
        mine = gate(known, time)
        for _ in range(3):
            await mine.enter("relations")
        slept = time.sleep

        async def parking(seconds: float) -> None:
            if seconds and time.at > START + 600:
                await gate(known, time).park(SessionExpired("followers: status 403, the server said 'login_required'"))
            await slept(seconds)

        time.sleep = parking  # type: ignore[method-assign]
        with pytest.raises(SessionExpired, match=r"^session mine: login expired since") as caught:
            await mine.enter("relations")
        assert "scrapy session import FILE" in caught.value.advice
        assert time.at < START + 800

    with_store(test)


def test_a_newer_session_of_the_account_opens_it_the_expired_one_does_not(with_store: WithStore) -> None:
    async def test(known: Known, time: Time) -> None:
        await gate(known, time).park(SessionExpired("followers: status 403"))
        with pytest.raises(SessionExpired):
            await gate(known, time).check()
        newer = session("51234567890%3AaNewerSessionId%3A12%3AAYdTestOnlyTestOnly")
        await gate(known, time, of=newer).check()
        await gate(known, time).check()

    with_store(test)


def test_a_newer_session_does_not_open_what_was_parked_for_a_challenge(with_store: WithStore) -> None:
    async def test(known: Known, time: Time) -> None:
        await gate(known, time).park(ChallengeRequired("followers: status 400"))
        newer = session("51234567890%3AaNewerSessionId%3A12%3AAYdTestOnlyTestOnly")
        with pytest.raises(SessionParked):
            await gate(known, time, of=newer).check()

    with_store(test)


def test_a_parking_that_cannot_be_stored_is_marked_and_nothing_is_sent_then_or_by_the_next_run(
    with_store: WithStore, caplog: pytest.LogCaptureFixture
) -> None:
    async def test(known: Known, time: Time) -> None:
        async def fail(*given: Any) -> None:
            raise StoreError("the disk is full")

        works, known.states.change = known.states.change, fail  # type: ignore[assignment, method-assign]
        mine = gate(known, time)
        await mine.park(ChallengeRequired("followers: status 400, challenge_required"))
        for each in (mine, gate(known, time), gate(known, time, Rules())):
            with pytest.raises(SessionParked, match="followers: status 400, challenge_required"):
                await each.enter("relations")
        with pytest.raises(SessionParked):
            await gate(known, time).check()
        known.states.change = works  # type: ignore[method-assign]
        assert (await mine.state()).parked is None
        # What could not be stored is stored as soon as it can be, and the marks are gone.
        with pytest.raises(SessionParked, match="challenge_required"):
            await gate(known, time).check()
        assert (await mine.state()).parked == "parked"
        await known.states.change(session().ds_user_id, SessionState.resume)
        await gate(known, time).check()

    with_store(test)
    (line,) = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert line == (
        "session mine: followers: status 400, challenge_required; its parking cannot be stored, a mark parks it "
        "(the disk is full)"
    )


def test_a_mark_that_a_full_disk_left_empty_parks_all_the_same(with_store: WithStore) -> None:
    async def test(known: Known, time: Time) -> None:
        known.file.with_name(f"{known.file.name}.parked-at-instagram.com").touch()
        with pytest.raises(SessionParked, match="its mark cannot be read"):
            await gate(known, time).check()

    with_store(test)


def test_a_mark_of_another_server_parks_nothing(with_store: WithStore) -> None:
    async def test(known: Known, time: Time) -> None:
        known.file.with_name(f"{known.file.name}.parked-at-loopback-8000").touch()
        await gate(known, time).check()

    with_store(test)


def test_requests_are_counted_for_later_runs_where_no_budget_holds(with_store: WithStore) -> None:
    async def test(known: Known, time: Time) -> None:
        for _ in range(5):
            await gate(known, time, Rules(counts=True)).enter("relations")
        assert len((await gate(known, time).state()).sent.times(time.at)) == 5

    with_store(test)
