"""The same command goes on where the last run ended; what it leaves is what one run would have left."""

from __future__ import annotations

import signal
import sqlite3
from typing import Any

import pytest

from igcrawl.budget.session_state import SessionState
from igcrawl.simulator import Simulator
from tests.support.place import LONG_REST, Done, Place, Running, timeless
from tests.support.session_states import end_rest

#: 260 followers on 8 pages; 1,000 followers on 27 pages; a list of 20 and 20 lists of 2,000.
SMALL, LARGE, HUB = "100000011", "25025320", "100000040"
#: An answer that no reader understands.
ODD: dict[str, Any] = {"data": {"xdt_api__v1__friendships__followers": {"users": 5, "next_max_id": None}}}


def pages(done: Done) -> list[str | None]:
    """The cursors that a run asked for."""
    return [request.cursor for request in done.asked if request.operation.startswith("followers")]


def in_peace(place: Place, *command: str) -> Done:
    """The same crawl in one run, with a store of its own, without faults."""
    place.simulator.faults.clear()
    return place.crawl(*command, "-s", "IG_STORE=sqlite:///peace.db", output=("-O", "peace.jsonl"))


def rows(place: Place, query: str) -> list[tuple[Any, ...]]:
    """What a query of the SQLite store gives."""
    with sqlite3.connect(place.folder / ".igcrawl" / "store.db") as connection:
        return connection.execute(query).fetchall()


def kill(crawl: Running) -> None:
    crawl.process.kill()


def ctrl_c(crawl: Running) -> None:
    crawl.process.signal(signal.SIGINT)
    done = crawl.done()
    assert done.code == 1
    assert done.walks[-1]["verdict"] == "interrupted"


@pytest.mark.parametrize(
    ("end", "again"),
    [
        # Pages take 0.05 seconds, and those of the last 0.25 share a commit; one more is under way.
        (kill, 6),
        (ctrl_c, 1),
    ],
)
def test_a_crawl_that_was_ended_from_outside_goes_on_with_the_page_that_it_had_not_written(
    place: Place, simulator: Simulator, end: Any, again: int
) -> None:
    tokens: list[object] = []
    desk = simulator._desk
    opened = desk.open

    def listening(ask: Any) -> Any:
        if ask.operation == "unknown" and ask.form.get("variables", "").find("rank_token") >= 0:
            tokens.append(ask.argument("request_data", "rank_token"))
        return opened(ask)

    desk.open = listening  # type: ignore[method-assign]
    simulator.faults.add(operation="followers", kind="delay", delay=0.05)
    first = place.start("followers", f"user_id={LARGE}")
    first.wait_for(8)
    end(first)
    first_pages = pages(first.done())
    second = place.crawl("followers", f"user_id={LARGE}")
    assert "user_profile" not in second.operations
    whole = set(pages(in_peace(place, "followers", f"user_id={LARGE}")))
    assert set(first_pages) | set(pages(second)) == whole
    assert len(first_pages) + len(pages(second)) <= len(whole) + again
    assert len(tokens) > len(whole)
    assert len(set(tokens[: len(first_pages) + len(pages(second))])) == 1
    assert [record.get("position") for record in second.records[1:-1]] == list(range(1, 1001))


@pytest.mark.parametrize(
    ("fault", "verdict", "code"),
    [
        ({"kind": "throttle"}, "throttled", 1),
        ({"kind": "challenge"}, "blocked", 3),
        ({"kind": "login_required"}, "blocked", 3),
    ],
    ids=lambda value: str(value["kind"] if isinstance(value, dict) else value),
)
def test_a_walk_that_could_not_go_on_goes_on_with_the_next_run(
    place: Place, simulator: Simulator, fault: dict[str, Any], verdict: str, code: int
) -> None:
    simulator.faults.add(operation="followers", nth=3, **fault)
    first = place.crawl("followers", f"user_id={SMALL}", *LONG_REST, code=code)
    assert [walk["verdict"] for walk in first.walks] == [verdict]
    place.state(SessionState.resume)
    place.state(end_rest)
    second = place.crawl("followers", f"user_id={SMALL}")
    assert pages(second)[0] == pages(first)[-1] is not None
    whole = in_peace(place, "followers", f"user_id={SMALL}")
    assert len(first.asked) + len(second.asked) == len(whole.asked) + 1
    assert timeless(second.records, "requests") == timeless(whole.records, "requests")
    assert second.walks[0]["requests"] == len(first.asked) + len(second.asked)


