"""When a session may send: windows that slide, an even pace, budgets of families."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from igcrawl.budget.limits import JITTER, MARGIN, Budget, Pace, WindowLimits, distance
from igcrawl.budget.session_state import Permit, SessionState
from igcrawl.times import DAY, HOUR
from tests.budget.asker import ALL_DAY, BURST, EVEN, START, Asker, most_within

#: Ways to let time pass between two questions.
SCHEDULES: dict[str, Callable[[random.Random], float]] = {
    "at once": lambda chance: 0.0,
    "now and then": lambda chance: chance.expovariate(1 / 200),
    "in bursts with long pauses": lambda chance: chance.choice([0.0, 0.0, 0.0, 0.01, 1_700.0, 3_599.0, 20_000.0]),
    "around the turn of the hour": lambda chance: chance.choice([0.0, 1.0, 3_590.0, 3_600.0, 3_610.0]),
}


@pytest.mark.parametrize("pace", list(Pace))
@pytest.mark.parametrize("how", SCHEDULES)
def test_no_window_ever_holds_more_than_its_limit_whatever_is_asked_when(how: str, pace: Pace) -> None:
    for seed in range(15):
        chance = random.Random(seed)
        whole = WindowLimits(chance.randint(1, 30), chance.randint(30, 80))
        family = WindowLimits(chance.randint(1, 20), chance.randint(20, 60))
        asker = Asker(Budget(whole, {"profiles": family}, pace), seed=seed)
        of_family = []
        for _ in range(400):
            name = chance.choice(["profiles", "relations"])
            if asker.ask(name).wait <= 0 and name == "profiles":
                of_family.append(asker.now)
            asker.now += SCHEDULES[how](chance)
        for times, share in ((asker.sent, whole), (of_family, family)):
            assert most_within(times, HOUR + 1.9) <= share.hour, (how, seed)
            assert most_within(times, DAY + 1.9) <= share.day, (how, seed)


@pytest.mark.parametrize("pace", list(Pace))
def test_nor_when_the_clock_is_put_back_again_and_again(pace: Pace) -> None:
    for seed in range(30):
        chance = random.Random(seed)
        asker, real, truly_sent = Asker(replace(BURST, pace=pace), seed=seed), 0.0, []
        for _ in range(600):
            step = chance.choice([0.0, 0.0, 30.0, chance.expovariate(1 / 600)])
            real += step
            asker.now += step
            if chance.random() < 0.02:
                asker.now -= chance.choice([0.5, 60.0, 3_600.0, 90_000.0])
            if asker.ask().wait <= 0:
                truly_sent.append(real)
        assert most_within(truly_sent, HOUR) <= BURST.whole.hour, seed
        assert most_within(truly_sent, DAY) <= BURST.whole.day, seed


def test_there_is_no_double_burst_at_the_turn_of_the_hour() -> None:
    asker = Asker(BURST, now=START // HOUR * HOUR + HOUR - 30)
    for _ in range(20):
        assert asker.ask().wait == 0
    asker.now += 60
    permit = asker.ask()
    assert permit.wait == pytest.approx(HOUR + MARGIN - 60)
    assert permit.why == "20 requests were sent within an hour"


def test_each_request_makes_room_when_its_own_hour_is_over() -> None:
    asker = Asker(BURST)
    times = [asker.now + 100 * number for number in range(20)]
    for asker.now in times:
        asker.ask()
    assert [asker.send() for _ in range(3)] == pytest.approx([at + HOUR + MARGIN for at in times[:3]])


def test_the_day_is_a_cap_on_hours_that_are_used_in_full() -> None:
    asker = Asker(BURST)
    assert [asker.send() for _ in range(60)][-1] == pytest.approx(START + 2 * (HOUR + MARGIN))
    permit = asker.ask()
    assert permit.why == "60 requests were sent within a day"
    assert asker.send() == pytest.approx(START + DAY + MARGIN)


def test_an_even_pace_uses_nearly_all_of_each_hour_and_is_no_ticking_clock() -> None:
    asker = Asker(Budget(WindowLimits(120, ALL_DAY)))
    latency = random.Random(3)
    asker.send_until(START + 12 * HOUR, latency=lambda: latency.uniform(0.2, 6.0))
    assert len(asker.sent) >= 0.98 * 12 * 120
    gaps = [later - earlier for earlier, later in pairwise(asker.sent)]
    even = distance(120)
    assert min(gaps) >= (1 - JITTER) * even - 0.01
    assert max(gaps) <= (1 + JITTER) * even + 0.01
    assert len({round(gap, 1) for gap in gaps}) > 100
    for begin in range(12):
        within = [at for at in asker.sent if START + begin * HOUR <= at < START + (begin + 1) * HOUR]
        assert 118 <= len(within) <= 120


def test_who_comes_late_does_not_catch_up() -> None:
    asker = Asker(EVEN)
    asker.send()
    asker.now += HOUR
    assert asker.ask().wait == 0
    assert asker.ask().wait >= distance(120) - 0.01
    assert asker.ask().why == "requests are spread evenly over the hour"


def test_a_burst_waits_for_the_window_only() -> None:
    asker = Asker(replace(EVEN, pace=Pace.BURST))
    assert {asker.ask().wait for _ in range(120)} == {0}
    assert asker.ask().wait == pytest.approx(HOUR + MARGIN)


def test_a_larger_budget_holds_from_the_next_request_on() -> None:
    asker = Asker(Budget(WindowLimits(2, 100)))
    asker.send()
    assert asker.ask().wait >= distance(2) - 0.01
    asker.budget = EVEN
    assert asker.ask().wait <= (1 + JITTER) * distance(120)


def test_a_family_has_a_budget_of_its_own_within_the_whole() -> None:
    asker = Asker(replace(BURST, families={"profiles": WindowLimits(2, 3)}))
    assert [asker.ask("profiles").wait for _ in range(2)] == [0, 0]
    assert asker.ask("profiles").why == "2 requests for profiles were sent within an hour"
    assert [asker.ask("relations").wait for _ in range(18)] == [0] * 18
    assert asker.ask("relations").why == "20 requests were sent within an hour"
    asker.now += HOUR + MARGIN
    asker.send("profiles")
    assert asker.ask("profiles").why == "3 requests for profiles were sent within a day"
    assert asker.ask("relations").wait == 0


def test_a_family_of_its_own_has_an_even_row_of_its_own() -> None:
    asker = Asker(Budget(WindowLimits(3_000, ALL_DAY), {"profiles": WindowLimits(60, 1_000)}))
    asker.send("profiles")
    for _ in range(5):
        asker.send("relations")
    assert asker.now < START + 10
    assert asker.send("profiles") >= START + distance(60)


def test_without_a_budget_nothing_is_counted() -> None:
    state = SessionState()
    for _ in range(1_000):
        assert state.ask(None, "relations", START, 0.5) == Permit()
    assert state == SessionState(clock=START)


def test_what_no_window_holds_any_more_is_forgotten_but_the_last_ones_which_a_clock_may_bring_back() -> None:
    asker = Asker(Budget(WindowLimits(1_000, 1_000), pace=Pace.BURST))
    for _ in range(3_000):
        asker.ask("profiles")
        asker.now += 100
    assert len(asker.state.sent.times(asker.now)) == 1_001
    asker.now += 2 * DAY
    asker.ask("relations")
    assert len(asker.state.sent.times(asker.now)) == 1_001


def test_a_clock_that_was_a_year_ahead_blocks_a_session_for_no_longer_than_its_windows_and_its_cooldown() -> None:
    ahead = Asker(EVEN, now=START + 365 * DAY)
    for _ in range(30):
        ahead.send()
    ahead.state.throttled(EVEN, ahead.now, 600.0, 60.0)
    back = Asker(EVEN, ahead.state, START)
    assert back.ask().wait == pytest.approx(600)
    assert back.send() <= START + HOUR + 2 * distance(28)
    assert back.state.hour is not None
    assert back.state.hour.learned_at.by(back.now) <= back.now
