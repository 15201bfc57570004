"""The queries of docs/postgres.md, as they stand there, on what the pipeline wrote."""

from __future__ import annotations

import re
from datetime import date
from random import Random
from typing import Any

import psycopg
import pytest

from igcrawl.items import Record
from tests.conftest import ROOT
from tests.support.records import OWNER, Tables, at, follow, profile, suggestion, walk_end

OTHER = "173560420"
QUERIES = dict(re.findall(r"^### (.+)\n[^#]*?```sql\n([^`]+)```", (ROOT / "docs/postgres.md").read_text(), re.M))


@pytest.fixture(scope="module")
def random() -> Random:
    return Random(6)


def test_all_six_are_found_in_the_docs() -> None:
    assert len(QUERIES) == 6


def pks(rows: list[dict[str, Any]]) -> set[str]:
    return {str(row["pk"]) for row in rows}


def listed(accounts: set[str], day: int, owner: str = OWNER, direction: str = "followers") -> list[Record]:
    return [follow(pk, at(day), owner, direction, username=f"user{pk}") for pk in sorted(accounts)]


def generation(tables: Tables, accounts: set[str], number: int, day: int | None = None) -> None:
    """A complete list: its rows, its end, and the walk as the store keeps it.

    The clock may say any day, and another in the midst of the list.
    """
    began = number if day is None else day
    with psycopg.connect(tables.url) as connection:
        connection.execute(
            "INSERT INTO walks (id, crawl, seed, subject, operation, target, args, depth, verdict, started_at, "
            "ended_at) VALUES (%s, %s, 'followers', 'followers', 'followers', %s, '{}', 1, 'complete', %s, %s)",
            [number, number, OWNER, at(began), at(number, "01:00:00")],
        )
    rows = [*listed(accounts, began), walk_end(at(began), at(number, "01:00:00"), len(accounts))]
    for row in rows[len(rows) // 2 :]:
        row.fetched_at = at(number)
    tables.save(rows, walk=number)


def some(random: Random, count: int) -> set[str]:
    return {str(random.randint(1, 400)) for _ in range(count)}


def test_mutual_followers(tables: Tables, random: Random) -> None:
    followers, following = some(random, 150), some(random, 150)
    tables.save(listed(followers, 1), listed(following, 1, direction="following"), listed(following, 1, OTHER))
    rows = tables.rows(QUERIES["Mutual followers"])
    assert pks(rows) == followers & following
    assert len(rows) == len(followers & following)
    assert rows[0]["username"] == f"user{rows[0]['pk']}"


def test_new_and_gone_since(tables: Tables, random: Random) -> None:
    lists = [some(random, 150) for _ in range(4)]
    for day, accounts in enumerate(lists, start=1):
        generation(tables, accounts, day)
    first, second, third, fourth = lists
    new = tables.rows(QUERIES["New since"])
    assert pks(new) == (second | third | fourth) - first
    gone = tables.rows(QUERIES["Gone since"])
    assert pks(gone) == (first | second) - third - fourth
    assert {row["gone_at"].day for row in gone} == {3, 4}


def test_new_and_gone_by_a_clock_that_was_wrong(tables: Tables, random: Random) -> None:
    first, second, third, fourth = lists = [some(random, 150) for _ in range(4)]
    for number, (accounts, day) in enumerate(zip(lists, (20, 2, 28, 3), strict=True), start=1):
        generation(tables, accounts, number, day)
    assert pks(tables.rows(QUERIES["New since"])) == (second | third | fourth) - first
    assert pks(tables.rows(QUERIES["Gone since"])) == (first | second) - third - fourth


def test_nobody_is_new_in_the_first_list(tables: Tables) -> None:
    generation(tables, {"1", "2"}, 5)
    assert tables.rows(QUERIES["New since"]) == []


def test_growth(tables: Tables) -> None:
    counts = [(1, "08:00:00", 10), (1, "20:00:00", 12), (2, "08:00:00", 12), (3, "08:00:00", 9), (4, "08:00:00", None)]
    for day, time, count in counts:
        tables.save([profile(at(day, time), follower_count=count), profile(at(day, time), "7", follower_count=1)])
    rows = tables.rows(QUERIES["Growth"])
    assert [tuple(row.values()) for row in rows] == [(date(2026, 11, 1), 12, None), (date(2026, 11, 3), 9, -3)]


def test_overlap(tables: Tables) -> None:
    tables.save(listed({str(n) for n in range(40)}, 1), listed({str(n) for n in range(30, 50)}, 1, OTHER))
    row = tables.one(QUERIES["Overlap of two accounts"])
    assert [float(value) for value in row.values()] == [10, 25.0, 50.0]


def test_reach(tables: Tables, random: Random) -> None:
    edges = [(OWNER, str(n)) for n in range(5)]
    edges += [(str(random.randint(0, 200)), str(random.randint(0, 200))) for _ in range(400)]
    edges += [("3", OWNER)]
    tables.save([suggestion(target, pk, at(1)) for target, pk in edges])
    nearest, level = {OWNER: 0}, {OWNER}
    for steps in range(1, 7):
        level = {pk for target, pk in edges if target in level} - nearest.keys()
        nearest |= dict.fromkeys(level, steps)
    expected = {steps: list(nearest.values()).count(steps) for steps in set(nearest.values()) - {0}}
    rows = tables.rows(QUERIES["Reach of a suggestion graph"])
    assert {row["steps"]: row["accounts"] for row in rows} == expected
    assert rows[-1]["reached"] == len(nearest) - 1