def test_a_walk_that_failed_goes_on_with_the_next_run(place: Place, simulator: Simulator) -> None:
    simulator.faults.add(operation="followers", kind="raw", body=ODD, after_cursor=True)
    simulator.faults.add(operation="followers_rest", kind="raw", body={"users": 5, "status": "ok"})
    first = place.crawl("followers", f"user_id={SMALL}", code=1)
    assert [walk["verdict"] for walk in first.walks] == ["failed"]
    simulator.faults.clear()
    second = place.crawl("followers", f"user_id={SMALL}")
    assert pages(second)[0] == pages(first)[1] is not None
    whole = in_peace(place, "followers", f"user_id={SMALL}")
    assert timeless(second.records, "requests") == timeless(whole.records, "requests")


def test_a_walk_whose_doc_id_was_rotated_goes_on_with_a_fresh_one(place: Place, simulator: Simulator) -> None:
    fresh = "34567890123456789012"
    simulator.rotations.add(operation="followers", at_request=4, new=fresh)
    simulator.faults.add(operation="followers_rest", kind="raw", body=ODD)
    first = place.crawl("followers", f"user_id={SMALL}", code=1)
    assert first.walks[0]["verdict"] == "stale_doc_id"
    second = place.crawl("followers", f"user_id={SMALL}", "-s", f"IG_DOC_ID_followers={fresh}")
    # Nothing told a rotated id from a dead cursor, so the walk goes on with its cursor.
    assert second.operations == ["followers"] * 6
    assert second.walks[0]["verdict"] == "complete"
    assert sorted(second.follows) == sorted(simulator.graph.follower_ids(SMALL))


def test_a_server_that_goes_away_for_a_while_costs_nothing_that_was_written(place: Place, simulator: Simulator) -> None:
    first = place.start("followers", f"user_id={LARGE}", "-s", "RETRY_TIMES=1")
    first.wait_for(4)
    simulator.stop()
    gone = first.done()
    assert (gone.code, gone.walks[0]["verdict"]) == (1, "failed")
    simulator.start()
    second = place.crawl("followers", f"user_id={LARGE}")
    assert pages(second)[0] is not None
    assert timeless(second.records, "requests") == timeless(
        in_peace(place, "followers", f"user_id={LARGE}").records, "requests"
    )


def test_targets_that_have_ended_are_not_asked_again(place: Place, simulator: Simulator) -> None:
    targets = f"user_ids={SMALL},100000002,{LARGE},100000006,100000012"
    simulator.faults.add(operation="user_profile", nth=3, kind="throttle")
    first = place.crawl_throttled("profiles", targets)
    assert [walk["verdict"] for walk in first.walks] == ["complete", "not_found", *["throttled"] * 3]
    second = place.crawl("profiles", targets)
    assert [request.target for request in second.asked] == [LARGE, "100000006", "100000012"]
    assert timeless(second.records, "requests") == timeless(in_peace(place, "profiles", targets).records, "requests")


