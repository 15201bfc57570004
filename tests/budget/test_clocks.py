"""Clocks that are wrong for a while: what was sent stays counted until real time has passed it."""

from __future__ import annotations

import random

import orjson
import pytest

from igcrawl.budget.limits import Budget, Pace, WindowLimits
from igcrawl.budget.moments import STEADY, Moment
from igcrawl.budget.session_state import SessionState
from igcrawl.times import DAY, HOUR
from tests.siege.clocks import BUDGET, START, World, jump
from tests.siege.tally import Tally


@pytest.mark.parametrize("days", [0.1, 1, 2, 40, 4_000])
def test_a_clock_that_was_ahead_for_a_run_loses_nothing_of_what_was_sent(days: float) -> None:
    world = World()
    world.ask_often()
    world.ahead = days * DAY
    world.ask_often()
    world.ahead, world.real = 0.0, START + 60
    assert world.ask_often() == 0
    world.real = START + 2 * DAY
    assert world.ask_often() <= BUDGET.whole.hour


@pytest.mark.parametrize("days", [0.1, 1, 2, 40, 4_000])
def test_a_clock_that_was_behind_for_a_run_frees_no_window_then_or_later(days: float) -> None:
    world = World()
    world.ask_often(3)
    world.ahead, world.real = -days * DAY, START + 60
    assert world.ask_often() == 2
    world.ahead, world.real = 0.0, START + HOUR + 30
    assert world.ask_often() <= 3
    world.check()


def test_what_a_jump_has_put_in_doubt_is_forgotten_when_a_day_has_passed() -> None:
    world = World()
    world.ahead = 400 * DAY
    world.ask_often()
    world.ahead = 0.0
    assert world.ask_often() == 0
    world.real += DAY + 60
    assert world.ask_often() == 5
    world.real += DAY + 60
    world.ask_often()
    assert world.state.sent.adrift.keys() <= {"relations"}
    assert all(moment.again is not None and moment.again > START + DAY for moment in world.state.sent.moments())


def test_after_a_jump_that_was_mended_the_session_goes_on_at_its_whole_pace() -> None:
    world = World(Budget(WindowLimits(60, 400), pace=Pace.BURST))
    world.ahead = 2 * DAY
    world.ask_often(3)
    world.ahead = 0.0
    # Second by second past the moment at which the clock was wrong.
    sent_by_day = []
    for _ in range(4):
        before = len(world.sent)
        for _ in range(int(DAY / STEADY) + 1):
            world.real += STEADY - 1
            if world.ask():
                world.check()
        sent_by_day.append(len(world.sent) - before)
    assert all(sent >= 395 for sent in sent_by_day), sent_by_day


@pytest.mark.parametrize("begin", range(4))
def test_a_right_clock_overfills_no_window_whatever_wrong_clocks_some_runs_had(begin: int) -> None:
    tally = Tally()
    for seed in range(begin * 15, begin * 15 + 15):
        jump(seed, tally)
    assert tally.is_clean, tally.notes


@pytest.mark.parametrize("jump", [-2 * DAY, -HOUR, HOUR])
def test_a_rest_is_kept_over_a_jump_that_is_mended(jump: float) -> None:
    world = World()
    world.ask()
    world.ahead = jump if jump > 0 else 0.0
    until = world.state.throttled(BUDGET, world.real + world.ahead, 1_800.0, 60.0)
    assert until == world.real + world.ahead + 1_800
    world.ahead = 0.0 if jump > 0 else jump
    world.real += 60
    assert not world.ask()
    world.ahead = 0.0
    world.real += 60
    assert not world.ask()
    world.real += 2 * HOUR
    assert world.ask()


def test_a_lesson_is_neither_old_nor_young_before_its_time_when_the_clock_jumps() -> None:
    world = World(Budget(WindowLimits(100, 400), pace=Pace.BURST))
    world.ask_often(50)
    world.state.throttled(world.budget, world.real, 60.0, 60.0)
    taught = world.state.limits(world.budget, world.real).hour
    for ahead in (-2 * DAY, 0.0):
        world.ahead = ahead
        world.real += 60
        world.ask()
        assert world.state.limits(world.budget, world.real + world.ahead).hour == taught


def test_a_moment_is_read_as_it_was_kept() -> None:
    for moment in (Moment(START), Moment(START, START - 5), Moment(START, START - 5, behind=True)):
        assert Moment.read(orjson.loads(orjson.dumps(moment.dump()))) == moment


def test_a_request_that_is_not_sent_is_taken_back_whatever_other_processes_ask_meanwhile() -> None:
    for step in (-1.5, -0.002, 0.0, 0.002, -DAY, DAY):
        world = World()
        world.ask_often(2)
        permit = world.state.ask(BUDGET, "relations", world.real, 0.5)
        others = world.state.ask(BUDGET, "relations", world.real + step, 0.5)
        assert others.wait <= 0
        before = len(world.state.sent.times(world.real))
        world.state.take_back("relations", permit)
        assert len(world.state.sent.times(world.real)) == before - 1


def test_processes_that_ask_at_one_moment_put_no_clock_in_doubt() -> None:
    chance, state = random.Random(1), SessionState()
    for _ in range(50):
        state.ask(Budget(WindowLimits(100, 100), pace=Pace.BURST), "relations", START + chance.uniform(0, 1), 0.5)
    assert state.sent.adrift == {}
    assert state.latest is None
