"""A rotated doc_id: told from everything that looks like it, replaced, remembered, and paid for once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from igcrawl.simulator import Simulator
from igcrawl.simulator.parsed_request import Ask
from tests.conftest import Scrapy, read_jsonl
from tests.support.place import Done, Place

#: 5,000 followers on 100 pages at the large simulator; 260 on 8 pages, 1,000 on 27 pages at the small one.
EVERYBODY, SMALL, LARGE = "25025320", "100000011", "25025320"
SHIPPED, OLDER = "284797047911918316998205836755", "284797047915973598462248516468"
PROFILE, OLDER_PROFILE = "28036671149327607", "38611279431804694"
KINDS = ("400", "errors", "please_wait")


@pytest.fixture
def place(simulator: Simulator, tmp_path: Path) -> Place:
    return Place(simulator, tmp_path, IG_COOLDOWN="0.1", IG_WAIT_MAX="60")


@pytest.fixture(scope="module")
def large() -> Iterator[Simulator]:
    with Simulator(users=5_000, page_size=50) as running:
        yield running


@pytest.fixture
def large_place(large: Simulator, tmp_path: Path) -> Iterator[Place]:
    yield Place(large, tmp_path, IG_COOLDOWN="0.1", IG_WAIT_MAX="60")
    large.faults.clear()
    large.rotations.now("followers", new=SHIPPED)


def known(place: Place) -> dict[str, tuple[str | None, str | None]]:
    """What the store knows of doc_ids: when each worked last, since when it is stale."""
    with sqlite3.connect(place.folder / ".igcrawl" / "store.db") as connection:
        rows = connection.execute("SELECT doc_id, worked_at, stale_since FROM doc_ids").fetchall()
    return {doc_id: (worked_at, stale_since) for doc_id, worked_at, stale_since in rows}


def stale(place: Place) -> set[str]:
    return {doc_id for doc_id, (_, stale_since) in known(place).items() if stale_since is not None}


def asked_by(done: Done, doc_id: str) -> int:
    return sum(request.doc_id == doc_id for request in done.asked)


def rotate(place: Place, operation: str, after: int, **keys: Any) -> None:
    """Rotate an operation's id so many requests from now."""
    place.simulator.rotations.add(operation=operation, at_request=len(place.simulator.requests) + after, **keys)


@pytest.mark.parametrize("answer", KINDS)
def test_a_rotation_amid_5_000_followers_costs_four_requests_at_most_when_another_id_is_known(
    large_place: Place, answer: str
) -> None:
    rotate(large_place, "followers", 50, new=OLDER, old_answer=answer)
    done = large_place.crawl("followers", f"user_id={EVERYBODY}")
    assert done.follows == list(large_place.simulator.graph.follower_ids(EVERYBODY))
    (walk,) = done.walks
    assert (walk["verdict"], walk["records"], walk["pages"]) == ("complete", 5_000, 100)
    assert walk["requests"] == len(done.asked) <= 1 + 100 + 4
    assert asked_by(done, SHIPPED) == 48 + 2
    assert stale(large_place) == {SHIPPED}
    assert known(large_place)[OLDER][0] is not None
    assert f"followers: its doc_id {SHIPPED} was rotated; going on with {OLDER}" in done.log


@pytest.mark.parametrize("answer", KINDS)
def test_a_rotation_amid_5_000_followers_is_finished_on_another_surface_when_no_id_works(
    large_place: Place, answer: str
) -> None:
    rotate(large_place, "followers", 50, old_answer=answer)
    done = large_place.crawl("followers", f"user_id={EVERYBODY}")
    assert sorted(done.follows) == sorted(large_place.simulator.graph.follower_ids(EVERYBODY))
    assert [record["position"] for record in done.records[1:-1]] == list(range(1, 5_001))
    (walk,) = done.walks
    assert (walk["walk"], walk["verdict"], walk["records"]) == (f"followers/{EVERYBODY}", "complete", 5_000)
    assert walk["reason"] == "followers_rest stands in for followers, whose doc_id was rotated"
    assert len(done.asked) <= 1 + 48 + 1 + 4 + 99
    assert done.operations.count("followers_rest") == 100
    assert stale(large_place) == {SHIPPED}


