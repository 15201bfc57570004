"""Crawls within a budget, throttled crawls, and what a session in trouble sends: nothing."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from igcrawl.budget.session_state import SessionState
from igcrawl.simulator import TROUBLES, Simulator, Trouble
from tests.support.crawls import until
from tests.support.place import Done, Place, Running, timeless

#: 260 followers on 8 pages; 1,000 followers on 27 pages; 20 lists of 2,000.
SMALL, LARGE = "100000011", "25025320"
CRAWL = ("followers", f"user_id={SMALL}")
#: A budget of 20 that is spent as fast as can be.
TWENTY = {"IG_BUDGET_HOUR": "20", "IG_PACE": "burst", "IG_WAIT_MAX": "0"}
#: Waits for as long as it takes.
PATIENT = {"IG_WAIT_MAX": ""}


@pytest.fixture(params=["sqlite", "postgres"])
def shared(request: pytest.FixtureRequest, simulator: Simulator, tmp_path: Path) -> Iterator[Place]:
    """A place whose crawls spend a budget of 20 from one store."""
    if request.param == "sqlite":
        yield Place(simulator, tmp_path, **TWENTY)
        return
    from tests.support.postgres import ready_database

    with ready_database() as url:
        yield Place(simulator, tmp_path, IG_STORE=url, **TWENTY)


def in_peace(place: Place, *command: str) -> Done:
    """The same crawl in one run, from a store of its own and without a limit."""
    place.simulator.faults.clear()
    place.simulator.limits.clear()
    unlimited = ("-s", "IG_BUDGET=False", "-s", "IG_STORE=sqlite:///peace.db")
    return place.crawl(*command, *unlimited, output=("-O", "peace.jsonl"))


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu_seconds_at_rest(pid: int) -> float:
    """The same once the process has gone to rest."""
    seen = [cpu_seconds(pid)]

    def rests() -> bool:
        time.sleep(0.03)
        seen.append(cpu_seconds(pid))
        return seen[-1] == seen[-2]

    until(rests)
    return seen[-1]


def waiting(place: Place, *command: str, output: tuple[str, ...] = ("-O", "out.jsonl")) -> Running:
    """A crawl that waits for its budget."""
    running = place.start(*command, output=output)
    running.wait_until(lambda: "waiting until" in running.process.log)
    return running


def test_processes_with_one_session_never_exceed_its_budget_together(shared: Place, simulator: Simulator) -> None:
    commands = [("followers", f"user_id={LARGE}", f"crawl={name}") for name in "abc"]
    running = [shared.start(*command, output=("-O", f"{command[-1]}.jsonl")) for command in commands]
    done = [each.done() for each in running]
    assert len(simulator.requests) == 20
    assert {each.code for each in done} == {1}
    assert {each.walks[-1]["verdict"] for each in done} == {"throttled"}
    assert "20 requests were sent within an hour" in done[0].log
    assert len(shared.state().sent.times(time.time())) == 20


def test_nor_does_a_process_that_is_started_after_a_crash(shared: Place, simulator: Simulator) -> None:
    simulator.faults.add(operation="followers", kind="delay", delay=0.05)
    first = shared.start("followers", f"user_id={LARGE}")
    first.wait_for(9)
    first.process.kill()
    assert shared.crawl("followers", f"user_id={LARGE}", code=1).walks[-1]["verdict"] == "throttled"
    # The killed one may have taken a turn that it did not use.
    assert 19 <= len(simulator.requests) <= 20


def test_retries_are_requests_too(place: Place, simulator: Simulator) -> None:
    place.environment |= TWENTY
    simulator.faults.add(operation="followers", kind="status", status=500)
    place.crawl("profiles", "user_ids=25025320", output=())
    done = place.crawl(*CRAWL, "-s", "IG_BUDGET_HOUR=4", code=1)
    assert done.walks[0]["verdict"] == "throttled"
    assert len(simulator.requests) == 4
    assert len(place.state().sent.times(time.time())) == 4


def test_a_family_is_held_to_its_own_budget(place: Place, simulator: Simulator) -> None:
    budgets = ("-s", 'IG_BUDGETS={"profiles": [3, 200]}', "-s", "IG_PACE=burst")
    done = place.crawl("profiles", "user_ids=25025320,100000011,100000012,100000013", *budgets, code=1)
    assert [walk["verdict"] for walk in done.walks] == ["complete"] * 3 + ["throttled"]
    assert "3 requests for profiles were sent within an hour" in done.log
    assert [request.family for request in simulator.requests] == ["profiles"] * 3


def test_an_even_pace_spreads_requests(place: Place, simulator: Simulator) -> None:
    done = place.crawl(*CRAWL, "-s", "IG_BUDGET_HOUR=18000", "-s", "IG_BUDGET_DAY=90000", "-s", "IG_WAIT_MAX=1")
    gaps = [later.at - earlier.at for earlier, later in pairwise(done.asked)]
    assert min(gaps) >= 0.1
    assert 0.19 <= sum(gaps) / len(gaps) <= 0.35


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_waiting_crawl_says_until_when_costs_no_cpu_and_ends_at_once(
    place: Place, number: signal.Signals, tmp_path: Path
) -> None:
    place.environment |= TWENTY | PATIENT
    running = waiting(place, *CRAWL, "-s", "IG_BUDGET_HOUR=3")
    assert re.search(r"waiting until .* UTC.*: 3 requests were sent within an hour", running.process.log)
    before = cpu_seconds_at_rest(running.process.pid)
    time.sleep(0.7)
    assert cpu_seconds(running.process.pid) - before <= 0.03
    assert running.process.log.count("waiting until") == 1
    running.process.signal(number)
    began = time.monotonic()
    done = running.done()
    assert time.monotonic() - began < 3
    assert (done.code, done.walks[-1]["verdict"]) == (1, "interrupted")
    assert len(done.asked) == len(place.state().sent.times(time.time())) == 3
    whole = in_peace(place, *CRAWL)
    rest = place.crawl(*CRAWL, "-s", "IG_BUDGET_HOUR=100")
    assert len(done.asked) + len(rest.asked) == len(whole.asked)
    assert timeless(rest.records) == timeless(whole.records)


def test_a_run_that_would_wait_too_long_ends_and_the_same_command_goes_on(place: Place) -> None:
    place.environment |= TWENTY
    first = place.crawl(*CRAWL, "-s", "IG_BUDGET_HOUR=5", "-s", "IG_WAIT_MAX=3000", code=1)
    assert first.walks[0]["verdict"] == "throttled"
    assert "longer than IG_WAIT_MAX=3000 s; the same command continues then" in first.log
    none = place.crawl(*CRAWL, "-s", "IG_BUDGET_HOUR=5", "-s", "IG_WAIT_MAX=3000", code=1)
    assert none.asked == []
    assert timeless(none.records, "reason") == timeless(first.records, "reason")
    rest = place.crawl(*CRAWL, "-s", "IG_BUDGET_HOUR=6", "-s", "IG_WAIT_MAX=3000", code=1)
    assert len(rest.asked) == 1
    last = place.crawl(*CRAWL, "-s", "IG_BUDGET_HOUR=100")
    whole = in_peace(place, *CRAWL)
    assert timeless(last.records) == timeless(whole.records)
    assert len(first.asked) + 1 + len(last.asked) == len(whole.asked)


@pytest.mark.parametrize("throttle", [{"kind": "throttle"}, {"kind": "throttle_graphql"}, {"kind": "rate_limit_error"}])
def test_a_throttled_call_is_asked_again_with_its_cursor_and_nothing_is_lost_or_twice(
    place: Place, simulator: Simulator, throttle: dict[str, str]
) -> None:
    place.environment |= PATIENT | {"IG_COOLDOWN": "0.1"}
    for nth in (3, 4, 7):
        simulator.faults.add(operation="followers", nth=nth, **throttle)
    done = place.crawl(*CRAWL)
    lists = [request for request in done.asked if request.operation == "followers"]
    assert lists[2].cursor == lists[3].cursor == lists[4].cursor is not None
    assert lists[6].cursor == lists[7].cursor
    assert {request.method for request in lists} == {"POST"}
    assert lists[3].at - lists[2].at >= 0.1
    assert lists[4].at - lists[3].at >= 0.2
    assert lists[7].at - lists[6].at >= 0.1
    assert done.log.count("the session cools down until") == 3
    whole = in_peace(place, *CRAWL)
    assert len(done.asked) == len(whole.asked) + 3
    assert timeless(done.records, "requests") == timeless(whole.records, "requests")
    assert place.state().cooldowns_in_row == 0


def test_a_targets_own_answer_ends_a_row_of_throttled_ones_too(place: Place, simulator: Simulator) -> None:
    place.environment |= PATIENT
    simulator.faults.add(operation="followers", nth=1, kind="throttle")
    done = place.crawl("followers", "user_id=100000001")
    assert [walk["verdict"] for walk in done.walks] == ["private"]
    assert done.operations[-2:] == ["followers", "followers"]
    assert (place.state().cooldowns_in_row, place.state().cooldown_seconds) == (0, 0)


def test_a_passing_fault_is_asked_again_as_it_was(place: Place, simulator: Simulator) -> None:
    simulator.faults.add(operation="followers", nth=2, kind="cut_connection")
    simulator.faults.add(operation="followers", nth=3, kind="status", status=502)
    asked = [request for request in place.crawl(*CRAWL).asked if request.operation == "followers"]
    assert {request.method for request in asked} == {"POST"}
    assert asked[1].cursor == asked[2].cursor == asked[3].cursor is not None
    assert len({request.cursor for request in asked}) == len(asked) - 2


def test_the_next_run_rests_too(place: Place, simulator: Simulator) -> None:
    place.environment["IG_COOLDOWN"] = "5"
    simulator.faults.add(operation="followers", nth=3, kind="throttle")
    first = place.crawl(*CRAWL, code=1)
    assert "the server asked the session to slow down, so it cools down" in first.log
    none = place.crawl(*CRAWL, code=1)
    assert none.asked == []
    place.environment |= PATIENT
    second = place.crawl(*CRAWL)
    assert second.asked[0].at - first.asked[-1].at >= 5
    whole = in_peace(place, *CRAWL)
    assert timeless(second.records, "requests") == timeless(whole.records, "requests")


def test_a_crawl_that_rests_ends_at_once_when_it_is_stopped(place: Place, simulator: Simulator) -> None:
    place.environment |= PATIENT
    simulator.faults.add(operation="followers", nth=3, kind="throttle", headers={"Retry-After": "3000"})
    running = waiting(place, *CRAWL)
    running.process.signal(signal.SIGINT)
    done = running.done()
    assert (done.code, done.walks[-1]["verdict"]) == (1, "interrupted")
    assert "so it cools down" in done.log
    assert 2_900 < place.state().cools_until(time.time()) - time.time() <= 3_000


def test_what_a_throttled_answer_teaches_is_kept(place: Place, simulator: Simulator) -> None:
    place.environment |= {"IG_BUDGET_HOUR": "100", "IG_PACE": "burst"}
    simulator.limits.add(requests=8, seconds=3600)
    place.crawl("followers", f"user_id={LARGE}", code=1)
    state = place.state()
    assert state.hour is not None
    assert state.hour.requests == 8
    simulator.limits.clear()
    line = place.crawl("followers", f"user_id={LARGE}", code=1).log
    assert "7 requests were sent within an hour" in line
    assert simulator.limits.throttled == 1


#: A denial in words of its own may be anything; it speaks of no login.
DENIALS = [trouble for trouble in TROUBLES if trouble.kind in {"login_flag", "status"}]
#: One for each meaning with each status; `test_diagnosis.py` tells every disguise by its answer.
DISGUISES = {(trouble.meaning, trouble.status): trouble for trouble in TROUBLES if trouble not in DENIALS}


@pytest.mark.parametrize("denial", DENIALS, ids=str)
def test_a_session_that_is_denied_in_words_whatever_it_asks_rests_and_is_not_parked(
    place: Place, simulator: Simulator, denial: Trouble
) -> None:
    simulator.faults.add(**denial.fault)
    command = ("followers", f"user_id={SMALL}")
    done = place.crawl(*command, code=1)
    assert len(done.asked) <= 1 + 4
    assert [walk["verdict"] for walk in done.walks] == ["throttled"]
    assert place.state().parked is None
    assert place.state().cooldowns_in_row == 1


@pytest.mark.parametrize("trouble", DISGUISES.values(), ids=str)
def test_after_trouble_nothing_more_is_sent_by_this_run_or_the_next(
    place: Place, simulator: Simulator, trouble: Trouble
) -> None:
    simulator.faults.add(operation="followers", nth=3, times=1, **trouble.fault)
    command = ("followers", f"user_id={SMALL}")
    done = place.crawl(*command, code=3)
    assert len(done.asked) == 4, done.operations
    assert [walk["verdict"] for walk in done.walks] == ["blocked"]
    advice = "scrapy session import FILE" if trouble.meaning == "login" else "scrapy session resume session.json"
    (line,) = [line for line in done.log.splitlines() if "no further request was made" in line]
    assert advice in line
    state = place.state()
    assert state.parked == ("expired" if trouble.meaning == "login" else "parked")
    simulator.faults.clear()
    again = place.start(*command).done()
    assert (again.code, again.asked) == (3, [])
    assert again.written == done.written
    (line,) = [line for line in again.log.splitlines() if line.startswith("igcrawl: ")]
    assert advice in line
    assert "since" in line
    assert again.log.count("\n") <= 3


@pytest.mark.parametrize("output", ["out.jsonl", "out.csv", "out.json"])
def test_a_parked_session_leaves_what_earlier_runs_wrote_untouched(
    place: Place, simulator: Simulator, output: str
) -> None:
    first = place.crawl(*CRAWL, output=("-O", output))
    place.state(lambda state: state.park("parked", "followers: challenge_required", time.time(), "mark"))
    for command in (CRAWL, ("profiles", "user_ids=25025320")):
        again = place.crawl(*command, output=("-O", output), code=3)
        assert again.asked == []
        assert again.written == first.written


def test_a_session_that_is_resumed_goes_on_where_it_was(place: Place, simulator: Simulator) -> None:
    simulator.faults.add(operation="followers", nth=3, kind="challenge")
    first = place.crawl(*CRAWL, code=3)
    simulator.faults.clear()
    place.state(SessionState.resume)
    second = place.crawl(*CRAWL)
    whole = in_peace(place, *CRAWL)
    assert len(first.asked) + len(second.asked) == len(whole.asked) + 1
    assert timeless(second.records, "requests") == timeless(whole.records, "requests")


def test_a_newer_session_of_the_account_takes_the_place_of_an_expired_one(tmp_path: Path) -> None:
    with Simulator(expires_after_requests=4) as simulator:
        place = Place(simulator, tmp_path)
        first = place.crawl(*CRAWL, code=3)
        assert place.state().parked == "expired"
        assert place.crawl(*CRAWL, code=3).asked == []
        simulator.sessions.renew()
        (tmp_path / "session.json").unlink()
        simulator.write_session(tmp_path / "session.json")
        second = place.crawl(*CRAWL, "max_pages=5", code=0)
        assert "a newer login has replaced the expired one" in second.log
        assert len(first.asked) + len(second.asked) == 5 + 1 + 1


@pytest.mark.parametrize("first", ["user_profile", "user_lookup", "user_info"])
def test_trouble_before_a_walks_first_page_ends_it_just_so(place: Place, simulator: Simulator, first: str) -> None:
    simulator.faults.add(nth=1, kind="checkpoint")
    command = {
        "user_profile": ("followers", f"user_id={SMALL}"),
        "user_lookup": ("followers", "username=instagram"),
        "user_info": ("profiles", "usernames=instagram,linus"),
    }[first]
    done = place.crawl(*command, code=3)
    assert len(done.asked) == 1
    assert {walk["verdict"] for walk in done.walks} == {"blocked"}


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_when_one_worker_gets_into_trouble_the_others_send_nothing_more(
    simulator: Simulator, tmp_path: Path, store: str, request: pytest.FixtureRequest
) -> None:
    place = Place(simulator, tmp_path)
    if store == "postgres":
        from tests.support.postgres import ready_database

        context = ready_database()
        place.environment["IG_STORE"] = context.__enter__()
        request.addfinalizer(lambda: context.__exit__(None, None, None))
    simulator.faults.add(operation="followers", kind="delay", delay=0.04)
    command = ("followers", "user_id=100000040", "depth=2")
    running = [place.start(*command, output=("-O", f"{number}.jsonl")) for number in range(2)]
    running[0].wait_for(12)
    simulator.faults.clear()
    fault = simulator.faults.add(operation="followers", nth=1, times=1, kind="feedback")
    simulator.faults.add(operation="followers", kind="delay", delay=0.04)
    running[0].wait_until(lambda: fault.strikes == 1)
    struck = len(simulator.requests)
    done = [each.done() for each in running]
    assert [each.code for each in done] == [3, 3]
    # What was on its way, or through the gate.
    assert len(simulator.requests) - struck <= 1
    assert {walk["verdict"] for each in done for walk in each.walks} <= {"blocked", "complete"}


BAD: dict[str, tuple[str, ...]] = {
    "IG_BUDGET": ("maybe", "2"),
    "IG_BUDGET_HOUR": ("0", "-1", "1.5", "many", "", "100001", "9" * 5000, "٣", "NaN"),
    "IG_BUDGET_DAY": ("0", "-1", "1e3", "all", "100001"),
    "IG_BUDGETS": ("x", "[]", "1", '{"nobody": [1, 2]}', '{"profiles": 3}', '{"profiles": [1]}', '{"profiles": [0, 2]}',
                   '{"profiles": [1, "x"]}', '{"profiles": [true, 2]}', '{"profiles": [1, 2, 3]}',
                   '{"profiles": null}'),
    "IG_PACE": ("Even", "slow", ""),
    "IG_WAIT_MAX": ("-1", "soon", "nan", "inf", "1e99"),
    "IG_COOLDOWN": ("-1", "0", "soon", "3601", "nan", ""),
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_a_value_that_cannot_be_used_is_refused_in_one_line(place: Place, name: str, value: str) -> None:
    line = place.refused(*CRAWL, "-s", f"{name}={value}")
    assert line.startswith(f"igcrawl: {name}: ")
    assert len(line) < 300
