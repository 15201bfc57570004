"""Random histories of a list: people join, leave and come back, and clocks are wrong; the lists tell the truth."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import psycopg
import pytest

from igcrawl.items import Follow, Record
from tests.support.postgres import database
from tests.support.records import Tables, commit, follow, new_pipeline, walk_end

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
#: How far a clock is set forward or back, hours.
JUMPS = (0, 0, 0, 1, -1, 24, -24, 24 * 9, -24 * 9)


@pytest.fixture(scope="module")
def shared() -> Iterator[Tables]:
    """One database for all histories: each has a list of its own."""
    with database() as url:
        yield Tables(url)


class Clock:
    """A clock that is set at random."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._now = BEGIN

    def now(self) -> str:
        self._now += timedelta(minutes=1, hours=self._random.choice(JUMPS))
        return self._now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Reading:
    """A walk that reads a list: what it has not read yet, and its clock."""

    number: int
    pages: list[list[int]]
    clock: Clock
    started_at: str
    tells: bool
    records: int = 0


@dataclass
class Truth:
    """What walks saw, and which of them tell who is missing."""

    seen: defaultdict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    complete: set[int] = field(default_factory=set)

    def new_in(self, walk: int) -> set[int]:
        before = {pk for number, pks in self.seen.items() if number < walk for pk in pks}
        return self.seen[walk] - before

    def missed(self) -> dict[int, list[int]]:
        """Of everybody who was ever seen, the complete lists since that did not hold them."""
        last: dict[int, int] = {}
        for walk in sorted(self.seen):
            last |= dict.fromkeys(self.seen[walk], walk)
        return {pk: sorted(walk for walk in self.complete if walk > number) for pk, number in last.items()}


class History:
    """A list that changes while walks read it, at most so many at the same time.

    Args:
        random: draws it.
        owner: whose followers they are.
        at_once: as many walks read it at the same time.
    """

    def __init__(self, random: Random, owner: str, at_once: int) -> None:
        self.truth = Truth()
        self._random = random
        self._owner = owner
        self._at_once = at_once
        self._listed = set(range(1, 30))
        self._next = 30
        self._walks = 0
        self._reading: list[Reading] = []
        self._ended: list[Reading] = []

    def commits(self, walks: int) -> Iterator[tuple[int, list[Record]]]:
        """Yield the number of a walk and what it commits, until so many walks have ended."""
        while len(self._ended) < walks:
            self._change()
            if len(self._reading) < self._at_once and self._random.random() < 0.5:
                self._begin()
            elif self._reading:
                reading = self._random.choice(self._reading)
                yield reading.number, list(self._go_on(reading))

    def _change(self) -> None:
        for _ in range(self._random.choice((0, 0, 1, 3))):
            if self._random.random() < 0.4 and self._listed:
                self._listed.remove(self._random.choice(sorted(self._listed)))
            elif self._random.random() < 0.5:
                # Perhaps one who has left.
                self._listed.add(self._random.randint(1, self._next))
            else:
                self._listed.add(self._next)
                self._next += 1

    def _begin(self) -> None:
        if self._ended and self._random.random() < 0.15:
            again = self._random.choice(self._ended)
            if any(reading.number == again.number for reading in self._reading):
                return
            number = again.number
        else:
            self._walks += 1
            number = self._walks
        listed, clock = sorted(self._listed), Clock(self._random)
        pages = [listed[first : first + 8] for first in range(0, len(listed), 8)]
        tells = self._random.random() < 0.75
        if not tells:
            pages = pages[: self._random.randint(0, len(pages))]
        self._reading.append(Reading(number, pages, clock, clock.now(), tells))

    def _go_on(self, reading: Reading) -> Iterator[Record]:
        if reading.pages:
            page = reading.pages.pop(0)
            self.truth.seen[reading.number] |= set(page)
            reading.records += len(page)
            now = reading.clock.now()
            yield from (follow(pk, now, self._owner) for pk in page)
        # The last page and the end of the list are one commit, or two.
        if reading.pages or self._random.random() < 0.5:
            return
        self._reading.remove(reading)
        self._ended.append(reading)
        if reading.tells:
            self.truth.complete.add(reading.number)
        verdict = "complete" if reading.tells else "limited"
        ended_at = reading.clock.now()
        yield walk_end(reading.started_at, ended_at, reading.records, verdict, target=self._owner)


