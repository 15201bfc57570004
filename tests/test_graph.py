"""Graphs: breadth first, each account once, in an order that is the same each time, in flat memory."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from igcrawl.simulator import Simulator
from igcrawl.simulator.suggestions import suggested_ids
from tests.conftest import scrapy_environment
from tests.support.place import Done, Place, timeless

#: Seven followers; a name and its id; whom the twenty torture accounts follow, and who follows those.
FEW, SPOKE, SPOKE_NAME, HUB, START = "100000013", "100000041", "torture.01", "100000040", "25025320"


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A world of twelve ordinary accounts, who follow each other."""
    with Simulator(users=12) as running:
        yield running


def breadth_first(
    first: str, depth: int, beside: Callable[[str], Iterable[str]], takes: Callable[[str], bool] = lambda _: True
) -> list[str]:
    """The accounts that a graph holds down to a depth, in the order in which they are walked."""
    order = {first: 1}
    for account in (walked := [first]):
        if order[account] < depth:
            for each in beside(account):
                if each not in order and takes(each):
                    order[each] = order[account] + 1
                    walked.append(each)
    return walked


def followers(simulator: Simulator) -> Callable[[str], Iterable[str]]:
    graph = simulator.graph
    return lambda account: [] if graph.is_private(int(account)) else graph.follower_ids(account)


def walked(done: Done) -> list[str]:
    """Whose walks ended, in their order."""
    return [walk["target"] for walk in done.walks]


@pytest.mark.parametrize("depth", [1, 2, 3, 6])
def test_lists_are_walked_breadth_first_and_each_account_once(place: Place, simulator: Simulator, depth: int) -> None:
    done = place.crawl("followers", f"user_id={FEW}", f"depth={depth}")
    wanted = breadth_first(FEW, depth, followers(simulator))
    assert len(wanted) == {1: 1, 2: 8}.get(depth, 8 + 12)
    assert walked(done) == wanted
    assert [request.target for request in done.asked if request.operation == "user_profile"] == wanted
    for walk in done.walks:
        private = simulator.graph.is_private(int(walk["target"]))
        assert walk["verdict"] == ("private" if private else "complete")
        held = [record["pk"] for record in done.records if record.get("owner_pk") == walk["target"]]
        assert held == list(followers(simulator)(walk["target"]))


def test_the_same_answers_give_the_same_order(place: Place) -> None:
    command = ("followers", f"user_id={FEW}", "depth=3")
    first = place.crawl(*command)
    second = place.crawl(*command, "-s", "IG_STORE=sqlite:///other.db")
    assert timeless(first.records) == timeless(second.records)


def test_suggestions_are_a_graph_as_well(place: Place, simulator: Simulator) -> None:
    def beside(account: str) -> list[str]:
        return list(map(str, suggested_ids(simulator._world, int(account))))

    done = place.crawl("suggestions", f"user_id={FEW}", "depth=3")
    assert walked(done) == breadth_first(FEW, 3, beside)
    assert len(walked(done)) == 1 + 12
    assert done.operations == ["chaining"] * 13
    assert {walk["verdict"] for walk in done.walks} == {"complete"}


def test_expand_asks_for_the_details_of_each_page_beside_the_graph(place: Place, simulator: Simulator) -> None:
    done = place.crawl("suggestions", f"user_id={FEW}", "depth=2", "expand=1")
    graph = [walk for walk in done.walks if walk["operation"] == "chaining"]
    details = [walk for walk in done.walks if walk["operation"] == "suggestion_details"]
    assert len(graph) == len(details) == 1 + len(suggested_ids(simulator._world, int(FEW)))
    assert [walk["target"] for walk in graph] == [walk["target"] for walk in details]
    assert {walk["verdict"] for walk in done.walks} == {"complete"}
    for walk in details:
        found = [record["pk"] for record in done.records if record.get("walk") == walk["walk"] and "pk" in record]
        assert sorted(found) == sorted(map(str, suggested_ids(simulator._world, int(walk["target"]))))


def test_max_walks_counts_the_first_and_a_higher_one_goes_on(place: Place, simulator: Simulator) -> None:
    wanted = breadth_first(FEW, 3, followers(simulator))
    command = ("followers", f"user_id={FEW}", "depth=3")
    first = place.crawl(*command, "max_walks=5")
    assert walked(first) == wanted[:5]
    again = place.crawl(*command, "max_walks=5")
    assert timeless(again.records, "new", "gone") == timeless(first.records, "new", "gone")
    assert len(again.asked) == len(first.asked)
    more = place.crawl(*command, "max_walks=9")
    assert walked(more) == wanted[:9]
    assert [request.target for request in more.asked if request.operation == "user_profile"] == wanted[5:9]
    rest = place.crawl(*command)
    assert walked(rest) == wanted
    whole = place.crawl(*command, "-s", "IG_STORE=sqlite:///other.db", output=("-O", "other.jsonl"))
    assert timeless(rest.records, "new", "gone") == timeless(whole.records, "new", "gone")


def test_only_public_accounts_are_walked_when_that_is_wanted(place: Place, simulator: Simulator) -> None:
    done = place.crawl("followers", f"user_id={FEW}", "depth=3", "only=public")
    public = breadth_first(FEW, 3, followers(simulator), lambda account: not simulator.graph.is_private(int(account)))
    assert walked(done) == public
    assert {walk["verdict"] for walk in done.walks} == {"complete"}
    assert any(simulator.graph.is_private(int(account)) for account in done.follows)


def open_account(simulator: Simulator) -> str:
    """An account of the population whose lists are open."""
    accounts = simulator.graph.follower_ids(START)
    return next(account for account in accounts if not simulator.graph.is_private(int(account)))