@pytest.mark.parametrize("answer", KINDS)
def test_where_nothing_tells_an_id_from_its_target_no_id_is_stale_and_the_line_says_how_to_get_another(
    place: Place, answer: str
) -> None:
    (place.folder / "doc_ids.toml").write_text('[MemoriesPogQuery]\nids = [{ id = "12345678" }, { id = "12345679" }]\n')
    place.simulator.rotations.now("memories_pog", old_answer=answer)
    done = place.crawl("operation", "name=memories_pog", code=1)
    (walk,) = done.walks
    assert walk["verdict"] == "stale_doc_id"
    assert "scrapy docids import FILE --write" in walk["reason"]
    assert "MemoriesPogQuery" in walk["reason"]
    assert "-s IG_DOC_ID_memories_pog=" in walk["reason"]
    assert stale(place) == set()
    assert len(done.asked) <= 1 + 4 + (answer == "please_wait")


def test_a_list_that_begins_at_the_operators_own_cursor_does_not_begin_elsewhere(place: Place) -> None:
    place.simulator.rotations.now("followers_web")
    command = ("operation", "name=followers_web", f'args={{"user_id":"{SMALL}"}}', "cursor=QVFB")
    (walk,) = place.crawl(*command, code=1).walks
    assert walk["verdict"] == "stale_doc_id"
    assert "get a fresh one with: scrapy docids capture --write" in walk["reason"]


def test_a_rotation_is_paid_for_once_not_once_a_walk_a_run_or_a_worker(place: Place) -> None:
    place.simulator.rotations.now("user_profile")
    targets = f"user_ids={SMALL},{LARGE},100000006"
    done = place.crawl("profiles", targets)
    assert [walk["verdict"] for walk in done.walks] == ["complete"] * 3
    evidence = ["unknown", "unknown", "user_info", "unknown"]
    assert done.operations == [*evidence, "unknown", "user_info", "unknown", "user_info"]
    assert stale(place) == {PROFILE}
    assert done.walks[0]["reason"] == "user_info stands in for user_profile, whose doc_id was rotated"
    # Only ids that were asked are stale; the next one is found out by the next run.
    again = place.crawl("profiles", targets)
    assert again.operations[:4] == evidence
    assert stale(place) == {PROFILE, OLDER_PROFILE}


def test_a_worker_finds_in_the_store_what_another_has_found_out(place: Place) -> None:
    slow = place.simulator.faults.add(operation="followers", target=LARGE, nth=3, kind="delay", delay=4)
    first = place.start("followers", f"user_id={LARGE}", output=("-O", "first.jsonl"))
    first.wait_until(lambda: slow.strikes > 0)
    place.simulator.rotations.now("followers", new=OLDER)
    second = place.crawl("followers", f"user_id={SMALL}", output=("-O", "second.jsonl"))
    assert second.operations == ["user_profile", "unknown", "unknown", "followers_rest", *["followers"] * 8]
    whole = first.done()
    assert len(whole.follows) == len(set(whole.follows)) == 1000
    # It pays for its own surprise, and then asks by what the other has found.
    mine = [request for request in whole.asked if request.target == LARGE or request.operation == "unknown"]
    assert sum(request.operation == "followers_rest" for request in mine) == 0
    assert "was rotated" not in whole.log


def test_a_profile_and_a_name_are_looked_up_elsewhere(place: Place) -> None:
    place.simulator.rotations.now("user_profile")
    place.simulator.rotations.now("user_lookup", old_answer="errors")
    done = place.crawl("followers", "username=verified.one")
    assert [name for name in done.operations if name != "unknown"] == [
        "web_profile_info",
        "user_info",
        *["followers"] * 8,
    ]
    assert [record["type"] for record in done.records[:2]] == ["profile", "follow"]
    assert (done.records[0]["pk"], done.walks[0]["expected"]) == (SMALL, 260)
    assert done.walks[0]["verdict"] == "complete"


def test_a_run_that_is_killed_amid_what_stands_in_goes_on_with_its_cursor(place: Place) -> None:
    rotate(place, "followers", 5)
    command = ("followers", f"user_id={LARGE}")
    slow = place.simulator.faults.add(operation="followers_rest", nth=3, kind="delay", delay=20)
    first = place.start(*command, "-s", "IG_SYNC_SECONDS=0")
    first.wait_until(lambda: slow.strikes > 0)
    first.process.kill()
    place.simulator.faults.clear()
    cursor = place.simulator.requests[-1].cursor
    done = place.crawl(*command)
    assert set(done.operations) == {"followers_rest"}
    assert done.asked[0].cursor == cursor is not None
    assert len(done.follows) == len(set(done.follows)) == 1000
    assert done.walks[0]["verdict"] == "complete"


