"""What a throttled answer does: the session rests, and learns a limit of its own."""

from __future__ import annotations

import orjson
import pytest

from igcrawl.budget.learned_limit import LearnedLimit
from igcrawl.budget.limits import Budget, WindowLimits
from igcrawl.budget.moments import Moment
from igcrawl.budget.session_state import LONGEST_COOLDOWN, Permit, SessionState
from igcrawl.times import DAY, HOUR
from tests.budget.asker import EVEN, START, Asker, learned_from, most_within, throttled


def test_a_cooldown_is_as_long_as_the_server_says_else_a_minute_and_doubles_to_an_hour() -> None:
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


def test_nothing_is_sent_while_the_session_cools_down_with_a_budget_or_without() -> None:
    asker = Asker(EVEN)
    throttled(asker, 300.0)
    for budget in (EVEN, None):
        permit = asker.state.ask(budget, "profiles", asker.now + 200, 0.0)
        assert permit == Permit(pytest.approx(100), "the server asked the session to slow down, so it cools down")
    assert asker.state.ask(None, "profiles", asker.now + 301, 0.0).wait == 0


def test_answers_to_what_was_sent_before_the_cooldown_neither_double_nor_end_it() -> None:
    asker = Asker(EVEN)
    throttled(asker)
    asker.now += 10
    assert throttled(asker) == pytest.approx(50)
    assert throttled(asker, 200.0) == pytest.approx(200)
    asker.state.answered(asker.now)
    assert (asker.state.cooldowns_in_row, asker.ask().wait) == (1, pytest.approx(200))


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


def test_the_learned_limit_holds_in_any_window() -> None:
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
    asker.now = asker.state.cools_until(asker.now)
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
        asker.now = asker.state.cools_until(asker.now)
        throttled(asker)
    known = (asker.state.hour, asker.state.day)
    for _ in range(5):
        asker.now = asker.state.cools_until(asker.now)
        throttled(asker)
    assert (asker.state.hour, asker.state.day) == known


def test_a_throttled_answer_without_a_budget_teaches_nothing_but_to_cool_down() -> None:
    state = SessionState()
    assert state.throttled(None, START, None, 60.0) == START + 60
    assert (state.hour, state.day) == (None, None)
