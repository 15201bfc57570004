"""A walk in memory and its row in the store say the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import fields, replace
from typing import Any

import orjson
import pytest

import igcrawl
from igcrawl.arguments import GivenTarget, Target
from igcrawl.crawl.endless import Endless
from igcrawl.crawl.walk import Ending, Walk
from igcrawl.crawl.walk_rows import (
    VERSIONS,
    as_given,
    open_end_record,
    row_after,
    seed_of,
    subject_of,
    walk_of,
)
from igcrawl.items import EndlessWalkEnd, WalkEnd
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.store import ENDLESS_PAGES, CrawlRow, OperatorLimits, WalkRow
from igcrawl.verdict import Verdict

LIMITS = OperatorLimits(max_pages=7)
CRAWL = CrawlRow(id=1, key="k", name=None, generation=1, spider="followers", started=0, created_at="then")
ROW = WalkRow(
    id=3,
    crawl=1,
    seed="followers/5#a",
    subject="followers/5",
    operation="followers",
    target="5",
    args={"user_id": "5"},
    depth=2,
    started_at="before",
    worker=4,
    fence=2,
)


def full_walk() -> Walk:
    return Walk(
        operation=OPERATIONS["followers"],
        target="5",
        args={"user_id": "5"},
        limits=LIMITS,
        started_at="before",
        expected=99,
        cursor="c",
        rank_token="r",
        pages=11,
        records=12,
        duplicates=13,
        requests=14,
        notes=["n"],
        depth=2,
        loops_from=15,
        passed=16,
        ready=True,
        private=True,
        endless=Endless(barren=1, meagre=2, equal=3, page=-4, restarts=5, pages_before=6),
        known_pages=17,
        begun_with=18,
        versions=[igcrawl.__version__],
        substitute=OPERATIONS["followers_rest"],
    )


def test_a_walk_comes_back_from_its_row_as_it_was() -> None:
    walk = full_walk()
    row = row_after(ROW, walk, "now")
    again = walk_of(replace(row, state=orjson.loads(orjson.dumps(row.state))), LIMITS)
    # Whom it has seen, and the cursors, come from the pages.
    beside = {"seen", "_cursors", "answered_at", "overlap", "new", "gone"}
    for field in fields(Walk):
        if field.name not in beside:
            assert getattr(again, field.name) == getattr(walk, field.name), field.name
    walk_of(row, LIMITS).note(["another"])
    again.endless.see(0, 0, None)
    assert row.state["notes"] == ["n"]
    assert row.state["endless"]["barren"] == 1


def test_a_walk_that_was_never_begun_is_as_one_that_is_just_made() -> None:
    fresh = Walk(operation=OPERATIONS["followers"], target="5", args={"user_id": "5"})
    again = walk_of(replace(ROW, started_at=None), OperatorLimits())
    assert (again.endless, again.notes, again.passed, again.ready) == (fresh.endless, [], 0, False)
    assert (again.substitute, again.begun_with, again.started_at) == (None, -1, "")
    assert again.rank_token != fresh.rank_token
    assert Endless() == Endless(barren=0, meagre=0, equal=0, page=None, restarts=0, pages_before=0)
    # A store of an earlier version knows less of it.
    assert Endless.read({"barren": 3, "unknown": 1}) == Endless(barren=3)
    assert Endless.read(None) == Endless()


def test_a_row_says_how_its_walk_ended_and_keeps_its_names() -> None:
    walk = full_walk()
    goes_on = row_after(ROW, walk, "now")
    assert (goes_on.verdict, goes_on.reason, goes_on.ended_at, goes_on.updated_at) == (None, None, None, "now")
    assert (goes_on.seed, goes_on.subject, goes_on.worker, goes_on.fence) == (ROW.seed, ROW.subject, 4, 2)
    assert ENDLESS_PAGES not in goes_on.state
    ended = row_after(ROW, walk, "now", Ending(Verdict.SUSPECT, "why", endless_pages=7))
    assert (ended.verdict, ended.reason, ended.ended_at) == ("suspect", "why", "now")
    assert ended.state[ENDLESS_PAGES] == 7
    walk.substitute = None
    plain = row_after(replace(ROW, subject="another"), walk, "now", Ending(Verdict.SUSPECT))
    assert not {"stand_in", ENDLESS_PAGES} & plain.state.keys()
    assert plain.subject == "another"


def test_a_row_names_the_versions_that_have_worked_on_its_walk_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    row = ROW
    for version in ("1.0", "1.0", "1.1", "1.1"):
        monkeypatch.setattr(igcrawl, "__version__", version)
        row = row_after(row, walk_of(row, LIMITS), "now")
    assert row.state[VERSIONS] == ["1.0", "1.1"]


def test_a_row_whose_target_was_found_out_is_named_by_it_on_every_surface() -> None:
    walk = full_walk()
    walk.operation, walk.target = OPERATIONS["followers_rest"], "77"
    row = row_after(ROW, walk, "now")
    assert (row.seed, row.subject, row.target) == ("followers_rest/77", "followers/77", "77")
    assert subject_of(OPERATIONS["followers"], "77") == row.subject


def test_a_seed_is_named_by_operation_target_and_part() -> None:
    operation = OPERATIONS["followers"]
    plain = seed_of(operation, {"user_id": "5"})
    assert (plain.key, plain.subject, plain.target, plain.depth, plain.cursor) == (
        "followers/5",
        "followers/5",
        "5",
        1,
        None,
    )
    other = seed_of(operation, {"username": "x"}, 3, target="y", part="#2", cursor="c")
    assert (other.key, other.subject, other.target, other.depth) == ("followers/y#2", "followers/y", "y", 3)
    assert other.cursor == "c"


class Rows:
    """A store that has these walks."""

    def __init__(self, *rows: WalkRow) -> None:
        self._rows = rows

    @property
    def walks(self) -> Rows:
        """Its part with the walks."""
        return self

    async def all(self, crawl: int, verdict: str, max_depth: int | None = None) -> AsyncIterator[WalkRow]:
        for row in self._rows:
            if (row.verdict or "open") == verdict and (max_depth is None or row.depth <= max_depth):
                yield row


async def collected(records: AsyncIterator[WalkEnd]) -> list[WalkEnd]:
    return [record async for record in records]


def ended(target: str, verdict: str, **state: Any) -> WalkRow:
    return replace(ROW, target=target, verdict=verdict, reason="why", ended_at="then", state=state)


def test_a_walk_that_the_same_command_goes_on_with_has_a_record_as_it_stands() -> None:
    def told(row: WalkRow) -> tuple[str, str | None, str, type] | None:
        end = open_end_record(row)
        return None if end is None else (end.verdict, end.reason, end.ended_at, type(end))

    going_on = "not finished: the same command continues"
    assert told(ended("1", "throttled")) == ("throttled", "why", "then", WalkEnd)
    assert told(ended("2", "stopped")) == ("stopped", "why", "then", WalkEnd)
    assert told(ended("3", "suspect", **{ENDLESS_PAGES: 7})) == ("suspect", "why", "then", EndlessWalkEnd)
    assert told(ended("4", "suspect")) is None
    assert told(ended("5", "complete")) is None
    assert told(replace(ROW, updated_at="then")) == ("interrupted", going_on, "then", WalkEnd)
    assert told(replace(ROW, state={"notes": ["n"]})) == ("interrupted", f"{going_on}; n", "before", WalkEnd)


def test_of_walks_that_nobody_has_asked_the_operators_own_have_a_record() -> None:
    waiting = replace(ROW, fence=0, worker=None, started_at=None)
    assert open_end_record(waiting) is None
    end = open_end_record(replace(waiting, depth=1))
    assert end is not None
    assert (end.verdict, end.pages, end.target) == ("interrupted", 0, "5")
    assert end.ended_at.startswith("20")


def test_the_record_of_a_walk_says_what_the_walk_was() -> None:
    walk = full_walk()
    walk.new, walk.gone = 1, 2
    end = walk.end_record(Ending(Verdict.COMPLETE), "now")
    assert (end.type, end.operation, end.walk, end.target) == ("walk", "followers", "followers/5", "5")
    assert (end.pages, end.records, end.duplicates, end.expected, end.requests) == (11, 12, 13, 99, 14)
    assert (end.started_at, end.ended_at, end.fetched_at, end.new, end.gone) == ("before", "now", "now", 1, 2)
    assert type(end) is WalkEnd
    walk.started_at = ""
    assert walk.end_record(Ending(Verdict.COMPLETE), "now").started_at == "now"


def test_a_walk_remembers_how_its_target_was_given() -> None:
    named = seed_of(OPERATIONS["followers"], {"username": "some.one"}, target="some.one")
    seed = as_given(named, GivenTarget(Target("username", "some.one"), " @Some.One", 7))
    walk = walk_of(replace(ROW, target=seed.target, state=dict(seed.state)), LIMITS)
    walk.target = "25025320"
    for _ in range(2):
        walk = walk_of(row_after(ROW, walk, "now"), LIMITS)
    end = walk.end_record(Ending(Verdict.COMPLETE), "now")
    assert (end.target, end.given, end.line) == ("25025320", "@Some.One", 7)


def test_a_walk_that_another_has_found_was_given_by_nobody() -> None:
    found = walk_of(replace(ROW, state={}), LIMITS)
    end = found.end_record(Ending(Verdict.COMPLETE), "now")
    assert (end.given, end.line) == (None, None)
