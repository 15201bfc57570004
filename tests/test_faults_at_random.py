"""Whatever goes wrong on the server's side: the right list or the right verdict, always an end, nobody twice."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from igcrawl.simulator import Simulator
from igcrawl.simulator.pages import PageRequest
from tests.conftest import read_jsonl
from tests.support import crawls

#: Faults that pass: what comes in their place is asked again.
PASSING: tuple[dict[str, Any], ...] = (
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 503},
    {"kind": "cut_body"},
    {"kind": "cut_chunked"},
    {"kind": "cut_connection"},
    {"kind": "broken_gzip"},
    {"kind": "truncated_json"},
    {"kind": "delay", "delay": 0.05},
    # Longer than the crawl waits.
    {"kind": "delay", "delay": 1.1, "times": 1},
)
#: Pages that are odd, but leave nobody out.
ODD: tuple[dict[str, Any], ...] = ({"kind": "duplicate"}, {"kind": "empty_page"})
#: Some 400 each, with pages that overlap and with an empty page; 260 and 40 as they should be.
LISTS = ("100000006", "100000007", "100000011")
PAGE = 20
#: A list of 400 takes 25 requests; a walk may begin again, and a failed one is crawled a second time.
MOST_REQUESTS = 100
ROUNDS = int(os.environ.get("FAULT_ROUNDS", "6"))


class Round:
    """Crawls of a list that is drawn at random, at a server of its own.

    Args:
        folder: where they run.
        chance: draws.
    """

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.chance = chance
        self.target = chance.choice(LISTS)
        self.direction = chance.choice(("followers", "following"))
        self.surface = chance.choice(("mobile", "rest"))
        self.operation = self.direction + ("_rest" if self.surface == "rest" else "")
        self.simulator = Simulator(seed=chance.randrange(1000), page_size=PAGE)
        self._folder = folder

    def crawl(self, *settings: str) -> tuple[dict[str, Any], list[str]]:
        """Crawl, and return the walk's record and the accounts it found, in their order."""
        self.simulator.write_session(self._folder / "session.json")
        process = crawls.run(
            *("crawl", self.direction, "-a", f"user_id={self.target}", "-a", f"surface={self.surface}"),
            *("-O", "out.jsonl", "-s", "DOWNLOAD_TIMEOUT=1"),
            *(word for setting in settings for word in ("-s", setting)),
            folder=self._folder,
            IG_MOBILE_URL=self.simulator.mobile_url,
            IG_WEB_URL=self.simulator.web_url,
            IG_SESSION="session.json",
        )
        records = read_jsonl(self._folder / "out.jsonl")
        walk = records[-1]
        print(self.operation, self.target, walk["verdict"], len(self.simulator.requests), walk["reason"])
        assert "Traceback" not in process.log, process.log
        kinds = [record["type"] for record in records if record["type"] != "follow"]
        # The strikes may all have hit the profile.
        assert kinds == ["profile", "walk"] or (kinds == ["walk"] and walk["verdict"] == "failed")
        assert process.wait() == (0 if walk["verdict"] == "complete" else 1)
        found = [record["pk"] for record in records if record["type"] == "follow"]
        assert len(found) == len(set(found)) == walk["records"]
        assert len(self.simulator.requests) <= MOST_REQUESTS
        return walk, found

    @property
    def listed(self) -> list[str]:
        """Those whom the whole list holds."""
        graph = self.simulator.graph
        return list((graph.follower_ids if self.direction == "followers" else graph.following_ids)(self.target))

    def a_cursor(self) -> str:
        """Return the cursor of a page, any but the first."""
        cursors: list[str] = []
        size = PAGE if self.surface == "rest" else None
        cursor: str | None = None
        while True:
            wanted = PageRequest(int(self.target), self.direction, self.surface, cursor, size)
            cursor = self.simulator._world.pager.page(wanted).next_cursor
            if cursor is None:
                return self.chance.choice(cursors)
            cursors.append(cursor)


@pytest.fixture
def drawn(tmp_path: Path) -> Iterator[Round]:
    """A round whose seed is printed."""
    seed = random.randrange(1 << 32)
    print("seed", seed)
    drawn = Round(tmp_path, random.Random(seed))
    with drawn.simulator:
        yield drawn


@pytest.mark.parametrize("number", range(ROUNDS))
def test_faults_that_pass_and_pages_that_are_odd_leave_the_list_whole(drawn: Round, number: int) -> None:
    chance = drawn.chance
    for fault in (*chance.sample(PASSING, 3), *ODD):
        when = {"rate": chance.uniform(0.02, 0.2)} if chance.random() < 0.7 else {"nth": chance.randrange(1, 6)}
        drawn.simulator.faults.add(**{"times": 3, **when, **fault})
    walk, found = drawn.crawl()
    if walk["verdict"] == "complete":
        assert found == drawn.listed
    else:
        # Nine strikes may take all five tries of one call away.
        assert (walk["verdict"], found) == ("failed", drawn.listed[: len(found)])
        drawn.simulator.faults.clear()
        again, found = drawn.crawl()
        assert (again["verdict"], found) == ("complete", drawn.listed)


@pytest.mark.parametrize("number", range(2))
def test_a_cursor_that_comes_again_ends_the_walk_as_looped(drawn: Round, number: int) -> None:
    drawn.simulator.faults.add(kind="repeat_cursor", operation=drawn.operation, after_cursor=drawn.a_cursor())
    for fault in drawn.chance.sample(PASSING, 2):
        drawn.simulator.faults.add(**{"times": 2, **fault}, operation=drawn.operation, nth=1)
    walk, found = drawn.crawl()
    assert walk["verdict"] == "looped"
    assert found == drawn.listed[: len(found)]


@pytest.mark.parametrize("fault", [{"kind": "bad_cursor"}, {"kind": "status", "status": 500}], ids=["400", "500"])
@pytest.mark.parametrize("for_good", [False, True], ids=["dies-once", "dies-for-good"])
def test_a_cursor_that_dies_sends_the_walk_back_to_its_first_page(
    drawn: Round, fault: dict[str, Any], for_good: bool
) -> None:
    # Once: for both tries of the call. A 400 is asked a second time, too, to make sure.
    times = {} if for_good else {"times": 2}
    drawn.simulator.faults.add(**fault, **times, operation=drawn.operation, after_cursor=drawn.a_cursor())
    walk, found = drawn.crawl("RETRY_TIMES=1")
    assert "its cursor had died" in walk["reason"] or for_good
    if for_good and walk["verdict"] != "complete":
        assert (walk["verdict"], found) == ("failed", drawn.listed[: len(found)])
        drawn.simulator.faults.clear()
        walk, found = drawn.crawl()
    assert (walk["verdict"], found) == ("complete", drawn.listed)
