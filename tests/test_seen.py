"""Accounts that a walk meets are told apart: new, repeated, found before, known to an update."""

from __future__ import annotations

import random
import tracemalloc

import pytest

from igcrawl.crawl.seen import REMEMBERED_CURSORS, Cursors, Recent, Seen


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


@pytest.mark.parametrize(
    ("before", "loop"), [(0, 1), (3, 7), (0, REMEMBERED_CURSORS), (5_000, 30_000), (70_000, 20_000)]
)
def test_a_loop_of_cursors_is_recognised_however_long_it_is(before: int, loop: int) -> None:
    cursors = Cursors()
    pages = next(number for number in range(10 * (before + loop)) if not cursors.add(_cursor(number, before, loop)))
    assert pages >= before + loop
    assert pages <= before + loop if loop <= REMEMBERED_CURSORS else pages <= 3 * (before + loop)
    assert len(cursors) <= 1.2 * REMEMBERED_CURSORS


def _cursor(page: int, before: int, loop: int) -> int:
    return page if page < before else before + (page - before) % loop


def test_a_list_whose_cursors_are_all_new_is_no_loop() -> None:
    cursors = Cursors()
    assert all(cursors.add(number) for number in range(5 * REMEMBERED_CURSORS))


def test_pages_taken_whole_are_told_apart_as_one_by_one() -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _ in range(200):
        before = chance.choice([(), {1, 2, 3}])
        since = chance.choice([None, None, {2, 9}])
        one_by_one, whole = Seen(before, since), Seen(before, since)
        for _ in range(5):
            numbers = [chance.randrange(40) for _ in range(chance.randrange(8))]
            one_by_one.turn_page()
            whole.turn_page()
            assert [one_by_one.is_new(number) for number in numbers] == list(whole.are_new(numbers))
            for name in ("page", "found", "fresh", "known", "passed"):
                assert getattr(one_by_one, name) == getattr(whole, name), name


def test_what_is_remembered_takes_the_same_memory_however_many_have_come() -> None:
    recent = Recent(10_000)
    tracemalloc.start()
    try:
        peaks = [peak_of(recent, range(first, first + 20_000)) for first in range(10**10, 10**10 + 100_000, 20_000)]
    finally:
        tracemalloc.stop()
    assert max(peaks) < 1.1 * peaks[0]


def peak_of(recent: Recent, members: range) -> int:
    """Add members, 50 at once, and return the bytes that it took at its peak."""
    tracemalloc.reset_peak()
    for first in range(members.start, members.stop, 50):
        recent.add_new(set(range(first, first + 50)))
    return tracemalloc.get_traced_memory()[1]
