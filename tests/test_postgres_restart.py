"""A Postgres that is started again while crawls run: nothing is lost, nothing comes twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from igcrawl.simulator import Simulator
from tests.support.place import Place
from tests.support.postgres import ready_database, restart

LARGE = "25025320"


@pytest.fixture
def place(simulator: Simulator, tmp_path: Path) -> Iterator[Place]:
    with ready_database() as url:
        yield Place(simulator, tmp_path, IG_STORE=url, IG_WAIT_MAX="60")


def followers(place: Place) -> list[str]:
    """The followers in the database."""
    with psycopg.connect(place.environment["IG_STORE"]) as connection:
        return [str(pk) for [pk] in connection.execute("SELECT pk FROM follows ORDER BY pk")]


def is_quiet(place: Place) -> bool:
    """Whether the crawl has asked the database nothing for a moment."""
    with psycopg.connect(place.environment["IG_STORE"]) as connection:
        asked = connection.execute(
            "SELECT bool_and(state = 'idle' AND state_change < now() - interval '0.2 s') FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    return asked == (True,)


def test_a_crawl_that_waits_meanwhile_goes_on(place: Place) -> None:
    place.environment["IG_COOLDOWN"] = "2"
    throttled = place.simulator.faults.add(operation="followers", nth=3, times=1, kind="throttle")
    crawl = place.start("followers", f"user_id={LARGE}")
    crawl.wait_until(lambda: throttled.strikes == 1 and is_quiet(place))
    restart()
    done = crawl.done()
    assert done.code == 0, done.log
    everybody = list(place.simulator.graph.follower_ids(LARGE))
    assert done.follows == everybody
    assert followers(place) == sorted(everybody, key=int)


def test_a_crawl_that_writes_meanwhile_goes_on_or_ends_in_one_line(place: Place) -> None:
    place.simulator.faults.add(operation="followers", kind="delay", delay=0.02)
    crawl = place.start("followers", f"user_id={LARGE}")
    crawl.wait_for(6)
    restart()
    done = crawl.done()
    if done.code:
        assert done.code == 1, done.log
        [said] = [line for line in done.log.splitlines() if "the same command continues" in line and "ERROR" in line]
        assert "the Postgres store: " in said
        done = place.crawl("followers", f"user_id={LARGE}")
    everybody = list(place.simulator.graph.follower_ids(LARGE))
    assert done.follows == everybody
    assert followers(place) == sorted(everybody, key=int)
