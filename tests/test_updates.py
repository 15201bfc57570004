"""Updates cost almost nothing, and who is gone is told only by lists that can tell it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from igcrawl.simulator import Simulator
from tests.support import postgres
from tests.support.place import LONG_REST, Done, Place
from tests.support.session_states import end_rest

#: 260 followers on 8 pages; everybody follows that one; 4,800 of 5,000 are listed.
SMALL, START, NEARLY = "100000011", "25025320", "100000015"
#: An answer that no reader understands, and an end before the list's.
ROOT = "xdt_api__v1__friendships__followers"
ODD: dict[str, Any] = {"data": {ROOT: {"users": 5, "next_max_id": None}}}
END: dict[str, Any] = {"data": {ROOT: {"users": [], "next_max_id": None}}}
LIST = ("followers", f"user_id={SMALL}")
UPDATE = (*LIST, "since=last")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, Done]]:
    """A complete list of 20,000 followers, to which 30 have come since."""
    with Simulator(users=20_000) as simulator:
        place = Place(simulator, tmp_path_factory.mktemp("large"))
        full = place.crawl("followers", f"user_id={START}", "surface=rest")
        simulator.graph.gain_followers(int(START), 30)
        yield place, full


def changes(done: Done) -> tuple[int | None, int | None]:
    """How many the last walk counts as new and as gone."""
    return done.walks[-1]["new"], done.walks[-1]["gone"]


def newest(place: Place, count: int, user_id: str = SMALL) -> list[str]:
    return [pk for pk, _ in zip(place.simulator.graph.follower_ids(user_id), range(count), strict=False)]


def test_thirty_new_of_twenty_thousand_cost_three_requests(large: tuple[Place, Done]) -> None:
    place, full = large
    assert len(full.asked) == 20_000 // 200 + 1
    assert (full.walks[0]["verdict"], full.walks[0]["records"], changes(full)) == ("complete", 20_000, (None, None))
    assert not any("new" in record for record in full.records if record["type"] == "follow")
    command = ("followers", f"user_id={START}", "since=last", "surface=rest")
    update = place.crawl(*command)
    assert update.operations == ["user_profile", "followers_rest", "followers_rest"]
    assert update.follows == newest(place, 30, START)
    assert {record["new"] for record in update.records if record["type"] == "follow"} == {True}
    (walk,) = update.walks
    assert (walk["verdict"], walk["records"], walk["new"], walk["gone"]) == ("updated", 30, 30, None)
    assert (walk["expected"], walk["pages"], walk["requests"]) == (20_030, 2, 3)
    # Whom an update has found is known to the next one.
    place.simulator.graph.gain_followers(int(START), 2)
    second = place.crawl(*command)
    assert second.follows == newest(place, 2, START)
    third = place.crawl(*command)
    assert (third.follows, third.walks[0]["verdict"], len(third.asked)) == ([], "updated", 2)
    assert changes(third) == (0, None)
    careful = place.crawl(*command, "overlap=3")
    assert (careful.follows, careful.walks[0]["verdict"], careful.walks[0]["pages"]) == ([], "updated", 3)


def test_an_update_is_the_same_on_every_surface_and_by_either_name(place: Place) -> None:
    place.crawl("followers", "username=verified.one", "surface=rest")
    place.simulator.graph.gain_followers(int(SMALL), 3)
    assert place.crawl(*UPDATE).follows == newest(place, 3)
    place.simulator.graph.gain_followers(int(SMALL), 2)
    assert place.crawl("followers", "username=verified.one", "since=last").follows == newest(place, 2)


def test_an_update_without_a_complete_list_walks_the_whole_list(place: Place) -> None:
    place.crawl(*LIST, "max_pages=3")
    whole = place.crawl(*UPDATE)
    assert (whole.walks[0]["verdict"], whole.walks[0]["records"], changes(whole)) == ("complete", 260, (None, None))
    assert not any("new" in record for record in whole.records if record["type"] == "follow")
    # And is the complete list that the next one goes on from.
    place.simulator.graph.gain_followers(int(SMALL), 4)
    update = place.crawl(*UPDATE)
    assert (update.walks[0]["verdict"], update.follows) == ("updated", newest(place, 4))


def test_a_list_of_one_page_is_complete_and_says_who_is_new(place: Place) -> None:
    place.crawl("followers", "user_id=100000013")
    place.simulator.graph.gain_followers(100000013, 2)
    update = place.crawl("followers", "user_id=100000013", "since=last")
    assert (update.walks[0]["verdict"], update.walks[0]["records"], update.walks[0]["new"]) == ("complete", 2, 2)
    assert [record["new"] for record in update.records if record["type"] == "follow"] == [True, True]
    again = place.crawl("followers", "user_id=100000013", "since=last")
    assert (again.walks[0]["verdict"], again.follows) == ("complete", [])


@pytest.mark.parametrize("end", ["throttle", "kill", "limit"])
def test_an_update_that_was_broken_off_leaves_no_gap(place: Place, simulator: Simulator, end: str) -> None:
    place.crawl(*LIST)
    simulator.graph.gain_followers(int(SMALL), 150)
    wanted = newest(place, 150)
    slow = simulator.faults.add(operation="followers", nth=3, kind="delay" if end == "kill" else "throttle", delay=0)
    if end == "kill":
        slow.delay = 20
        first = place.start(*UPDATE)
        first.wait_until(lambda: slow.strikes > 0)
        first.process.kill()
    elif end == "limit":
        place.crawl(*UPDATE, "max_pages=2")
    else:
        place.crawl_throttled(*UPDATE)
    simulator.faults.clear()
    other = place.crawl(*UPDATE, "overlap=2", output=("-O", "other.jsonl"))
    assert other.follows == wanted
    on = place.crawl(*UPDATE)
    assert 0 < len(on.asked) < len(other.asked)
    assert on.follows == wanted
    assert (on.walks[0]["verdict"], changes(on)) == ("updated", (150, None))


def test_an_interrupted_update_that_is_given_up_for_a_fresh_one_finds_those_behind_it(
    place: Place, simulator: Simulator
) -> None:
    place.crawl(*LIST)
    simulator.graph.gain_followers(int(SMALL), 150)
    simulator.faults.add(operation="followers", nth=3, kind="throttle")
    first = place.crawl_throttled(*UPDATE)
    assert 0 < len(first.follows) < 150
    fresh = place.crawl(*UPDATE, "fresh=1")
    assert fresh.follows == newest(place, 150)
    assert place.crawl(*UPDATE).follows == []


def test_a_dead_cursor_does_not_end_an_update_before_its_time(place: Place, simulator: Simulator) -> None:
    place.crawl(*LIST)
    simulator.graph.gain_followers(int(SMALL), 150)
    peace = place.crawl(*UPDATE, "max_pages=3", output=())
    cursor = peace.asked[-1].cursor
    simulator.faults.add(operation="followers", after_cursor=cursor, times=2, kind="bad_cursor")
    done = place.crawl(*UPDATE, "fresh=1")
    assert done.follows == newest(place, 150)
    assert (done.walks[0]["verdict"], changes(done)) == ("updated", (150, None))


def test_who_is_missing_from_two_complete_lists_in_a_row_is_gone(place: Place) -> None:
    graph = place.simulator.graph
    assert changes(place.crawl(*LIST)) == (None, None)
    graph.lose_followers(int(SMALL), 3)
    assert changes(place.crawl(*LIST)) == (0, 0)
    # One comes back, one more leaves its place in the list for good.
    graph.lose_followers(int(SMALL), -1)
    graph.gain_followers(int(SMALL), 1)
    assert changes(place.crawl(*UPDATE)) == (1, None)
    third = place.crawl(*LIST)
    assert changes(third) == (1, 2)
    assert not any("new" in record for record in third.records if record["type"] == "follow")
    assert changes(place.crawl(*LIST)) == (0, 0)


@pytest.mark.parametrize(
    ("between", "verdict", "code"),
    [
        ({"kind": "limit", "nth": 3}, "limited", 1),
        ({"kind": "raw", "after_cursor": True, "body": ODD}, "failed", 1),
        ({"kind": "raw", "nth": 3, "body": END}, "suspect", 1),
        ({"kind": "throttle", "nth": 3}, "throttled", 1),
        ({"kind": "repeat_cursor", "nth": 3}, "looped", 1),
        ({}, "stopped", 0),
    ],
    ids=["limited", "failed", "suspect", "throttled", "looped", "stopped"],
)
def test_a_list_that_is_not_complete_makes_nobody_gone(
    place: Place, simulator: Simulator, between: dict[str, Any], verdict: str, code: int
) -> None:
    place.crawl(*LIST)
    simulator.graph.lose_followers(int(SMALL), 2)
    for _ in range(2):
        simulator.faults.clear()
        if between:
            simulator.faults.add(operation="followers", **between)
        if verdict == "failed":
            simulator.faults.add(operation="followers_rest", kind="raw", body={"users": 5, "status": "ok"})
        limit = [] if between else ["max_pages=3"]
        broken = place.crawl(*LIST, "fresh=1", *limit, *LONG_REST, code=code)
        place.state(end_rest)
        assert (broken.walks[0]["verdict"], changes(broken)) == (verdict, (None, None))
    simulator.faults.clear()
    # They are missing for the first time here.
    assert changes(place.crawl(*LIST, "fresh=1")) == (0, 0)
    assert changes(place.crawl(*LIST)) == (0, 2)


def test_a_list_that_is_short_by_more_than_one_in_a_hundred_makes_nobody_gone(place: Place) -> None:
    for lost in (0, 100, 0):
        place.simulator.graph.lose_followers(int(NEARLY), lost)
        done = place.crawl("followers", f"user_id={NEARLY}", "surface=rest")
        assert done.walks[0]["verdict"] == "complete"
        assert done.walks[0]["gone"] is None


def test_a_list_that_is_short_by_three_in_a_hundred_does_not_count_between_two_that_are_not(tmp_path: Path) -> None:
    with Simulator(page_size=10) as simulator:
        place = Place(simulator, tmp_path)
        place.crawl(*LIST)
        simulator.graph.lose_followers(int(SMALL), 2)
        place.crawl(*LIST)
        last_page = simulator.faults.add(operation="followers", nth=26, kind="raw", body=END)
        short = place.crawl(*LIST)
        assert last_page.strikes == 1
        assert [(walk["verdict"], walk["records"], walk["gone"]) for walk in short.walks] == [("complete", 250, None)]
        assert place.crawl(*LIST).walks[0]["gone"] == 2
        assert place.crawl(*LIST).walks[0]["gone"] == 0


def test_postgres_marks_who_is_missing_and_who_is_gone(place: Place, simulator: Simulator) -> None:
    graph = simulator.graph
    with postgres.ready_database() as url:
        place.environment["IG_STORE"] = url

        def crawl(*command: str, code: int = 0) -> dict[str, tuple[datetime | None, datetime | None]]:
            place.crawl(*LIST, *command, code=code)
            with psycopg.connect(url) as connection:
                found = connection.execute(
                    "SELECT pk::text, missing_since, gone_at FROM follows WHERE missing_since IS NOT NULL"
                )
                return {pk: (missing, gone) for pk, missing, gone in found.fetchall()}

        everybody = list(graph.follower_ids(SMALL))
        leaving, returning = everybody[-1], everybody[-2]
        assert crawl() == {}
        graph.lose_followers(int(SMALL), 2)
        simulator.faults.add(operation="followers", nth=3, kind="limit")
        assert crawl("fresh=1", code=1) == {}
        missing = crawl("fresh=1")
        assert set(missing) == {leaving, returning}
        assert {gone for _, gone in missing.values()} == {None}
        graph.gain_followers(int(SMALL), 2)
        assert crawl("since=last") == missing
        graph.lose_followers(int(SMALL), -1)
        ((pk, (since, gone_at)),) = crawl().items()
        assert (pk, since) == (leaving, missing[leaving][0])
        assert gone_at is not None
        assert since is not None
        assert gone_at > since
        assert place.crawl(*LIST).walks[0]["gone"] == 0
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM follows").fetchone() == (262,)
