"""`scrapy budget`: what a session has used, what is left, when it may send, and how what was learned is dropped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from igcrawl.budget.learned_limit import LearnedLimit
from igcrawl.budget.limits import Budget, WindowLimits
from igcrawl.budget.moments import Moment, SentTimes
from igcrawl.budget.report import forget, state_lines
from igcrawl.budget.session_state import EXPIRED, PARKED, SessionState
from igcrawl.store import is_postgres_url
from igcrawl.times import DAY
from tests.conftest import Run, Scrapy
from tests.support.session_file import encodings_of, secrets_of, session_settings, write_session
from tests.support.session_states import change_state

ACCOUNT = "51234567890"
NOW = 1_800_000_000.0
BUDGET = Budget(WindowLimits(120, 500), {"profiles": WindowLimits(60, 200)})

Budgets = Callable[..., Run]


@pytest.fixture
def budget(scrapy: Scrapy, tmp_path: Path) -> Budgets:
    """Runs `scrapy budget` with a session."""
    write_session(tmp_path / "session.json")

    def run(*options: str, **environment: str) -> Run:
        return scrapy("budget", *options, **{"IG_SESSION": "session.json"} | environment)

    return run


def keep(folder: Path, url: str, account: str = ACCOUNT, **known: Any) -> None:
    """Keep a session's state for the commands of a folder."""
    known_state = SessionState(**known)
    change_state(folder, account, lambda state: state.merge(known_state), store=url if is_postgres_url(url) else None)


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a store."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/.igcrawl/store.db"
        return
    from tests.support.postgres import ready_database

    with ready_database() as address:
        yield address


# The lines


def lines(state: SessionState, fingerprint: str | None = "mine", allowed: Budget | None = BUDGET) -> str:
    """What is said of a session."""
    return "\n".join(state_lines(state, allowed, "mine", NOW, fingerprint))


def test_used_and_left_are_told_for_sliding_windows_and_for_families() -> None:
    sent = {"profiles": [NOW - DAY + 60, NOW - 1800], "relations": [NOW - 4000, NOW - 2000, NOW - 1000]}
    told = lines(SessionState(sent=SentTimes(sent)))
    assert "all: last hour: 3 of 120 used, 117 left; last 24 hours: 5 of 500 used, 495 left" in told
    assert "profiles: last hour: 1 of 60 used, 59 left; last 24 hours: 2 of 200 used, 198 left" in told
    assert told.endswith("next request: now")


def test_a_budget_that_is_used_up_says_when_it_is_free() -> None:
    told = lines(SessionState(sent=SentTimes({"relations": [NOW - 1800 + each for each in range(120)]})))
    assert "120 of 120 used, 0 left" in told
    assert "next request: 08:30:02 UTC, in 30 min (120 requests were sent within an hour)" in told


def test_a_learned_limit_is_told_with_the_pace_that_it_leaves() -> None:
    told = lines(SessionState(hour=LearnedLimit(50, Moment(NOW)), day=LearnedLimit(400, Moment(NOW))))
    assert "last hour: 0 of 45 used" in told
    assert "the server took 50 an hour, so 45 of 120 are sent now, one every 80 s" in told
    assert "the server took 400 a day, so 360 of 500 are sent now" in told
    assert "learned" not in lines(SessionState(hour=LearnedLimit(500, Moment(NOW))))


def test_a_rest_and_a_parked_session_say_what_to_do() -> None:
    assert "cooling down until 08:01:30 UTC, in 90 s" in lines(SessionState(cooling=Moment(NOW), cooldown_seconds=90.0))
    parked = lines(SessionState(parked=PARKED, parked_at=NOW - 60, parked_why="challenge_required"))
    assert "parked since 07:59:00 UTC: challenge_required; nothing is sent" in parked
    assert "scrapy session resume mine" in parked
    assert "next request" not in parked
    expired = SessionState(parked=EXPIRED, parked_at=NOW - 60, parked_why="login_required", parked_fingerprint="mine")
    assert "log in again by hand" in lines(expired)
    assert "a newer session has come" in lines(expired, fingerprint="newer")


