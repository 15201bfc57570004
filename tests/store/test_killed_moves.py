"""Processes that move the edges of an earlier version are killed: no edge is lost, and none comes twice."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

import psycopg
import pytest

from tests.conftest import ROOT, scrapy_environment
from tests.store.earlier_follows import earlier_store, edges, small_pieces
from tests.store.samples import opened
from tests.support.records import at, commit, follow, new_pipeline


class Movers(NamedTuple):
    """A process that forks those that move the edges of a store, and the store's address."""

    process: subprocess.Popen[str]
    url: str

    def start(self, lines: int, *, stops: bool) -> tuple[int, str]:
        """Start one, and return its process id and the last of its next lines.

        Args:
            lines: so many, or less if it is through before.
            stops: whether it stops there.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(lines if stops else 0, file=self.process.stdin, flush=True)
        for _ in range(lines):
            number, _, what = self.process.stdout.readline().strip().partition(" ")
            if what not in {"begins", "commits"}:
                break
        return int(number), what


@pytest.fixture
def movers() -> Iterator[Movers]:
    with earlier_store() as url:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.store.mover", url],
            cwd=ROOT,
            env=scrapy_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        yield Movers(process, url)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_edges_stay_the_same_however_often_the_move_is_killed(movers: Movers) -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    drawn, kills, what = random.Random(seed), 0, ""
    with psycopg.connect(movers.url, autocommit=True) as connection:
        wanted = edges(connection)
        while what != "moved":
            # Three at most: a step each that is committed, and the next one that is not.
            number, what = movers.start(drawn.randint(2, 4), stops=drawn.random() < 0.7)
            assert what in {"begins", "commits", "moved"}
            if what != "moved":
                # It is stopped at a point, or on its way to the next one.
                time.sleep(drawn.uniform(0, 0.004))
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
                kills += 1
            assert edges(connection) == wanted
        there = connection.execute("SELECT to_regclass('follows_before'), to_regclass('follows_moving')").fetchone()
        assert there == (None, None)
    assert kills > 1


async def test_a_run_waits_for_the_move_and_takes_it_over_from_one_that_is_killed(
    movers: Movers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("igcrawl.store.schema.migrations", small_pieces)
    async with await psycopg.AsyncConnection.connect(movers.url, autocommit=True) as connection:
        with psycopg.connect(movers.url, autocommit=True) as reader:
            wanted = edges(reader)
        # In the middle of its second piece.
        number, _ = movers.start(6, stops=True)

        async def run() -> None:
            async with opened(movers.url):
                await commit(connection, new_pipeline(), [follow(10**6, at(5), owner="1")], walk=10)

        running = asyncio.create_task(run())
        await until_somebody_waits(connection)
        assert not running.done()
        os.kill(number, signal.SIGKILL)
        await running
    with psycopg.connect(movers.url, autocommit=True) as reader:
        [new] = set(edges(reader)) - set(wanted)
        assert new[:3] == (1, "followers", 10**6)
        assert len(edges(reader)) == len(wanted) + 1


async def until_somebody_waits(connection: psycopg.AsyncConnection) -> None:
    """Wait until a session of the database waits for an advisory lock."""
    waiting = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    deadline = time.monotonic() + 20
    while not await (await connection.execute(waiting)).fetchall():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)
