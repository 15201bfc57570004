"""Several workers share one crawl: nobody's page is lost, nobody's is written twice, whoever is killed or cut off."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from igcrawl.simulator import LoggedRequest, Simulator
from tests.conftest import read_jsonl
from tests.support import crawls
from tests.support.crawls import CrawlProcess, until
from tests.support.place import Place
from tests.torture.ground import HUB, Ground, ground

#: Of 2,000 followers each.
WALKS = 5
MANY = ("followers", "-a", f"user_id={HUB}", "-a", "depth=2", "-a", f"max_walks={WALKS}", "-a", "crawl=workers")
#: 400 followers, three of each page again on the next.
ACCOUNT = "100000006"
ONE = ("followers", "-a", f"user_id={ACCOUNT}")


@pytest.fixture
def slow_simulator() -> Iterator[Simulator]:
    """A simulator whose lists take time enough for several workers to come."""
    with Simulator(page_size=100) as simulator:
        simulator.faults.add(kind="delay", delay=0.04)
        yield simulator


def worker(place: Ground, number: int, command: tuple[str, ...], *, file: bool = True) -> CrawlProcess:
    output = ("-O", f"{number}.jsonl") if file else ()
    folder = place.folder
    return crawls.start("crawl", *command, *output, folder=folder, log=folder / f"{number}.log", **place.environment)


def records(place: Ground, type_: str) -> list[dict[str, Any]]:
    """All records of a type, of whatever file."""
    files = sorted(place.folder.glob("*.jsonl"))
    return [record for path in files for record in read_jsonl(path) if record["type"] == type_]


def wanted(simulator: Simulator) -> set[tuple[str, str]]:
    """Every follow of the crawl of the hub: owner and follower."""
    owners = [HUB, *list(simulator.graph.follower_ids(HUB))[: WALKS - 1]]
    return {(owner, pk) for owner in owners for pk in simulator.graph.follower_ids(owner)}


def check_turns(requests: list[LoggedRequest], kills: int) -> None:
    """Hold that a walk has one worker at a time: its pages come forward, and one of them again a kill at most."""
    again = 0
    for target in {request.target for request in requests}:
        asked = [(request.operation, request.cursor) for request in requests if request.target == target]
        places = [list(dict.fromkeys(asked)).index(call) for call in asked]
        assert places == sorted(places), f"{target} was walked by two: {places}"
        again += len(places) - len(set(places))
    assert again <= kills, f"{again} pages were asked again"


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_four_workers_share_a_crawl_of_which_two_are_killed(slow_simulator: Simulator, store: str) -> None:
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    with ground(slow_simulator, store, (), chance) as place:
        # Two of those that write into the database have a file beside it.
        files = [True, True, store == "sqlite", store == "sqlite"]
        crew = [worker(place, 0, MANY, file=files[0])]
        # The hub leads to the others.
        until(lambda: len(slow_simulator.requests) > 2)
        crew += [worker(place, number, MANY, file=files[number]) for number in (1, 2, 3)]
        victims = chance.sample(range(4), 2)
        for victim in victims:
            time.sleep(chance.uniform(0.1, 0.8))
            crew[victim].kill()
        assert [crew[number].wait() for number in range(4) if number not in victims] == [0, 0]
        check_turns(slow_simulator.requests, kills=2)
        asked = len(slow_simulator.requests)
        # The same command has nothing left to do but to make its file hold the whole crawl.
        for victim in victims:
            assert worker(place, victim, MANY, file=files[victim]).wait() == 0
        assert len(slow_simulator.requests) == asked
        for number in (number for number in range(4) if files[number]):
            found = read_jsonl(place.folder / f"{number}.jsonl")
            lines = Counter((record["owner_pk"], record["pk"]) for record in found if record["type"] == "follow")
            assert max(lines.values()) == 1
            assert set(lines) == wanted(slow_simulator)
            ends = [(record["verdict"], record["records"]) for record in found if record["type"] == "walk"]
            assert ends == [("complete", 2000)] * WALKS
        if store == "postgres":
            check_database(place, wanted(slow_simulator))


def test_what_a_killed_worker_left_behind_its_last_commit_is_cut_off_when_others_have_ended_the_crawl() -> None:
    with Simulator() as simulator, ground(simulator, "sqlite", (), random.Random()) as place:
        command = (*ONE, "-a", "crawl=ended")
        assert worker(place, 0, command).wait() == 0
        path = place.folder / "0.jsonl"
        whole = path.read_bytes()
        path.write_bytes(whole + whole[-1000:-20])
        asked = len(simulator.requests)
        assert worker(place, 0, command).wait() == 0
        assert path.read_bytes() == whole
        assert len(simulator.requests) == asked


def check_database(place: Ground, follows: set[tuple[str, str]]) -> None:
    assert place.database is not None
    with psycopg.connect(place.database) as connection:
        kept = connection.execute("SELECT owner_pk::text, pk::text FROM follows").fetchall()
        assert sorted(kept) == sorted(follows)
        ends = connection.execute(
            "SELECT verdict, count(*), sum(records), count(worker) FROM walks WHERE fence > 0 GROUP BY verdict"
        ).fetchall()
        assert ends == [("complete", WALKS, WALKS * 2000, 0)]
        assert connection.execute("SELECT count(*) FROM payloads").fetchall() == [(0,)]


def cut_off(database: str) -> int:
    """End the sessions of all workers, and return how many follows the database holds then."""
    with psycopg.connect(database, autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        ).fetchall()
        # One that holds the lock, and one that it asks by.
        assert ended == [(True,)] * 2
        return follows_in(database)


def follows_in(database: str) -> int:
    with psycopg.connect(database) as connection:
        return int(connection.execute("SELECT count(*) FROM follows").fetchall()[0][0])


def follows_of(path: Path) -> list[str]:
    return [record["pk"] for record in read_jsonl(path) if record["type"] == "follow"]


def check_said_in_one_line(process: CrawlProcess) -> None:
    assert process.wait() == 1
    assert len(process.errors) == 1, process.log
    sayings = (
        "the same command continues from the last committed page",
        "another worker has taken the walk over",
    )
    assert any(saying in process.errors[0] for saying in sayings)
    assert "Traceback" not in process.log


def test_a_worker_whose_connections_are_ended_goes_on_unless_nobody_knows_what_became_of_a_page() -> None:
    with Simulator(page_size=20) as simulator, ground(simulator, "postgres", (), random.Random()) as place:
        assert place.database is not None
        simulator.faults.add(kind="delay", delay=0.02)
        process = worker(place, 0, ONE)
        until(lambda: len(simulator.requests) > random.randrange(3, 12))
        held = cut_off(place.database)
        if process.wait():
            check_said_in_one_line(process)
            assert len(follows_of(place.folder / "0.jsonl")) <= follows_in(place.database) == held < 400
            assert worker(place, 0, ONE).wait() == 0
        assert follows_of(place.folder / "0.jsonl") == list(simulator.graph.follower_ids(ACCOUNT))
        assert follows_in(place.database) == 400
        check_turns(simulator.requests, kills=1)


def test_a_worker_that_slept_while_its_walk_was_taken_over_writes_nothing_more() -> None:
    with Simulator(page_size=20) as simulator, ground(simulator, "postgres", (), random.Random()) as place:
        assert place.database is not None
        simulator.faults.add(kind="delay", delay=0.02)
        sleeper = worker(place, 0, ONE)
        until(lambda: len(simulator.requests) > random.randrange(3, 12))
        time.sleep(random.uniform(0, 0.03))
        sleeper.signal(signal.SIGSTOP)
        held = cut_off(place.database)
        assert worker(place, 1, ONE).wait() == 0
        with psycopg.connect(place.database) as connection:
            before = connection.execute("SELECT * FROM walks").fetchall()
            sleeper.signal(signal.SIGCONT)
            check_said_in_one_line(sleeper)
            assert connection.execute("SELECT * FROM walks").fetchall() == before
        followers = list(simulator.graph.follower_ids(ACCOUNT))
        assert held < 400
        assert follows_of(place.folder / "0.jsonl") == followers
        assert follows_of(place.folder / "1.jsonl") == followers
        assert follows_in(place.database) == 400
        check_turns(simulator.requests, kills=1)


def test_a_process_that_sleeps_keeps_its_walk_in_an_sqlite_store_until_it_is_killed() -> None:
    with Simulator(page_size=20) as simulator, ground(simulator, "sqlite", (), random.Random()) as place:
        simulator.faults.add(kind="delay", delay=0.02)
        sleeper = worker(place, 0, ONE)
        until(lambda: len(simulator.requests) > 3)
        sleeper.signal(signal.SIGSTOP)
        asked = len(simulator.requests)
        other = worker(place, 1, ONE)
        until(lambda: "waiting for them" in other.log)
        assert len(simulator.requests) <= asked + 1
        sleeper.kill()
        assert other.wait() == 0
        check_turns(simulator.requests, kills=1)
        assert records(place, "walk")[-1]["records"] == 400


def test_a_worker_that_is_stopped_hands_its_walk_over_to_one_that_waits(simulator: Simulator, tmp_path: Path) -> None:
    place = Place(simulator, tmp_path)
    simulator.faults.add(operation="followers", kind="delay", delay=0.1)
    first = place.start("followers", "user_id=25025320", output=("-O", "first.jsonl"))
    first.wait_for(4)
    second = place.start("followers", "user_id=25025320", output=("-O", "second.jsonl"))
    second.wait_until(lambda: "waiting for them" in second.process.log)
    first.process.signal(signal.SIGINT)
    stopped, ended = first.done(), second.done()
    assert (stopped.code, ended.code) == (1, 0)
    assert [walk["verdict"] for walk in ended.walks] == ["complete"]
    assert len(set(ended.follows)) == len(ended.follows) == 1000
    assert ended.follows[: len(stopped.follows)] == stopped.follows