def test_a_stopped_walk_goes_on_only_when_its_limit_was_raised(place: Place) -> None:
    first = place.crawl("followers", f"user_id={SMALL}", "max_pages=2")
    assert first.operations == ["user_profile", "followers", "followers"]
    again = place.crawl("followers", f"user_id={SMALL}", "max_pages=2")
    assert again.operations == first.operations
    assert timeless(again.records) == timeless(first.records)
    raised = place.crawl("followers", f"user_id={SMALL}", "max_pages=3")
    assert raised.operations == ["followers"]
    assert pages(raised)[0] not in pages(again)
    by_users = place.crawl("followers", f"user_id={SMALL}", f"max_users={raised.walks[0]['records'] + 1}")
    assert by_users.operations == ["followers"]
    unlimited = place.crawl("followers", f"user_id={SMALL}")
    assert unlimited.operations == ["followers"] * 4
    assert timeless(unlimited.records) == timeless(in_peace(place, "followers", f"user_id={SMALL}").records)


def test_a_stopped_walk_keeps_its_record_when_another_walk_of_the_crawl_goes_on(
    place: Place, simulator: Simulator
) -> None:
    command = ("followers", f"user_id={HUB}", "depth=2", "max_pages=1", "max_walks=8")
    for target in ("100000042", "100000045"):
        simulator.faults.add(operation="followers", target=target, nth=1, kind="throttle")
    first, second = place.crawl_throttled(*command), place.crawl_throttled(*command)
    assert [walk["verdict"] for walk in first.walks] == ["throttled", "stopped", "stopped"]
    assert [walk["verdict"] for walk in second.walks] == ["throttled", *["stopped"] * 5]
    third = place.start(*command)
    third.wait_for(3)
    third.process.kill()
    last = place.crawl(*command)
    whole = in_peace(place, *command)
    assert len(whole.walks) == 8
    assert timeless(last.records, "requests") == timeless(whole.records, "requests")


def test_what_does_not_shape_the_result_makes_no_other_crawl(place: Place, simulator: Simulator) -> None:
    place.crawl("followers", f"user_id={SMALL}", "max_pages=2", "_job=1a2b", output=("-O", "a.jsonl"))
    done = place.crawl(
        "followers",
        f"user_id={SMALL}",
        "max_users=1000",
        "_job=3c4d",
        "-s",
        "IG_SYNC_SECONDS=1",
        "-s",
        "CONCURRENT_REQUESTS=2",
        output=("-o", "b.jsonl"),
    )
    assert set(done.operations) == {"followers"}
    assert [record["position"] for record in done.records[1:-1]] == list(range(1, len(done.records) - 1))
    assert done.walks[0]["records"] == 260
    assert rows(place, "SELECT count(*) FROM crawls") == [(1,)]


@pytest.mark.parametrize(
    "other",
    [
        ("followers", f"user_id={SMALL}", "order=date_followed_earliest"),
        ("followers", f"user_id={SMALL}", "depth=2", "max_walks=1"),
        ("followers", f"user_id={SMALL}", "surface=rest"),
        ("followers", f"user_id={LARGE}"),
        ("following", f"user_id={SMALL}"),
    ],
    ids=" ".join,
)
def test_what_shapes_the_result_makes_another_crawl(place: Place, other: tuple[str, ...]) -> None:
    place.crawl("followers", f"user_id={SMALL}", "max_pages=2")
    assert place.crawl(*other, "max_pages=3", output=()).operations[0] == "user_profile"
    # And the first is still there to be gone on with.
    assert set(place.crawl("followers", f"user_id={SMALL}").operations) == {"followers"}


def test_the_file_of_targets_counts_by_what_is_in_it(place: Place, simulator: Simulator) -> None:
    targets, more = place.folder / "targets", place.folder / "more"
    targets.write_text(f"{SMALL}\n{LARGE}\n")
    simulator.faults.add(operation="user_profile", nth=2, kind="throttle")
    place.crawl_throttled("profiles", "file=targets")
    targets.rename(more)
    targets.write_text(f"{SMALL}\n{LARGE}\n100000012\n")
    assert len(place.crawl("profiles", "file=targets", output=()).asked) == 3
    assert [request.target for request in place.crawl("profiles", "file=more").asked] == [LARGE]


