"""Who is gone: only complete lists tell, and only two in a row."""

from __future__ import annotations

from typing import Any

import pytest

from igcrawl.items import Record, WalkEnd
from igcrawl.verdict import Verdict
from tests.support.records import OWNER, Tables, at, follow, walk_end

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


def test_missing_from_one_list_gone_from_the_next(tables: Tables) -> None:
    tables.save([*listed(1), ended(1)])
    assert state(tables, 7) == (None, None)
    tables.save([*listed(2, but=(7,)), ended(2, records=199)])
    assert state(tables, 7) == (2, None)
    tables.save([*listed(3, but=(7, 8)), ended(3, records=198)])
    assert (state(tables, 7), state(tables, 8), state(tables, 9)) == ((2, 3), (3, None), (None, None))
    tables.save([*listed(4, but=(7, 8)), ended(4, records=198)])
    assert (state(tables, 7), state(tables, 8)) == ((2, 3), (3, 4))


def test_who_is_seen_again_is_not_gone(tables: Tables) -> None:
    tables.save([*listed(1), ended(1)])
    for day in (2, 3):
        tables.save([*listed(day, but=(7, 8)), ended(day, records=198)])
    tables.save([follow(7, at(4))])
    assert (state(tables, 7), state(tables, 8)) == ((None, None), (2, 3))
    assert tables.one("SELECT first_seen FROM follows WHERE pk = 7")["first_seen"].day == 1


def test_an_answer_from_before_that_comes_late_brings_nobody_back(tables: Tables) -> None:
    tables.save([*listed(1), ended(1)], [*listed(3, but=(7,)), ended(3, records=199)])
    tables.save([follow(7, at(2))])
    assert state(tables, 7) == (3, None)


@pytest.mark.parametrize("verdict", sorted(set(Verdict) - {Verdict.COMPLETE}))
def test_no_other_verdict_marks_anyone(tables: Tables, verdict: str) -> None:
    tables.save([*listed(1), ended(1)])
    for day in (2, 3):
        tables.save([*listed(day, but=(7,)), ended(day, verdict=verdict, records=200)])
    assert state(tables, 7) == (None, None)


@pytest.mark.parametrize(
    ("records", "expected", "marked"),
    [(198, 200, True), (197, 200, False), (199, None, False), (200, 199, True), (0, 0, True)],
)
def test_a_complete_list_must_be_within_one_percent(
    tables: Tables, records: int, expected: int | None, marked: bool
) -> None:
    tables.save([*listed(1), ended(1)])
    tables.save([*listed(2, but=(7,)), ended(2, records=records, expected=expected)])
    assert state(tables, 7) == ((2, None) if marked else (None, None))


def test_other_lists_are_left_alone(tables: Tables) -> None:
    tables.save([follow(7, at(1)), follow(7, at(1), owner="3"), follow(7, at(1), direction="following")])
    tables.save([ended(2, records=200, operation="followers_rest")])
    assert state(tables, 7, owner_pk=OWNER, direction="followers") == (2, None)
    assert state(tables, 7, owner_pk="3") == (None, None)
    assert state(tables, 7, direction="following") == (None, None)
    tables.save([ended(3, operation="following"), ended(3, operation="suggestions", target="3")])
    assert state(tables, 7, direction="following") == (3, None)
    tables.save([ended(4, target="a.name"), ended(4, target="9" * 30)])


def test_the_rows_of_the_last_page_come_before_the_marking(tables: Tables) -> None:
    tables.save([*listed(1), ended(1)])
    rows = listed(2)
    tables.save(rows[:100])
    tables.save([ended(2), *rows[100:]])
    assert tables.rows("SELECT 1 FROM follows WHERE missing_since IS NOT NULL") == []


def test_the_same_list_asked_again_is_not_the_next_one(tables: Tables) -> None:
    tables.save([*listed(1), ended(1)])
    page = [*listed(2, but=(7,)), ended(2, records=199)]
    tables.save(page, page)
    tables.save([walk_end(at(2), at(2, "05:00:00"), 199)])
    assert state(tables, 7) == (2, None)
    tables.save([walk_end(at(2, "01:00:00"), at(2, "06:00:00"), 199)])
    assert state(tables, 7) == (2, 2)


def test_lists_of_several_days_in_one_commit(tables: Tables) -> None:
    tables.save([*listed(1), ended(1)])
    tables.save([ended(2, records=0, expected=0), ended(3, records=0, expected=0)])
    assert (state(tables, 7), state(tables, 200)) == ((2, 3), (2, 3))