@pytest.mark.parametrize(
    "fault",
    [{"kind": "stale_doc_id"}, {"kind": "stale_doc_id", "status": 200}],
    ids=["400", "errors"],
)
def test_a_throttled_session_that_looks_stale_rests_and_marks_nothing(place: Place, fault: dict[str, Any]) -> None:
    add = place.simulator.faults.add
    add(operation="followers", after_cursor=True, times=2, kind="stale_doc_id", status=fault.get("status", 400))
    add(operation="followers_rest", times=2, kind="throttle")
    add(operation="user_info", times=2, kind="throttle")
    done = place.crawl("followers", f"user_id={SMALL}")
    assert (done.walks[0]["verdict"], len(done.follows)) == ("complete", 260)
    assert done.walks[0]["reason"] is None
    assert stale(place) == set()
    assert "the session cools down until" in done.log
    assert asked_by(done, OLDER) == 0


def test_a_canary_that_never_works_ends_the_crawl_throttled(place: Place) -> None:
    place.simulator.faults.add(operation="followers", kind="stale_doc_id")
    for operation in ("followers_rest", "user_info"):
        place.simulator.faults.add(operation=operation, kind="status", status=400)
    done = place.crawl("followers", f"user_id={SMALL}", "-s", "IG_COOLDOWN=0.01", code=1)
    assert done.walks[0]["verdict"] == "throttled"
    assert "the operator's own account (unclear)" in done.walks[0]["reason"]
    assert len(done.asked) <= 2 + 4
    assert stale(place) == set()


def test_a_rotation_that_looks_throttled_teaches_no_limit(place: Place) -> None:
    rotate(place, "followers", 5, new=OLDER, old_answer="please_wait")
    budget = ("-s", "IG_BUDGET_HOUR=90000", "-s", "IG_BUDGET_DAY=90000", "-s", "IG_PACE=burst")
    done = place.crawl("followers", f"user_id={SMALL}", *budget)
    assert (done.walks[0]["verdict"], len(done.follows)) == ("complete", 260)
    assert stale(place) == {SHIPPED}
    state = place.state()
    assert (state.hour, state.day, state.cooldowns_in_row) == (None, None, 0)


def test_a_session_that_is_throttled_with_please_wait_marks_nothing_stale(place: Place) -> None:
    for operation in ("followers", "followers_rest", "user_info"):
        place.simulator.faults.add(operation=operation, times=3, kind="throttle", status=401)
    done = place.crawl("followers", f"user_id={SMALL}")
    assert (done.walks[0]["verdict"], len(done.follows)) == ("complete", 260)
    assert stale(place) == set()


@pytest.mark.parametrize("status", [400, 200])
@pytest.mark.parametrize("for_good", [False, True])
def test_a_dead_cursor_that_is_answered_like_a_stale_id_marks_nothing_stale(
    place: Place, status: int, for_good: bool
) -> None:
    before = place.crawl("followers", f"user_id={SMALL}", "-s", "IG_STORE=sqlite:///peace.db")
    cursor = [request.cursor for request in before.asked][4]
    times = {} if for_good else {"times": 1}
    place.simulator.faults.add(operation="followers", after_cursor=cursor, kind="stale_doc_id", status=status, **times)
    done = place.crawl("followers", f"user_id={SMALL}")
    (walk,) = done.walks
    assert walk["verdict"] == "complete"
    # Once, it was a passing fault.
    assert walk["reason"] is None or for_good
    if for_good:
        assert "began again after page 3: its cursor had died" in walk["reason"]
        assert "followers_rest stands in for followers" in walk["reason"]
    assert len(done.follows) == len(set(done.follows)) == walk["records"]
    assert stale(place) == set()


def test_an_account_whose_own_answer_looks_stale_says_nothing_of_the_id(place: Place) -> None:
    place.simulator.faults.add(operation="followers", kind="stale_doc_id")
    place.simulator.faults.add(operation="followers_rest", kind="private")
    done = place.crawl("followers", f"user_id={SMALL}")
    assert done.walks[0]["verdict"] == "private"
    assert stale(place) == set()