def test_what_was_learned_is_dropped_and_what_was_sent_and_parked_stays() -> None:
    state = SessionState(
        sent=SentTimes({"profiles": [NOW]}),
        hour=LearnedLimit(50, Moment(NOW)),
        cooling=Moment(NOW),
        cooldown_seconds=90.0,
        cooldowns_in_row=2,
        parked=PARKED,
    )
    assert forget(state, NOW) == (
        "dropped the learned limit of 50 an hour and the cooldown until 08:01:30 UTC, in 90 s; it stays parked"
    )
    assert state == SessionState(sent=SentTimes({"profiles": [NOW]}), parked=PARKED)
    assert forget(state, NOW).startswith("nothing to drop")


# The command


def test_without_a_store_nothing_was_used_and_none_is_made(budget: Budgets, tmp_path: Path) -> None:
    done = budget()
    assert (done.code, done.err) == (0, "")
    assert f"session session.json, account {ACCOUNT}" in done.out
    assert "all: last hour: 0 of 120 used, 120 left; last 24 hours: 0 of 500 used, 500 left" in done.out
    assert "next request: now" in done.out
    assert "nothing to drop" in budget("--forget").out
    assert "no session has sent anything yet" in budget("--all").out
    assert not (tmp_path / ".igcrawl").exists()


def test_a_session_is_shown_and_forgotten_in_either_store(budget: Budgets, store: str, tmp_path: Path) -> None:
    now = time.time()
    known = {
        "hour": LearnedLimit(40, Moment(now)),
        "cooling": Moment(now),
        "cooldown_seconds": 900.0,
        "cooldowns_in_row": 1,
    }
    keep(tmp_path, store, sent=SentTimes({"profiles": [now - 100, now - 50]}), **known)
    keep(tmp_path, store, "42", sent=SentTimes({"profiles": [now - 10]}))
    shown = budget(IG_STORE=store, IG_BUDGETS='{"profiles": [60, 200]}')
    assert "all: last hour: 2 of 36 used" in shown.out
    assert "profiles: last hour: 2 of 60 used" in shown.out
    assert "cooling down until" in shown.out
    assert "session 42" not in shown.out
    assert "the learned limit of 40 an hour and the cooldown" in budget("--forget", IG_STORE=store).out
    after = budget(IG_STORE=store)
    assert "all: last hour: 2 of 120 used" in after.out
    assert "cooling" not in after.out
    for every in (budget("--all", IG_STORE=store), budget(IG_STORE=store, IG_SESSION="")):
        assert "session 42\n  all: last hour: 1 of 120 used" in every.out
        assert f"session {ACCOUNT}\n" in every.out


def test_on_loopback_no_budget_holds_unless_one_is_given(budget: Budgets) -> None:
    loopback = {"IG_MOBILE_URL": "http://127.0.0.1:1", "IG_WEB_URL": "http://127.0.0.1:1"}
    done = budget(**loopback)
    assert done.out.startswith("no budget applies on loopback")
    assert "used" not in done.out
    assert "0 of 7 used" in budget(**loopback, IG_BUDGET_HOUR="7").out
    assert budget(IG_BUDGET="False").out.startswith("no budget applies: IG_BUDGET=False")


def test_no_part_of_the_session_is_shown(budget: Budgets, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    keep(tmp_path, url, parked=PARKED, parked_at=1.0, parked_why="challenge_required")
    content = orjson.dumps(session_settings()).decode()
    for options, session in (
        (("--all",), "session.json"),
        ((), "session.json"),
        (("--forget",), content),
        ((), content),
    ):
        done = budget(*options, IG_STORE=url, IG_SESSION=session)
        assert done.code == 0
        for secret in secrets_of(session_settings()).values():
            assert not any(form in (done.out + done.err).encode() for form in encodings_of(secret).values())


def test_what_cannot_be_used_is_refused_in_a_line(budget: Budgets) -> None:
    for done, problem in (
        (budget("--forget", IG_SESSION=""), "give one session"),
        (budget("--forget", "--all"), "give one session"),
        (budget("mine"), "takes options only"),
        (budget(IG_SESSION="nosuch"), "no session nosuch"),
        (budget(IG_STORE="nowhere"), "IG_STORE"),
        (budget(IG_BUDGET_HOUR="many"), "IG_BUDGET_HOUR"),
    ):
        assert done.code == 2
        assert problem in done.err
        assert done.err.count("\n") == 1
