"""What is known of a session: that it is parked or has expired, and what of it survives the store."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from igcrawl.budget.limits import MARGIN
from igcrawl.budget.session_state import EXPIRED, PARKED, Permit, SessionState
from igcrawl.times import HOUR
from tests.budget.asker import BURST, START, Asker, learned_from, throttled


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
            asker.state.answered(asker.state.cools_until(asker.now))
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