def test_an_ended_crawl_starts_a_new_generation(place: Place) -> None:
    first = place.crawl("followers", f"user_id={SMALL}")
    second = place.crawl("followers", f"user_id={SMALL}")
    assert second.operations == first.operations
    assert [walk["verdict"] for walk in second.walks] == ["complete"]
    assert rows(place, "SELECT generation FROM crawls") == [(1,), (2,)]
    assert rows(place, "SELECT verdict, records FROM walks") == [("complete", 260)] * 2


def test_a_named_crawl_that_has_ended_is_run_again_only_with_fresh(place: Place) -> None:
    command = ("followers", f"user_id={SMALL}", "crawl=daily.1")
    place.crawl(*command, "max_pages=2")
    unnamed = place.crawl("followers", f"user_id={SMALL}", "max_pages=1", output=())
    assert unnamed.operations == ["user_profile", "followers"]
    first = place.crawl(*command)
    assert set(first.operations) == {"followers"}
    again = place.crawl(*command)
    assert again.asked == []
    assert again.records == first.records
    (line,) = [line for line in again.log.splitlines() if "WARNING" in line]
    assert "crawl daily.1 has ended; only -a fresh=1 runs it again" in line
    fresh = place.crawl(*command, "fresh=1")
    assert fresh.operations[0] == "user_profile"
    assert timeless(fresh.records[:-1]) == timeless(first.records[:-1])


def test_a_named_crawl_that_ended_badly_says_so_again(place: Place) -> None:
    place.crawl("followers", "user_id=100000003", "crawl=limited", code=1)
    assert place.crawl("followers", "user_id=100000003", "crawl=limited", code=1).asked == []


def test_a_name_belongs_to_one_crawl(place: Place) -> None:
    first = place.crawl("followers", f"user_id={SMALL}", "crawl=mine")
    for other in (
        ("followers", f"user_id={LARGE}", "crawl=mine"),
        ("following", f"user_id={SMALL}", "crawl=mine", "fresh=1"),
    ):
        assert "crawl=mine: this name is taken by another crawl" in place.refused(*other)
    assert first.records == place.crawl("followers", f"user_id={SMALL}", "crawl=mine").records


def test_fresh_starts_over_and_the_old_rows_stay(place: Place) -> None:
    place.crawl("followers", f"user_id={SMALL}", "max_pages=2")
    fresh = place.crawl("followers", f"user_id={SMALL}", "fresh=1")
    assert fresh.operations[:2] == ["user_profile", "followers"]
    assert [record["position"] for record in fresh.records[1:-1]] == list(range(1, 261))
    assert rows(place, "SELECT verdict, pages FROM walks") == [("stopped", 2), ("complete", 8)]


def test_a_username_is_looked_up_once(place: Place, simulator: Simulator) -> None:
    simulator.faults.add(operation="followers", nth=2, kind="throttle")
    first = place.crawl_throttled("followers", "username=verified.one")
    assert first.operations == ["user_lookup", "user_profile", "followers", "followers"]
    second = place.crawl("followers", "username=Verified.One")
    assert set(second.operations) == {"followers"}
    assert second.walks[0]["walk"] == f"followers/{SMALL}"
    whole = in_peace(place, "followers", "username=verified.one")
    assert timeless(second.records, "requests") == timeless(whole.records, "requests")


def test_what_was_asked_before_the_first_page_is_kept_when_the_first_page_is_lost(
    place: Place, simulator: Simulator
) -> None:
    slow = simulator.faults.add(operation="followers", kind="delay", delay=20)
    first = place.start("followers", "username=verified.one", "verify=0")
    first.wait_until(lambda: slow.strikes > 0)
    first.process.kill()
    simulator.faults.clear()
    assert set(place.crawl("followers", "username=verified.one", "verify=0").operations) == {"followers"}


