"""What a session may send and when: windows that slide, an even pace, what a throttled answer teaches, and parking."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import orjson
import pytest

from igcrawl.budget.learned_limit import LearnedLimit
from igcrawl.budget.limits import JITTER, MARGIN, Budget, Pace, WindowLimits, distance
from igcrawl.budget.moments import Moment
from igcrawl.budget.session_state import EXPIRED, LONGEST_COOLDOWN, PARKED, Permit, SessionState
from igcrawl.times import DAY, HOUR

START = 1_800_000_000.0
BURST = Budget(WindowLimits(20, 60), pace=Pace.BURST)
EVEN = Budget(WindowLimits(120, 500))
#: So large that the hour decides.
ALL_DAY = 100_000


def most_within(times: Sequence[float], window: float) -> int:
    """The most that any window of this length holds."""
    return max((number - bisect_right(times, at - window) for number, at in enumerate(times, 1)), default=0)


class Asker:
    """Asks for its turn, again and again, and notes when it was let go."""

    def __init__(self, budget: Budget, state: SessionState | None = None, now: float = START, seed: int = 1) -> None:
        self.budget, self.state, self.now = budget, state or SessionState(), now
        self.chance = random.Random(seed)
        self.sent: list[float] = []

    def ask(self, family: str = "relations") -> Permit:
        permit = self.state.ask(self.budget, family, self.now, self.chance.random())
        if permit.wait <= 0:
            self.sent.append(self.now)
        return permit

    def send(self, family: str = "relations") -> float:
        """Wait as long as it is told to, send, and return when."""
        while (permit := self.ask(family)).wait > 0:
            self.now += permit.wait
        return self.now

    def send_until(self, end: float, family: str = "relations", latency: Callable[[], float] = lambda: 0.0) -> None:
        while self.send(family) < end:
            self.now += latency()
        self.sent.pop()


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


def test_a_clock_that_was_a_year_ahead_blocks_a_session_for_no_longer_than_its_windows_and_its_rest() -> None:
    ahead = Asker(EVEN, now=START + 365 * DAY)
    for _ in range(30):
        ahead.send()
    ahead.state.throttled(EVEN, ahead.now, 600.0, 60.0)
    back = Asker(EVEN, ahead.state, START)
    assert back.ask().wait == pytest.approx(600)
    assert back.send() <= START + HOUR + 2 * distance(28)
    assert back.state.hour is not None
    assert back.state.hour.learned_at.by(back.now) <= back.now


def throttled(asker: Asker, retry_after: float | None = None) -> float:
    """Take in a throttled answer and return how long the session rests."""
    return asker.state.throttled(asker.budget, asker.now, retry_after, 60.0) - asker.now


def test_a_rest_is_as_long_as_the_server_says_else_a_minute_and_doubles_to_an_hour() -> None:
    rests = []
    asker = Asker(EVEN)
    for _ in range(8):
        rests.append(throttled(asker))
        asker.now += rests[-1]
    assert rests == pytest.approx([60, 120, 240, 480, 960, 1920, LONGEST_COOLDOWN, LONGEST_COOLDOWN])
    assert throttled(asker, 7_200.0) == pytest.approx(7_200)
    asker = Asker(EVEN)
    assert throttled(asker, 90.0) == pytest.approx(90)
    asker.now += 90
    assert throttled(asker, 5.0) == pytest.approx(180)
    asker.now += 180
    asker.state.answered(asker.now)
    assert throttled(asker) == pytest.approx(60)


@pytest.mark.parametrize("retry_after", [10 * DAY, 1e300, float("inf")])
def test_a_server_that_names_a_senseless_time_is_believed_for_a_day(retry_after: float) -> None:
    asker = Asker(EVEN)
    assert throttled(asker, retry_after) == pytest.approx(DAY)
    row: dict[str, object] = {}
    asker.state.write(row)
    assert SessionState.read(orjson.loads(orjson.dumps(row))) == asker.state


def test_nothing_is_sent_while_the_session_rests_with_a_budget_or_without() -> None:
    asker = Asker(EVEN)
    throttled(asker, 300.0)
    for budget in (EVEN, None):
        permit = asker.state.ask(budget, "profiles", asker.now + 200, 0.0)
        assert permit == Permit(pytest.approx(100), "the server asked the session to slow down, so it cools down")
    assert asker.state.ask(None, "profiles", asker.now + 301, 0.0).wait == 0


def test_answers_to_what_was_sent_before_the_rest_neither_double_nor_end_it() -> None:
    asker = Asker(EVEN)
    throttled(asker)
    asker.now += 10
    assert throttled(asker) == pytest.approx(50)
    assert throttled(asker, 200.0) == pytest.approx(200)
    asker.state.answered(asker.now)
    assert (asker.state.cooldowns_in_row, asker.ask().wait) == (1, pytest.approx(200))


def learned_from(sent: int, budget: Budget = EVEN) -> Asker:
    """A session that was throttled at its last of so many requests."""
    asker = Asker(replace(budget, pace=Pace.BURST))
    for _ in range(sent):
        asker.send()
        asker.now += 20
    throttled(asker)
    return asker


def test_after_a_throttled_answer_the_pace_goes_on_at_90_percent_rises_and_stays_below_what_was_too_much() -> None:
    asker = learned_from(101)
    at = {hours: asker.state.limits(EVEN, asker.now + hours * HOUR).hour for hours in range(40)}
    assert [at[hours] for hours in range(6)] == [90, 92, 94, 96, 98, 98]
    assert {at[hours] for hours in range(5, 24)} == {98}
    assert [at[hours] for hours in (24, 25, 26)] == [99, 101, 103]
    assert asker.state.limits(EVEN, asker.now + 400 * HOUR).hour == 120
    assert asker.state.limits(EVEN, asker.now + 10 * 365 * DAY).hour == 120
    assert asker.state.limits(EVEN, asker.now).day == 500


def test_what_is_learned_never_raises_the_budget() -> None:
    asker = learned_from(101)
    assert asker.state.limits(Budget(WindowLimits(30, 80)), asker.now + 5 * HOUR).hour == 30


def test_the_learned_ceiling_holds_in_any_window() -> None:
    asker = learned_from(101)
    asker.budget, sent = EVEN, list(asker.sent)
    asker.state.answered(asker.now + 61)
    asker.send_until(START + 6 * HOUR)
    assert most_within(asker.sent[len(sent) :], HOUR) <= 98


def test_a_lesson_from_few_requests_leaves_a_twentieth_of_the_budget_and_is_overcome_in_days() -> None:
    asker = learned_from(1)
    assert asker.state.hour == LearnedLimit(6, Moment(START + 20))
    assert asker.state.limits(EVEN, asker.now).hour == 5
    assert asker.state.limits(EVEN, asker.now + 4 * DAY).hour > 20
    assert asker.state.limits(EVEN, asker.now + 8 * DAY).hour == 120


def test_a_second_throttled_answer_in_a_row_teaches_the_day_and_takes_the_hours_lesson_back() -> None:
    asker = Asker(Budget(WindowLimits(120, 1_000)))
    while len(asker.sent) < 301:
        asker.send()
    throttled(asker)
    assert asker.state.hour is not None
    asker.send()
    throttled(asker)
    limits = asker.state.limits(asker.budget, asker.now)
    assert (limits.hour, limits.day) == (120, 270)
    asker.now = asker.state.rests_until(asker.now)
    assert asker.ask().wait > 16 * HOUR
    days = [asker.state.limits(asker.budget, asker.now + days * DAY).day for days in range(6)]
    assert days == [270, 276, 282, 299, 305, 311]


def test_an_hours_lesson_from_before_outlives_that_of_a_day() -> None:
    asker = learned_from(101, Budget(WindowLimits(120, 1_000)))
    known = asker.state.hour
    asker.send()
    asker.state.answered(asker.now)
    throttled(asker)
    assert asker.state.hour != known
    asker.send()
    throttled(asker)
    assert asker.state.hour == known
    assert asker.state.day is not None


def test_a_third_throttled_answer_in_a_row_teaches_nothing_more() -> None:
    asker = learned_from(101)
    for _ in range(2):
        asker.now = asker.state.rests_until(asker.now)
        throttled(asker)
    known = (asker.state.hour, asker.state.day)
    for _ in range(5):
        asker.now = asker.state.rests_until(asker.now)
        throttled(asker)
    assert (asker.state.hour, asker.state.day) == known


def test_a_throttled_answer_without_a_budget_teaches_nothing_but_to_rest() -> None:
    state = SessionState()
    assert state.throttled(None, START, None, 60.0) == START + 60
    assert (state.hour, state.day) == (None, None)


def test_a_parked_session_stays_so_until_it_is_resumed_and_keeps_what_it_knows() -> None:
    asker = learned_from(101)
    known = replace(asker.state)
    asker.state.park(PARKED, "followers: challenge_required", START, "mark")
    assert not asker.state.is_replaced_by("another")
    assert asker.state.parked == PARKED
    asker.state.resume()
    assert asker.state == known


def test_an_expired_session_is_replaced_by_another_one_only() -> None:
    state = SessionState()
    state.park(EXPIRED, "followers: login_required", START, "mark")
    assert not state.is_replaced_by("mark")
    assert state.is_replaced_by("another")
    state.resume()
    assert state == SessionState()


def full() -> SessionState:
    asker = learned_from(101)
    for _ in range(2):
        asker.send("profiles")
        throttled(asker)
        if asker.state.cooldowns_in_row == 2:
            asker.state.answered(asker.state.rests_until(asker.now))
    asker.state.park(PARKED, "why", START, "mark")
    return asker.state


def test_all_of_it_survives_the_store() -> None:
    state, row = full(), dict[str, object]()
    state.write(row)
    assert state.hour is not None
    assert state.day is not None
    assert SessionState.read(orjson.loads(orjson.dumps(row))) == state
    assert SessionState.read({}) == SessionState()


def test_what_a_later_version_keeps_beside_it_is_passed_over_and_kept() -> None:
    row: dict[str, object] = {}
    full().write(row)
    row = orjson.loads(orjson.dumps(row))
    row["weather"] = "fine"
    row["hour"]["weather"] = "fine"  # type: ignore[index]
    state = SessionState.read(row)
    assert state == full()
    state.write(row)
    assert row["weather"] == "fine"


def test_what_is_asked_for_an_estimate_is_not_counted() -> None:
    asker = Asker(BURST)
    for _ in range(20):
        assert asker.state.next_free(BURST, asker.now) == Permit()
        asker.ask()
    free = asker.state.next_free(BURST, asker.now)
    assert free.wait == pytest.approx(HOUR + MARGIN)
    assert asker.state.next_free(None, asker.now) == Permit()
    throttled(asker, 2 * HOUR)
    assert asker.state.next_free(BURST, asker.now).wait == pytest.approx(2 * HOUR)
    assert len(asker.state.sent.times(asker.now)) == 20
