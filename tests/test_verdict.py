"""A walk's verdict says how far its list can be trusted."""

from __future__ import annotations

import pytest

from igcrawl.crawl.endless import BARREN_PAGES
from igcrawl.crawl.walk import OperatorLimits, Recent, Walk
from igcrawl.items import Follow
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.operations.paging import PageEnd
from igcrawl.verdict import ExitCode, Verdict, exit_code, judge_ended_list

NONE = OperatorLimits()


def walk(limits: OperatorLimits = NONE, expected: int | None = None) -> Walk:
    return Walk(operation=OPERATIONS["followers"], target="1", args={"user_id": "1"}, limits=limits, expected=expected)


def follows(*pks: str) -> list[Follow]:
    return [Follow("follow", "followers", "", "followers/1", "1", "followers", 0, pk) for pk in pks]


@pytest.mark.parametrize(
    ("records", "expected", "verdict"),
    [
        (5000, 5000, Verdict.COMPLETE),
        (4750, 5000, Verdict.COMPLETE),
        (4749, 5000, Verdict.SUSPECT),
        (0, 5000, Verdict.SUSPECT),
        (7, 10, Verdict.COMPLETE),
        (6, 10, Verdict.SUSPECT),
        (0, 3, Verdict.SUSPECT),
        (0, 0, Verdict.COMPLETE),
        (5100, 5000, Verdict.COMPLETE),
        (17, None, Verdict.UNVERIFIED),
        (0, None, Verdict.UNVERIFIED),
    ],
)
def test_a_list_is_complete_when_5_percent_or_3_accounts_are_missing_and_never_when_empty(
    records: int, expected: int | None, verdict: Verdict
) -> None:
    assert judge_ended_list(records, expected) is verdict


@pytest.mark.parametrize("verdict", list(Verdict))
def test_each_verdict_has_its_exit_code(verdict: Verdict) -> None:
    good = {"complete", "updated", "stopped", "unverified", "private", "not_found", "refused"}
    wanted = ExitCode.OK if verdict in good else ExitCode.TROUBLE if verdict == "blocked" else ExitCode.INCOMPLETE
    assert exit_code([Verdict.COMPLETE, verdict]) is wanted


def test_a_cursor_that_comes_again_is_a_loop() -> None:
    looping = walk()
    assert looping.turn_page(PageEnd("a", limited=False)) is None
    assert looping.turn_page(PageEnd("b", limited=False)) is None
    ending = looping.turn_page(PageEnd("a", limited=False))
    assert ending is not None
    assert ending.verdict is Verdict.LOOPED


def test_an_account_that_comes_twice_is_kept_once_and_positions_have_no_gap() -> None:
    one = walk()
    assert [record.position for record in one.keep(follows("7", "8"))] == [1, 2]
    assert [(record.pk, record.position) for record in one.keep(follows("8", "9", "9"))] == [("9", 3)]
    assert (one.records, one.duplicates, one.pages) == (3, 2, 2)


def test_the_list_s_end_counts_before_the_operators_limit() -> None:
    one = walk(OperatorLimits(max_pages=1), expected=1)
    one.keep(follows("7"))
    ending = one.turn_page(PageEnd(None, limited=False))
    assert ending is not None
    assert ending.verdict is Verdict.COMPLETE


@pytest.mark.parametrize("limits", [OperatorLimits(max_pages=1), OperatorLimits(max_users=2)])
def test_the_operators_limit_stops_the_walk_after_a_whole_page(limits: OperatorLimits) -> None:
    one = walk(limits)
    assert len(one.keep(follows("7", "8", "9"))) == 3
    ending = one.turn_page(PageEnd("next", limited=False))
    assert ending is not None
    assert ending.verdict is Verdict.STOPPED


def test_a_cut_list_is_limited_whatever_it_holds() -> None:
    one = walk(expected=1)
    one.keep(follows("7"))
    ending = one.turn_page(PageEnd(None, limited=True))
    assert ending is not None
    assert ending.verdict is Verdict.LIMITED


def test_empty_pages_with_new_cursors_do_not_go_on_forever() -> None:
    one = walk()
    for number in range(BARREN_PAGES - 1):
        one.keep([])
        assert one.turn_page(PageEnd(f"cursor {number}", limited=False)) is None
    one.keep([])
    ending = one.turn_page(PageEnd("one more", limited=False))
    assert ending is not None
    assert ending.verdict is Verdict.SUSPECT


def test_recent_members_are_remembered_in_flat_memory() -> None:
    recent = Recent(100)
    for number in range(1000):
        assert recent.add(str(number))
        assert not recent.add(str(max(0, number - 99)))
    assert len(recent._newer) + len(recent._older) <= 200