def test_the_operators_own_newer_id_goes_first_and_is_not_asked_about(place: Place) -> None:
    (place.folder / "doc_ids.toml").write_text('[FollowersList]\nids = [{ id = "34567890123456789012" }]\n')
    place.simulator.rotations.now("followers", new="34567890123456789012")
    done = place.crawl("followers", f"user_id={SMALL}")
    assert done.operations == ["user_profile", *["followers"] * 8]
    assert asked_by(done, "34567890123456789012") == 8


def test_an_id_that_is_named_for_a_run_is_tried_though_it_was_stale(place: Place) -> None:
    place.simulator.rotations.now("followers", new=OLDER)
    place.crawl("followers", f"user_id={SMALL}")
    assert stale(place) == {SHIPPED}
    place.simulator.rotations.now("followers", new=SHIPPED)
    done = place.crawl("followers", f"user_id={SMALL}", "-s", f"IG_DOC_ID_followers={SHIPPED}")
    assert asked_by(done, SHIPPED) == 8
    assert stale(place) == set()


def test_an_older_id_is_sent_with_the_variables_that_it_needs(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Ask] = []
    opened = place.simulator._desk.open
    monkeypatch.setattr(place.simulator._desk, "open", lambda ask: (sent.append(ask), opened(ask))[1])
    place.simulator.rotations.now("user_profile", new=OLDER_PROFILE)
    place.crawl("profiles", f"user_ids={SMALL}")
    first, _, _, again = sent
    flag = "__relay_internal__pv__PolarisLongformEnabledrelayprovider"
    assert (again.form["doc_id"], again.arguments[flag]) == (OLDER_PROFILE, False)
    assert first.arguments.get(flag) is not False


def test_what_stands_in_gives_only_what_the_list_is_of(place: Place) -> None:
    before = place.crawl("clips", f"user_id={LARGE}")
    place.simulator.rotations.now("user_clips")
    done = place.crawl("clips", f"user_id={LARGE}")
    assert "user_feed" in done.operations
    assert {record["product_type"] for record in done.records[:-1]} == {"clips"}
    assert sorted(record["pk"] for record in done.records[:-1]) == sorted(
        record["pk"] for record in before.records[:-1]
    )


def test_an_archive_of_a_walk_on_two_surfaces_gives_each_account_once(place: Place, scrapy: Scrapy) -> None:
    rotate(place, "followers", 5)
    done = place.crawl("followers", f"user_id={SMALL}", "-s", "IG_RAW=raw.jsonl.zst")
    replayed = scrapy("replay", str(place.folder / "raw.jsonl.zst"), "-O", str(place.folder / "replayed.jsonl"))
    assert replayed.code in {0, 1}, replayed.err
    records = read_jsonl(place.folder / "replayed.jsonl")
    assert [record["pk"] for record in records if record["type"] == "follow"] == done.follows


def a_day_passes(place: Place) -> None:
    """What the store knows of ids was found out two days ago."""
    with sqlite3.connect(place.folder / ".igcrawl" / "store.db") as connection:
        connection.execute("UPDATE doc_ids SET stale_since = '2026-01-01T00:00:00.000Z' WHERE stale_since IS NOT NULL")


def test_a_stale_id_is_tried_again_after_a_day_and_stays_when_it_works(place: Place) -> None:
    place.simulator.rotations.now("followers", new=OLDER)
    place.crawl("followers", f"user_id={SMALL}")
    place.simulator.rotations.now("followers", new=SHIPPED)
    a_day_passes(place)
    done = place.crawl("followers", f"user_id={SMALL}")
    assert asked_by(done, SHIPPED) == 8
    assert done.operations == ["user_profile", *["followers"] * 8]
    assert stale(place) == set()


def test_a_stale_id_that_is_still_stale_after_a_day_costs_one_request(place: Place) -> None:
    place.simulator.rotations.now("followers", new=OLDER)
    place.crawl("followers", f"user_id={SMALL}")
    a_day_passes(place)
    done = place.crawl("followers", f"user_id={SMALL}")
    assert done.operations == ["user_profile", "unknown", *["followers"] * 8]
    (_, since) = known(place)[SHIPPED]
    assert since is not None
    assert since > "2026-01-02"
    again = place.crawl("followers", f"user_id={SMALL}")
    assert again.operations == ["user_profile", *["followers"] * 8]