@pytest.mark.parametrize(
    ("fault", "tries"),
    [({"kind": "status", "status": 500}, 5), ({"kind": "bad_cursor"}, 2), ({"kind": "status", "status": 400}, 2)],
    ids=["500", "bad_cursor", "400"],
)
def test_a_dead_cursor_begins_the_walk_again_and_nothing_is_written_twice(
    place: Place, simulator: Simulator, fault: dict[str, Any], tries: int
) -> None:
    cursor = pages(in_peace(place, "followers", f"user_id={SMALL}"))[3]
    simulator.faults.add(operation="followers", after_cursor=cursor, times=tries, **fault)
    done = place.crawl("followers", f"user_id={SMALL}")
    # Before a refused cursor is called dead, the substitute must answer.
    evidence = [] if tries == 5 else [None]
    assert pages(done)[3 : 3 + tries + len(evidence) + 2] == [*[cursor] * tries, *evidence, None, pages(done)[1]]
    assert sorted(done.follows) == sorted(simulator.graph.follower_ids(SMALL))
    (walk,) = done.walks
    assert (walk["verdict"], walk["records"], walk["pages"]) == ("complete", 260, 3 + 8)
    assert walk["requests"] == len(done.asked)
    assert walk["reason"] == "began again after page 3: its cursor had died"
    assert [record["position"] for record in done.records[1:-1]] == list(range(1, 261))


def test_a_cursor_that_died_between_two_runs_begins_the_walk_again(place: Place, simulator: Simulator) -> None:
    first = place.crawl("followers", f"user_id={SMALL}", "max_pages=3")
    (row,) = rows(place, "SELECT cursor FROM walks")
    simulator.faults.add(operation="followers", after_cursor=row[0], times=2, kind="bad_cursor")
    # It is asked for again, dies for good, and the run is killed on page two of the new beginning.
    slow = simulator.faults.add(operation="followers", after_cursor=pages(first)[2], kind="delay", delay=20)
    second = place.start("followers", f"user_id={SMALL}", "-s", "IG_SYNC_SECONDS=0")
    second.wait_until(lambda: slow.strikes > 0)
    second.process.kill()
    simulator.faults.clear()
    last = place.crawl("followers", f"user_id={SMALL}")
    assert pages(last)[0] == pages(first)[2]
    assert sorted(last.follows) == sorted(simulator.graph.follower_ids(SMALL))
    assert len(last.follows) == 260
    assert last.walks[0]["reason"] == "began again after page 3: its cursor had died"


def test_where_a_cursor_stays_dead_another_surface_takes_over_and_the_record_says_both(
    place: Place, simulator: Simulator
) -> None:
    cursor = pages(in_peace(place, "followers", f"user_id={SMALL}"))[3]
    simulator.faults.add(operation="followers", after_cursor=cursor, kind="bad_cursor")
    done = place.crawl("followers", f"user_id={SMALL}")
    (walk,) = done.walks
    assert walk["verdict"] == "complete"
    assert "began again after page 3: its cursor had died" in walk["reason"]
    assert "followers_rest stands in for followers" in walk["reason"]
    assert "400" in walk["reason"]
    assert len(done.follows) == len(set(done.follows)) == walk["records"]


def test_page_one_is_never_taken_for_the_page_that_was_asked_for(place: Place, simulator: Simulator) -> None:
    cursor = pages(in_peace(place, "followers", f"user_id={SMALL}"))[3]
    desk = simulator._desk
    opened = desk.open

    def forgetful(ask: Any) -> Any:
        exchange = opened(ask)
        ask.cursor = None if ask.cursor == cursor else ask.cursor
        return exchange

    desk.open = forgetful  # type: ignore[method-assign]
    done = place.crawl("followers", f"user_id={SMALL}", code=1)
    (walk,) = done.walks
    assert (walk["verdict"], walk["pages"], walk["duplicates"] > 0) == ("looped", 4, True)
    assert len(done.follows) == len(set(done.follows)) == walk["records"]