async def write(tables: Tables, history: History, walks: int) -> None:
    workers: defaultdict[int, Any] = defaultdict(new_pipeline)
    async with await psycopg.AsyncConnection.connect(tables.url, autocommit=True) as connection:
        for number, records in history.commits(walks):
            await commit(connection, workers[number], records, number)


@pytest.mark.parametrize("at_once", [1, 2, 3])
@pytest.mark.parametrize("seed", range(12))
def test_new_missing_and_gone_are_what_the_lists_say(shared: Tables, seed: int, at_once: int) -> None:
    owner = str(1000 * at_once + seed)
    history = History(Random(seed), owner, at_once)
    asyncio.run(write(shared, history, walks=14))
    rows = {row["pk"]: row for row in shared.rows(f"SELECT * FROM follows WHERE owner_pk = {owner}")}
    missed = history.truth.missed()
    assert rows.keys() == missed.keys()
    assert {pk for pk, row in rows.items() if row["missing_since"]} == {pk for pk, walks in missed.items() if walks}
    assert {pk for pk, row in rows.items() if row["gone_at"]} == {pk for pk, walks in missed.items() if walks[1:]}
    only_missing = {pk: walks for pk, walks in missed.items() if len(walks) < 2}
    assert {pk: [rows[pk]["missed_walk"]] for pk in only_missing} == {
        pk: walks or [None] for pk, walks in only_missing.items()
    }
    for walk in history.truth.seen:
        assert {pk for pk, row in rows.items() if row["first_walk"] == walk} == history.truth.new_in(walk)
    assert any(missed.values())


@pytest.mark.parametrize("jump", [timedelta(days=-9), timedelta(days=9)])
@pytest.mark.parametrize("in_the_middle", [True, False])
def test_a_clock_that_is_set_marks_nobody_of_an_unchanged_list(
    tables: Tables, jump: timedelta, in_the_middle: bool
) -> None:
    now = BEGIN
    for walk in range(1, 5):
        started = now
        page: list[Follow] = []
        for pk in range(200):
            now += jump if in_the_middle and pk == 100 and walk % 2 == 0 else timedelta(seconds=1)
            page.append(follow(pk, now.isoformat()))
        tables.save(page, [walk_end(started.isoformat(), now.isoformat(), 200)], walk=walk)
        now += timedelta(hours=1) if in_the_middle else jump
    assert tables.rows("SELECT 1 FROM follows WHERE missing_since IS NOT NULL OR missed_walk IS NOT NULL") == []
    assert tables.one("SELECT DISTINCT first_walk, last_walk FROM follows") == {"first_walk": 1, "last_walk": 4}


@pytest.mark.parametrize("first", [2, 3])
def test_two_crawls_of_one_list_come_out_the_same_in_both_orders_of_ending(tables: Tables, first: int) -> None:
    lists = {1: {1, 2, 3, 4}, 2: {1, 2, 5}, 3: {1, 3, 6}}

    def save(walk: int) -> None:
        day = BEGIN.isoformat()
        tables.save([*(follow(pk, day) for pk in lists[walk]), walk_end(day, day, len(lists[walk]))], walk=walk)

    for walk in (1, first, 5 - first):
        save(walk)
    rows = tables.rows("SELECT pk, missed_walk, gone_at IS NOT NULL AS gone FROM follows ORDER BY pk")
    assert [tuple(row.values()) for row in rows] == [
        (1, None, False),
        (2, 3, False),
        (3, None, False),
        (4, 2, True),
        (5, 3, False),
        (6, None, False),
    ]
