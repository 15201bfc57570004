"""Who is gone: only complete lists tell, and only two in a row."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import psycopg
import pytest

from igcrawl.errors import StoreError
from igcrawl.items import Page, Record, WalkEnd
from igcrawl.store.schema import migrations
from igcrawl.verdict import Verdict
from tests.support.postgres import database
from tests.support.records import OWNER, Tables, at, follow, new_pipeline, walk_end

EVERYBODY = range(1, 201)


def listed(day: int, but: tuple[int, ...] = (), **more: Any) -> list[Record]:
    """A day's list of everybody but these."""
    return [follow(pk, at(day, "00:30:00"), **more) for pk in EVERYBODY if pk not in but]


def ended(day: int, **more: Any) -> WalkEnd:
    return walk_end(at(day), at(day, "01:00:00"), more.pop("records", len(EVERYBODY)), **more)


def state(tables: Tables, pk: int, **where: Any) -> tuple[int | None, int | None]:
    """The days since when an account is missing and gone."""
    conditions = " AND ".join(f"{name} = '{value}'" for name, value in {"pk": pk, **where}.items())
    row = tables.one(f"SELECT missing_since, gone_at FROM follows WHERE {conditions}")
    return tuple(when and when.day for when in row.values())  # type: ignore[return-value]


def numbers(tables: Tables, pk: int) -> tuple[int | None, ...]:
    """The walks that saw an edge first and last, and the one that missed it."""
    return tuple(tables.one(f"SELECT first_walk, last_walk, missed_walk FROM follows WHERE pk = {pk}").values())


def save(tables: Tables, day: int, *records: Record, but: tuple[int, ...] = (), **more: Any) -> None:
    """Write a day's complete list of everybody but these; the number of its walk is the day's."""
    tables.save([*listed(day, but), *records, ended(day, **{"records": len(EVERYBODY) - len(but)} | more)], walk=day)


def test_missing_from_one_list_gone_from_the_next(tables: Tables) -> None:
    save(tables, 1)
    assert state(tables, 7) == (None, None)
    save(tables, 2, but=(7,))
    assert state(tables, 7) == (2, None)
    save(tables, 3, but=(7, 8))
    assert (state(tables, 7), state(tables, 8), state(tables, 9)) == ((2, 3), (3, None), (None, None))
    save(tables, 4, but=(7, 8))
    assert (state(tables, 7), state(tables, 8)) == ((2, 3), (3, 4))


def test_who_is_seen_again_is_not_gone(tables: Tables) -> None:
    save(tables, 1)
    for day in (2, 3):
        save(tables, day, but=(7, 8))
    tables.save([follow(7, at(4))], walk=4)
    assert (state(tables, 7), state(tables, 8)) == ((None, None), (2, 3))
    assert numbers(tables, 7) == (1, 4, None)
    assert numbers(tables, 8) == (1, 1, 2)
    assert tables.one("SELECT first_seen FROM follows WHERE pk = 7")["first_seen"].day == 1


def test_an_edge_of_an_earlier_walk_that_comes_late_brings_nobody_back(tables: Tables) -> None:
    save(tables, 1)
    save(tables, 3, but=(7,))
    tables.save([follow(7, at(5))], walk=2)
    assert (state(tables, 7), numbers(tables, 7)) == ((3, None), (1, 2, 3))


def test_an_edge_that_only_an_earlier_walk_saw_is_missing_from_the_later_list(tables: Tables) -> None:
    save(tables, 3)
    tables.save([follow(1000, at(5))], walk=2)
    assert (state(tables, 1000), numbers(tables, 1000)) == ((3, None), (2, 2, 3))
    save(tables, 4)
    assert state(tables, 1000) == (3, 4)


@pytest.mark.parametrize("verdict", sorted(set(Verdict) - {Verdict.COMPLETE}))
def test_no_other_verdict_marks_anyone(tables: Tables, verdict: str) -> None:
    save(tables, 1)
    for day in (2, 3):
        save(tables, day, but=(7,), verdict=verdict, records=200)
    assert state(tables, 7) == (None, None)


@pytest.mark.parametrize(
    ("records", "expected", "marked"),
    [(198, 200, True), (197, 200, False), (199, None, False), (200, 199, True), (0, 0, True)],
)
def test_a_complete_list_must_be_within_one_percent(
    tables: Tables, records: int, expected: int | None, marked: bool
) -> None:
    save(tables, 1)
    save(tables, 2, but=(7,), records=records, expected=expected)
    assert state(tables, 7) == ((2, None) if marked else (None, None))


