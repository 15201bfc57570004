"""`-a plan=1`: what a crawl would take is said, at most one request is sent, and nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from igcrawl.arguments import ListArguments, SuggestionsArguments
from igcrawl.budget.forecast import seconds_for
from igcrawl.budget.learned_limit import LearnedLimit
from igcrawl.budget.limits import MARGIN, Budget, Pace, WindowLimits
from igcrawl.budget.moments import Moment
from igcrawl.budget.session_state import SessionState
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.planning.cost import Range, cost_of, cost_of_found, pages_of
from igcrawl.simulator import Simulator
from igcrawl.store import OperatorLimits
from igcrawl.times import DAY, HOUR, span
from tests.conftest import Scrapy
from tests.support.place import Done, Place
from tests.support.session_states import end_rest

INSTAGRAM = "25025320"
NOW = 1_800_000_000.0


@pytest.fixture
def place(simulator: Simulator, tmp_path: Path) -> Place:
    """A folder whose crawls have the budget of real ones."""
    return Place(simulator, tmp_path, IG_BUDGET_HOUR="120", IG_PACE="burst")


@pytest.fixture
def unlimited(simulator: Simulator, tmp_path: Path) -> Place:
    """The same on loopback, as it is by itself."""
    return Place(simulator, tmp_path)


def plan(place: Place, *command: str, output: tuple[str, ...] = (), code: int = 0) -> Done:
    """Plan a crawl."""
    return place.crawl(*command, "plan=1", output=output, code=code)


def lists(**given: Any) -> ListArguments:
    """Arguments of `followers`."""
    return ListArguments.parse({"user_id": INSTAGRAM} | given)


# How long it takes


def play(requests: int, budget: Budget, state: SessionState, now: float, family: str = "") -> float:
    """Send so many requests by the rules of state alone, and return when the last one went."""
    at = now
    for _ in range(requests):
        while (permit := state.ask(budget, family, at, 0.0)).wait > 0:
            at += permit.wait
    return at - now


@pytest.mark.parametrize("pace", list(Pace))
@pytest.mark.parametrize("used", [0, 7, 30])
@pytest.mark.parametrize("requests", [1, 5, 16, 23, 57, 150])
def test_the_forecast_is_what_the_gate_does(pace: Pace, used: int, requests: int) -> None:
    budget = Budget(WindowLimits(20, 60), pace=pace)
    state = SessionState()
    play(used, budget, state, NOW - HOUR / 2)
    later = NOW + 2 * HOUR if used == 30 else NOW
    forecast = seconds_for({"": requests}, budget, state, later)
    assert forecast == pytest.approx(play(requests, budget, state, later), abs=2.0)


def test_a_family_with_a_budget_of_its_own_makes_its_crawl_longer() -> None:
    budget = Budget(WindowLimits(20, 60), {"profiles": WindowLimits(5, 10)})
    forecast = seconds_for({"profiles": 11, "relations": 3}, budget, SessionState(), NOW)
    assert forecast == pytest.approx(play(11, budget, SessionState(), NOW, "profiles"), abs=2.0)
    assert forecast > DAY


def test_a_learned_limit_and_a_cooldown_make_it_longer() -> None:
    budget = Budget(WindowLimits(20, 60))
    learned = SessionState(hour=LearnedLimit(10, Moment(NOW)))
    assert seconds_for({"": 10}, budget, learned, NOW) == pytest.approx(HOUR + MARGIN, abs=2.0)
    assert seconds_for({"": 1}, budget, SessionState(cooling=Moment(NOW), cooldown_seconds=90.0), NOW) == pytest.approx(
        90
    )
    assert seconds_for({"": 1}, None, SessionState(cooling=Moment(NOW), cooldown_seconds=90.0), NOW) == pytest.approx(
        90
    )
    assert seconds_for({}, budget, learned, NOW) == 0


def test_a_crawl_of_years_is_forecast_at_once() -> None:
    assert span(seconds_for({"": 1_000_000}, Budget())).startswith("1999")
    assert (span(90), span(300), span(3602), span(3 * DAY)) == ("90 s", "5 min", "1.0 h", "3.0 days")


# What a walk costs


def test_pages_follow_from_the_count_and_from_the_operators_limits() -> None:
    followers, rest = OPERATIONS["followers"], OPERATIONS["followers_rest"]
    assert pages_of(followers, {}, 1000, OperatorLimits()) == Range(20, 40)
    assert pages_of(followers, {}, 1000, OperatorLimits(max_pages=5)) == Range(5, 5)
    assert pages_of(followers, {}, 1000, OperatorLimits(max_users=100)) == Range(2, 4)
    assert pages_of(followers, {}, None, OperatorLimits(max_users=100)) == Range(1, 4)
    assert pages_of(followers, {}, 0, OperatorLimits()) == Range(1, 1)
    assert pages_of(followers, {}, None, OperatorLimits()) == Range(1, None)
    assert pages_of(rest, {"page_size": "50"}, 1001, OperatorLimits()) == Range(21, 21)
    assert pages_of(OPERATIONS["comment_infos"], {"media_ids": ["1_1"] * 101}, None, OperatorLimits()) == Range(3, 3)
    assert pages_of(OPERATIONS["user_clips"], {}, 25, OperatorLimits()) == Range(1, 3)
    assert pages_of(OPERATIONS["top_serp"], {}, None, OperatorLimits(max_pages=2)) == Range(1, 2)


def test_names_counts_and_needs_cost_requests_of_their_own() -> None:
    followers = OPERATIONS["followers"]
    assert cost_of(followers, {"username": "a"}, lists(), 25).requests == Range(3, 3)
    assert cost_of(followers, {"user_id": "1"}, lists(verify="0"), 25).requests == Range(1, 1)
    assert cost_of(OPERATIONS["user_profile"], {"username": "a"}, lists()).least == {"profiles": 2}
    assert cost_of(OPERATIONS["user_lookup"], {"username": "a"}, lists()).requests == Range(2, 2)


def test_a_graph_costs_at_least_its_first_list_and_is_bounded_by_max_walks() -> None:
    followers, chaining = OPERATIONS["followers"], OPERATIONS["chaining"]
    assert cost_of_found(followers, lists(), 1000).requests == Range(0, 0)
    assert cost_of_found(followers, lists(depth="2"), 1000).requests == Range(2000, None)
    assert cost_of_found(followers, lists(depth="2", only="public"), 1000).requests == Range(0, None)
    assert cost_of_found(followers, lists(depth="2", skip_over="9"), 1000).requests == Range(1000, None)
    bounded = cost_of_found(followers, lists(depth="2", max_walks="11", max_pages="3"), 1000)
    assert (bounded.walks, bounded.requests) == (Range(0, 10), Range(0, 40))
    suggested = SuggestionsArguments.parse({"user_id": "1", "depth": "3", "max_walks": "11"})
    assert cost_of_found(chaining, suggested, None).requests == Range(0, 10)


# The command


def test_a_plan_of_a_list_asks_one_profile_and_writes_nothing(place: Place) -> None:
    (place.folder / "out.jsonl").write_bytes(b'{"type":"mine"}\n')
    (place.folder / "out.csv").write_bytes(b"mine\n")
    for output in (("-O", "out.jsonl"), ("-O", "out.csv"), ("-o", "new.jsonl"), ("-O", "new.json")):
        done = plan(place, "followers", f"user_id={INSTAGRAM}", "-s", "FEED_STORE_EMPTY=True", output=output)
        assert done.operations == ["user_profile"], done.log
        assert "in all: 1 walk, 20 to 40 pages, 21 to 41 requests" in done.log
        assert "of 120 used" in done.log
        assert " days)" in done.log
        assert "done by: " in done.log
    assert (place.folder / "out.jsonl").read_bytes() == b'{"type":"mine"}\n'
    assert (place.folder / "out.csv").read_bytes() == b"mine\n"
    assert {path.name for path in place.folder.iterdir() if path.name.startswith("new")} == set()


def test_what_was_planned_is_what_the_crawl_takes(unlimited: Place) -> None:
    done = plan(unlimited, "followers", "username=instagram", "page_size=100")
    assert done.operations == ["web_profile_info"]
    crawled = unlimited.crawl("followers", "username=instagram", "page_size=100")
    assert f"in all: 1 walk, 10 pages, {len(crawled.asked)} requests" in done.log
    assert "no budget applies on loopback" in done.log


def test_a_plan_begins_no_crawl(unlimited: Place, scrapy: Scrapy) -> None:
    plan(unlimited, "followers", f"user_id={INSTAGRAM}")
    assert "crawl 1" not in scrapy("walks").out


def test_a_plan_that_needs_no_request_makes_no_store(place: Place) -> None:
    done = plan(place, "profiles", "usernames=a,b,c")
    assert done.asked == []
    assert "in all: 3 walks, 3 pages, 6 requests" in done.log
    assert not (place.folder / ".igcrawl").exists()


COMMANDS = (
    (("following", f"user_id={INSTAGRAM}"), 1),
    (("clips", "username=instagram"), 1),
    (("feed", f"user_id={INSTAGRAM}"), 1),
    (("suggestions", f"user_id={INSTAGRAM}", "expand=1"), 0),
    (("search", "query=python"), 0),
    (("media", "media_ids=1,2"), 0),
    (("comments", "media_ids=1_2"), 0),
    (("audio", "track_id=1"), 0),
    (("typeahead", "query=py"), 0),
    (("resolve", "url=https://l.instagram.com/"), 0),
    (("operation", "doc_id=12345", "variables={}"), 0),
)


def test_every_spider_can_be_planned(unlimited: Place) -> None:
    for command, requests in COMMANDS:
        done = plan(unlimited, *command)
        assert len(done.asked) == requests, command
        assert "in all: " in done.log


def test_the_plan_of_an_unfinished_crawl_is_what_is_left_of_it(unlimited: Place) -> None:
    command = ("followers", f"user_id={INSTAGRAM}", "page_size=100")
    unlimited.crawl(*command, "max_pages=4")
    before = (unlimited.folder / "out.jsonl").read_bytes()
    left = plan(unlimited, *command, output=("-O", "out.jsonl"))
    assert (left.asked, left.written) == ([], before)
    assert "in all: 1 walk, 6 pages, 6 requests" in left.log
    assert "in all: 1 walk, 3 pages, 3 requests" in plan(unlimited, *command, "max_pages=7").log
    assert len(unlimited.crawl(*command).asked) == 6
    whole = plan(unlimited, *command, "fresh=1")
    assert "in all: 1 walk, 10 pages, 11 requests" in whole.log


def test_walks_that_wait_are_in_the_plan_of_what_is_left(unlimited: Place) -> None:
    unlimited.simulator.faults.add(kind="status", status=500, operation="user_profile", target="100000007")
    command = ("profiles", f"user_ids={INSTAGRAM},100000007", "-s", "RETRY_TIMES=0")
    unlimited.crawl(*command, code=1)
    assert "in all: 1 walk, 1 page, 1 request\n" in plan(unlimited, *command).log


def test_a_named_crawl_that_has_ended_takes_nothing(unlimited: Place) -> None:
    unlimited.crawl("profiles", f"user_ids={INSTAGRAM}", "crawl=mine")
    assert "crawl mine has ended" in plan(unlimited, "profiles", f"user_ids={INSTAGRAM}", "crawl=mine").log
    line = unlimited.refused("profiles", "user_ids=1", "crawl=mine", "plan=1", output=())
    assert "this name is taken" in line


def test_a_plan_without_an_answer_asks_once_and_says_what_it_does_not_know(unlimited: Place) -> None:
    for kind in ("throttle", "cut_connection"):
        unlimited.simulator.faults.add(kind=kind, times=1)
        unlimited.state(end_rest)
        done = plan(unlimited, "followers", f"user_id={INSTAGRAM}", code=1)
        assert len(done.asked) == 1
        assert "the profile could not be read" in done.log
        assert "at least 2 requests" in done.log


def test_a_plan_does_not_wait_for_a_budget_that_is_used_up(place: Place) -> None:
    place.environment |= {"IG_BUDGET_HOUR": "2", "IG_PACE": "burst"}
    place.crawl("profiles", f"user_ids={INSTAGRAM},100000007")
    done = plan(place, "followers", f"user_id={INSTAGRAM}")
    assert done.asked == []
    assert "the profile was not asked: there is room at" in done.log


def test_a_list_that_was_walked_before_is_planned_by_what_it_held(place: Place) -> None:
    place.environment |= {"IG_BUDGET_HOUR": "12", "IG_PACE": "burst"}
    command = ("followers", f"user_id={INSTAGRAM}", "page_size=100")
    place.crawl(*command)
    place.environment["IG_BUDGET_HOUR"] = "11"
    done = plan(place, *command)
    assert done.asked == []
    assert "the list held 1,000" in done.log
    assert "in all: 1 walk, 10 pages, 11 requests" in done.log


def test_an_update_is_planned_as_one(unlimited: Place) -> None:
    command = ("followers", f"user_id={INSTAGRAM}", "page_size=200")
    unlimited.crawl(*command)
    done = plan(unlimited, *command, "since=last")
    assert "two or three requests" in done.log
    assert "in all: 1 walk, 1 to 5 pages, 2 to 6 requests" in done.log


def test_a_parked_session_plans_nothing(unlimited: Place) -> None:
    unlimited.simulator.faults.add(kind="challenge", times=1)
    assert len(plan(unlimited, "followers", f"user_id={INSTAGRAM}", code=3).asked) == 1
    for command in (("followers", f"user_id={INSTAGRAM}"), ("profiles", "user_ids=1")):
        assert plan(unlimited, *command, code=3).asked == []


def test_bad_arguments_are_refused_as_ever(unlimited: Place) -> None:
    assert "give the accounts one way" in unlimited.refused("followers", "plan=1", output=())
    assert "expected 0 or 1" in unlimited.refused("followers", "user_id=1", "plan=maybe", output=())


def test_a_missing_account_is_said(unlimited: Place) -> None:
    assert "not_found" in plan(unlimited, "followers", "user_id=999").log


def test_a_plan_says_what_a_name_and_the_expected_count_cost() -> None:
    by_name = cost_of(OPERATIONS["followers"], {"username": "a"}, ListArguments.parse({"username": "a"}))
    assert [note for note in by_name.notes if "its look-up" in note or "verify=0 saves it" in note] != []
    by_id = cost_of(
        OPERATIONS["followers"], {"user_id": "1"}, ListArguments.parse({"user_id": "1", "verify": "0"}), holds=10
    )
    assert [note for note in by_id.notes if "look-up" in note or "verify" in note] == []