def test_only_verified_accounts_are_walked_when_that_is_wanted(place: Place, simulator: Simulator) -> None:
    account = open_account(simulator)
    done = place.crawl("following", f"user_id={account}", "depth=3", "only=verified")
    verified = {record["pk"] for record in done.records if record.get("is_verified") is True}
    assert walked(done) == breadth_first(account, 3, simulator.graph.following_ids, verified.__contains__)
    assert walked(done)[:2] == [account, START]
    assert 2 < len(verified) < 10 < len(done.follows)


def test_an_account_with_too_many_followers_costs_its_profile_only(place: Place, simulator: Simulator) -> None:
    account = open_account(simulator)
    simulator.graph.gain_followers(int(START), 100)
    command = ("following", f"user_id={account}", "depth=2", "only=verified", "skip_over=111")
    done = place.crawl(*command)
    assert [(walk["target"], walk["verdict"]) for walk in done.walks] == [(account, "complete"), (START, "stopped")]
    skipped = done.walks[-1]
    assert skipped["reason"] == "skip_over=111: the account has 112 followers"
    assert (skipped["requests"], skipped["pages"], skipped["records"]) == (1, 0, 0)
    assert done.operations == ["user_profile", "following", "user_profile"]
    # It is no limit to be raised: the crawl has ended, and the same command begins a new generation.
    again = place.crawl(*command)
    assert again.operations == done.operations
    assert [walk["verdict"] for walk in again.walks] == ["complete", "stopped"]
    raised = place.crawl(*command[:-1], "skip_over=112", output=("-O", "other.jsonl"))
    assert [walk["verdict"] for walk in raised.walks] == ["complete", "complete"]


def test_the_account_that_was_given_is_walked_whatever_it_is(place: Place) -> None:
    done = place.crawl("followers", f"user_id={START}", "depth=2", "max_walks=1", "only=verified", "skip_over=0")
    assert [walk["verdict"] for walk in done.walks] == ["complete"]


def test_an_account_that_was_passed_over_is_not_asked_again_when_the_crawl_goes_on(
    place: Place, simulator: Simulator
) -> None:
    command = ("followers", f"user_id={HUB}", "depth=2", "skip_over=1999", "max_walks=6")
    simulator.faults.add(operation="user_profile", target="100000044", nth=1, kind="throttle")
    first = place.crawl_throttled(*command)
    assert [walk["verdict"] for walk in first.walks] == ["complete", "throttled", *["stopped"] * 3]
    second = place.crawl(*command)
    assert [request.target for request in second.asked] == ["100000044", "100000045"]
    assert [walk["verdict"] for walk in second.walks] == ["complete", *["stopped"] * 5]


@pytest.mark.parametrize("given", [f"user_id={SPOKE}", f"username={SPOKE_NAME}"])
def test_a_circle_back_to_the_first_account_ends_there(place: Place, given: str) -> None:
    done = place.crawl("following", given, "depth=4", "only=public")
    spokes = [str(int(HUB) + number) for number in range(1, 21)]
    assert walked(done) == [SPOKE, HUB, *spokes[1:]]
    assert done.operations.count("user_lookup") == given.startswith("username")
    assert done.operations.count("following") == 21


#: `scrapy` that says in the end how much memory it held; wait4 would count the process that it was forked from.
MEASURED = """
import atexit, pathlib, runpy
atexit.register(lambda: print(pathlib.Path("/proc/self/status").read_text()))
runpy.run_module("scrapy", run_name="__main__", alter_sys=True)
"""


def test_two_hundred_thousand_waiting_walks_stay_in_the_store(place: Place) -> None:
    command = ("followers", f"user_id={FEW}", "depth=2", "verify=0")
    place.crawl(*command, "max_walks=1", "max_pages=1")
    let_many_wait(place.folder / ".igcrawl" / "store.db")
    options = [*(part for argument in command[1:] for part in ("-a", argument)), "-a", "max_walks=20"]
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, "crawl", "followers", *options, "-O", "out.jsonl"],
        cwd=place.folder,
        env=scrapy_environment(**place.environment),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    records: list[dict[str, Any]] = [
        orjson.loads(line) for line in (place.folder / "out.jsonl").read_bytes().splitlines()
    ]
    assert sum(record["type"] == "walk" for record in records) == 20
    (peak,) = re.findall(rb"VmHWM:\s+(\d+) kB", done.stdout)
    assert int(peak) < 200 * 1024


def let_many_wait(path: Path) -> None:
    """Let 200,000 walks wait in a store, as the first walk of its crawl might have found them."""
    with sqlite3.connect(path) as store:
        store.execute("PRAGMA synchronous = OFF")
        store.execute(
            """
            WITH RECURSIVE numbers (n) AS (SELECT 2000000001 UNION ALL SELECT n + 1 FROM numbers LIMIT 200000)
            INSERT INTO walks (crawl, seed, subject, operation, target, args, depth)
            SELECT 1, 'followers/' || n, 'followers/' || n, 'followers', n, '{"user_id":"' || n || '"}', 2 FROM numbers
            """
        )
    store.close()


def test_pages_that_are_committed_together_lose_no_level(place: Place) -> None:
    command = ("suggestions", "user_id=25025320", "depth=2", "max_walks=4")
    alone = place.crawl(*command)
    grouped = place.crawl(*command, "fresh=1", output=("-s", "IG_SYNC_SECONDS=60", "-O", "grouped.jsonl"))
    assert walked(grouped) == walked(alone)
    assert len(walked(grouped)) == 4