def test_other_lists_are_left_alone(tables: Tables) -> None:
    tables.save([follow(7, at(1)), follow(7, at(1), owner="3"), follow(7, at(1), direction="following")])
    tables.save([ended(2, records=200, operation="followers_rest")], walk=2)
    assert state(tables, 7, owner_pk=OWNER, direction="followers") == (2, None)
    assert state(tables, 7, owner_pk="3") == (None, None)
    assert state(tables, 7, direction="following") == (None, None)
    tables.save([ended(3, operation="following"), ended(3, operation="suggestions", target="3")], walk=3)
    assert state(tables, 7, direction="following") == (3, None)
    tables.save([ended(4, target="a.name"), ended(4, target="9" * 30)], walk=4)


def test_the_rows_of_the_last_page_come_before_the_marking(tables: Tables) -> None:
    save(tables, 1)
    rows = listed(2)
    tables.save(rows[:100], [ended(2), *rows[100:]], walk=2)
    assert tables.rows("SELECT 1 FROM follows WHERE missing_since IS NOT NULL") == []


def test_a_walk_that_is_asked_again_is_the_same_list(tables: Tables) -> None:
    save(tables, 1)
    save(tables, 2, but=(7, 8))
    before = tables.rows("SELECT *, xmin FROM follows WHERE pk IN (7, 8) ORDER BY pk")
    tables.save([ended(5, records=198)], walk=2)
    assert tables.rows("SELECT *, xmin FROM follows WHERE pk IN (7, 8) ORDER BY pk") == before
    # Asked again, it holds one of them.
    tables.save([*listed(6, but=(7,)), ended(6, records=199)], walk=2)
    assert (state(tables, 7), state(tables, 8)) == ((2, None), (None, None))
    save(tables, 7, but=(7, 8))
    assert (state(tables, 7), state(tables, 8)) == ((2, 7), (7, None))


def test_lists_of_several_days_in_one_commit(tables: Tables) -> None:
    save(tables, 1)
    empty = [ended(2, records=0, operation="followers"), ended(3, records=0, operation="followers_rest")]

    async def write() -> None:
        pipeline = new_pipeline()
        async with await psycopg.AsyncConnection.connect(tables.url, autocommit=True) as connection:
            pipeline.process_item(Page("followers/1", [*empty]))
            async with connection.transaction(), connection.cursor() as cursor:
                await pipeline.write(cursor, {f"followers/{OWNER}": 2, f"followers_rest/{OWNER}": 3})

    asyncio.run(write())
    assert (state(tables, 7), state(tables, 200)) == ((2, 3), (2, 3))


def test_an_edge_whose_walk_has_no_number_stops_the_commit(tables: Tables) -> None:
    pipeline = new_pipeline()
    pipeline.process_item(follow(7, at(1)))

    async def write() -> None:
        async with await psycopg.AsyncConnection.connect(tables.url) as connection, connection.cursor() as cursor:
            await pipeline.write(cursor, {"following/1": 1})

    with pytest.raises(StoreError, match=f"followers/{OWNER}: the number of the walk is not known"):
        asyncio.run(write())


def test_edges_of_before_were_seen_by_walk_0_and_the_missing_stay_so() -> None:
    with database() as url:
        scripts = [script for number, script in migrations("postgres") if number < 6]
        with psycopg.connect(url, autocommit=True) as connection:
            for script in scripts:
                connection.execute(script)  # type: ignore[call-overload]
            connection.execute(
                "INSERT INTO follows VALUES "
                "(25025320, 'followers', 7, '2026-11-01Z', '2026-11-01Z', NULL, NULL),"
                "(25025320, 'followers', 8, '2026-11-01Z', '2026-11-01Z', '2026-11-02Z', NULL),"
                "(25025320, 'followers', 9, '2026-11-01Z', '2026-11-01Z', '2026-11-02Z', '2026-11-03Z'),"
                "(25025320, 'followers', 10, '2026-11-01Z', '2026-11-04T05:00:00Z', NULL, NULL)"
            )
            connection.execute(
                "INSERT INTO walks (crawl, seed, subject, operation, target, args, depth, started_at) "
                "VALUES (1, 's', 's', 'followers_rest', '25025320', '{}', 1, '2026-11-04Z')"
            )
        tables = Tables(url, version=5)
        assert [numbers(tables, pk) for pk in (7, 8, 9, 10)] == [(0, 0, None), (0, 0, 0), (0, 0, 0), (0, 1, None)]
        # The walk goes on where it was.
        tables.save([ended(5, records=1)], walk=1)
        states = [state(tables, pk) for pk in (7, 8, 9, 10)]
        assert states == [(5, None), (2, 5), (2, 3), (None, None)]
        tables.save([follow(8, at(6)), follow(9, at(6)), ended(6, records=2)], walk=2)
        states = [state(tables, pk) for pk in (7, 8, 9, 10)]
        assert states == [(5, 6), (None, None), (None, None), (6, None)]


def test_a_long_list_ends_soon_in_a_database_without_statistics(tables: Tables) -> None:
    many = range(1, 5001)
    began = time.monotonic()
    tables.save([*(follow(pk, at(1, "00:30:00")) for pk in many), ended(1, records=len(many))], walk=1)
    assert time.monotonic() - began < 3
