"""The signs of a list without an end, one by one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from igcrawl.crawl.endless import (
    BARREN_PAGES,
    EQUAL_PAGES,
    LONG_PAGE,
    MEAGRE_PAGES,
    MOST_BEYOND,
    MOST_RESTARTS,
    MOST_TIMES,
)
from igcrawl.crawl.endless import Endless as Signs
from igcrawl.crawl.walk import Walk
from igcrawl.items import Payload
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.operations.paging import PageEnd
from igcrawl.store import OperatorLimits
from tests.support.endless_limits import LIMITS, MOST_PAGES, Rows
from tests.support.walking import Hooks, walk_list


def test_the_bounds_are_those_that_the_reference_tells() -> None:
    assert (BARREN_PAGES, MEAGRE_PAGES, LONG_PAGE, EQUAL_PAGES, MOST_RESTARTS) == (25, 25, 3, 5, 25)
    assert (MOST_TIMES, MOST_BEYOND) == (2, 1000)


def test_a_beginning_forgets_the_pages_before_it_but_not_how_many_beginnings_there_were() -> None:
    signs = Signs(barren=1, meagre=2, equal=3, page=4, restarts=5, pages_before=6)
    signs.begin_again()
    assert signs == Signs(restarts=6, pages_before=6)
    signs = Signs(barren=1, meagre=2, equal=3, page=4, restarts=5, pages_before=6)
    signs.walk_again(7)
    assert signs == Signs(pages_before=7)


def signs(pages: Sequence[Rows], expected: int | None = None, limits: OperatorLimits = LIMITS) -> tuple[str, int]:
    """The verdict of a list of these pages, behind which there is an end, and how many were asked."""

    def server(cursor: str | None) -> tuple[Rows, str | None]:
        at = int(cursor or 0)
        return pages[at], str(at + 1) if at + 1 < len(pages) else None

    done = walk_list(server, hooks=Hooks(expected), limits=limits)
    return done.end.verdict, done.end.pages


def people(first: int, count: int) -> list[int]:
    return list(range(first, first + count))


ONE_NEW = [[1, 2, 1000 + number] for number in range(100)]


@pytest.mark.parametrize(
    ("pages", "ends_at"),
    [
        ([people(1, 10)] * (EQUAL_PAGES - 1) + [[99]], None),
        ([people(1, 10)] * EQUAL_PAGES + [[99]], EQUAL_PAGES),
        ([people(1, 10)] * (EQUAL_PAGES - 1) + [people(1, 9)] + [people(1, 10)] * (EQUAL_PAGES - 1) + [[99]], None),
        ([[1, 2, 3], [3, 2, 1], [2, 2, 3, 1], [1, 2, 3], [3, 1, 2], [99]], EQUAL_PAGES),
        ([[5], *[[]] * (BARREN_PAGES - 1), [6], *[[]] * (BARREN_PAGES - 1), [7]], None),
        ([[5], *[[]] * BARREN_PAGES, [6]], 1 + BARREN_PAGES),
        # The first one brings three.
        ([*ONE_NEW[:MEAGRE_PAGES], [7, 8]], None),
        ([*ONE_NEW[: MEAGRE_PAGES + 1], [7, 8]], MEAGRE_PAGES + 1),
        ([*ONE_NEW[:20], [7, 8], *ONE_NEW[20 : 20 + MEAGRE_PAGES - 1], [9]], None),
        ([*ONE_NEW[:20], [7], *ONE_NEW[20 : 20 + MEAGRE_PAGES - 1], [9]], MEAGRE_PAGES + 2),
        ([*ONE_NEW[:20], [], *ONE_NEW[20 : 20 + MEAGRE_PAGES - 1], [9]], MEAGRE_PAGES + 2),
        ([[number] for number in range(1, 100)], None),
        ([[1, 100 + number] for number in range(100)], None),
    ],
    ids=[
        "four equal pages",
        "five equal pages",
        "four equal pages twice",
        "the same in another order",
        "24 empty pages twice",
        "25 empty pages",
        "24 pages of one new",
        "25 pages of one new",
        "a page of two new between",
        "a short page of one new between",
        "an empty page between",
        "short pages",
        "pages of two rows",
    ],
)
def test_a_sign_is_where_it_is_said_to_be(pages: Sequence[Rows], ends_at: int | None) -> None:
    wanted = ("unverified", len(pages)) if ends_at is None else ("suspect", ends_at)
    assert signs(pages) == wanted


@pytest.mark.parametrize(("beyond", "verdict"), [(0, "complete"), (1, "suspect")])
def test_a_list_may_hold_twice_what_was_expected_and_a_thousand_more(beyond: int, verdict: str) -> None:
    held = 2 * 50 + MOST_BEYOND + beyond
    pages = [people(1, held - 10), people(held - 9, 10), [10_000]]
    assert signs(pages, 50)[0] == verdict


@pytest.mark.parametrize(("pages", "verdict"), [(MOST_PAGES, "unverified"), (MOST_PAGES + 1, "suspect")])
def test_without_a_count_a_list_ends_at_the_setting(pages: int, verdict: str) -> None:
    assert signs([people(10 * at, 10) for at in range(pages)]) == (verdict, MOST_PAGES)


def test_with_a_count_or_without_the_setting_a_list_may_have_any_number_of_pages() -> None:
    pages = [people(10 * at, 10) for at in range(MOST_PAGES + 50)]
    assert signs(pages, 10 * len(pages)) == ("complete", len(pages))
    assert signs(pages, limits=OperatorLimits()) == ("unverified", len(pages))


def payloads(*pages: object) -> tuple[int, str | None]:
    """How many records a query of the operator's own gave, and how it ended."""
    walk = Walk(operation=OPERATIONS["mobile_doc_id"], target="x", args={"doc_id": "12345", "cursor_out": "x.y"})
    for number, data in enumerate(pages):
        walk.keep([Payload("payload", "mobile_doc_id", f"at {number}", "", data)])
        ending = walk.turn_page(PageEnd(str(number)))
        if ending is not None:
            return walk.records, ending.reason
    return walk.records, None


def test_pages_of_which_nothing_is_known_are_told_apart_by_what_they_hold() -> None:
    assert payloads(*({"page": number} for number in range(100))) == (100, None)
    assert payloads(*[{"a": 1}] * 3, {"a": 2}, *[{"a": 1}] * 4) == (8, None)
    records, reason = payloads(*[{"a": [1, {"b": None}]}] * 10)
    assert (records, str(reason)[:24]) == (EQUAL_PAGES, "5 pages in a row were eq")
