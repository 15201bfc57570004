"""Accounts that a walk meets are told apart: new, repeated, found before, known to an update."""

from __future__ import annotations

from igcrawl.crawl.seen import Recent, Seen


def page(seen: Seen, *numbers: int) -> tuple[list[bool], int, int, int]:
    """Which are new, and how many are fresh, known and passed."""
    seen.turn_page()
    return [seen.is_new(number) for number in numbers], seen.fresh, seen.known, seen.passed


def test_an_account_is_new_once_on_whatever_pages_it_stands() -> None:
    seen = Seen()
    assert page(seen, 1, 2, 1) == ([True, True, False], 2, 0, 0)
    assert (seen.found, seen.page) == ([1, 2], [1, 2, 1])
    assert page(seen, 2, 3) == ([False, True], 1, 0, 0)
    assert (seen.found, seen.page) == ([3], [2, 3])
    assert page(seen) == ([], 0, 0, 0)
    assert (seen.found, seen.page) == ([], [])


def test_those_whom_an_update_knows_are_passed_once_each_and_kept_as_found() -> None:
    seen = Seen(since={1, 2, 3})
    assert page(seen, 9, 1, 1) == ([True, False, False], 2, 2, 1)
    assert seen.found == [9, 1]
    assert page(seen, 1, 2) == ([False, False], 1, 2, 1)
    assert page(seen, 7) == ([True], 1, 0, 0)


def test_what_an_earlier_run_has_found_is_not_new_and_not_fresh() -> None:
    seen = Seen({1, 2, 3}, here={1, 2, 3})
    assert page(seen, 1, 4) == ([False, True], 1, 0, 0)
    assert seen.found == [4]


def test_what_was_found_before_the_walk_began_again_is_fresh_once_but_not_new() -> None:
    seen = Seen({1, 2, 3}, here={3})
    assert page(seen, 1, 3) == ([False, False], 1, 0, 0)
    assert page(seen, 1, 2, 3) == ([False] * 3, 1, 0, 0)
    seen.begin_again({1, 2, 3, 4})
    assert page(seen, 3, 4, 5) == ([False, False, True], 3, 0, 0)
    assert seen.found == [5]


def test_those_whom_an_update_knows_and_an_earlier_run_has_passed_are_not_passed_again() -> None:
    seen = Seen({1}, since={1, 2}, here={1})
    assert page(seen, 1, 2) == ([False, False], 1, 2, 1)


def test_the_last_members_are_remembered_at_least_as_many_as_was_said() -> None:
    recent = Recent(3)
    assert [recent.add(number) for number in (1, 2, 3, 4)] == [True] * 4
    # The last three, and those before as long as the newer half fills.
    assert [recent.add(number) for number in (2, 3, 4, 1)] == [False] * 4
    assert [recent.add(number) for number in (5, 6, 7)] == [True] * 3
    assert not recent.add(4)
    assert recent.add(1)
