"""What a list is worth, and what lists that are not whole do to an answer."""

from __future__ import annotations

import pytest

from igcrawl.analysis.lists.kept_lists import KeptList
from igcrawl.analysis.lists.list_doubts import Change, doubts_of_change, doubts_of_shared
from igcrawl.verdict import Verdict

NEW, GONE, KEPT = Change.NEW, Change.GONE, Change.KEPT


def kept(verdict: str | None = "complete", held: int = 100, expected: int | None = 100, **changes: object) -> KeptList:
    values = {
        "walk": 1, "crawl": 1, "crawl_name": None, "generation": 1, "operation": "followers",
        "subject": "followers/5", "kind": "followers", "target": "5", "owner_given": None, "started_at": "2026",
        "ended_at": "2026", "verdict": verdict, "reason": None, "records": held, "held": held, "expected": expected,
        "requests": 5,
        "is_update": verdict == "updated", "began_again": False, "kept": True,
    }  # fmt: skip
    return KeptList(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("verdict", [None, *Verdict])
def test_every_list_but_a_complete_one_is_doubted_by_its_verdict(verdict: Verdict | None) -> None:
    doubt = kept(verdict).doubt
    if verdict is Verdict.COMPLETE:
        assert doubt is None
    else:
        assert doubt is not None
        assert doubt.startswith(f"{verdict or 'open'}: ")


@pytest.mark.parametrize(
    ("worth", "doubt"),
    [
        (kept("limited", 40), "limited: the server cut the list, 40 of 100 expected"),
        (kept("limited", 40, None), "limited: the server cut the list"),
        (
            kept("suspect", 40, reason="100 were expected, the list held 40"),
            "suspect: 100 were expected, the list held 40",
        ),
        (kept("stopped", 40), "stopped: the operator's limit ended it, 40 of 100 expected"),
        (kept(None, 40), "open: the walk was not finished, 40 of 100 expected"),
        (kept("throttled", 40), "throttled: the walk was not finished, 40 of 100 expected"),
    ],
)
def test_a_doubt_says_how_much_there_is(worth: KeptList, doubt: str) -> None:
    assert worth.doubt == doubt


@pytest.mark.parametrize("change", Change)
def test_whole_lists_leave_no_doubt(change: Change) -> None:
    assert doubts_of_change(change, kept(), kept(), 5) == []
    assert doubts_of_shared([("a", kept()), ("b", kept(expected=None))]) == []


@pytest.mark.parametrize(
    ("change", "before", "after", "said"),
    [
        (GONE, kept(), kept("limited", 20), "of 50 gone, up to 50 may still follow: the later list is 80 short of its"),
        (GONE, kept(), kept("suspect", 92), "of 50 gone, up to 8 may still follow: the later list is 8 short of its"),
        (GONE, kept(), kept("complete", 98), "of 50 gone, up to 2 may still follow: the later list is 2 short of its"),
        (GONE, kept(), kept("limited", 98, None), "of 50 gone, any may still follow: how much the later list lacks is"),
        (GONE, kept(), kept("looped", 100), "of 50 gone, any may still follow: how much the later list lacks is not"),
        (
            GONE,
            kept("stopped", 60),
            kept(),
            "up to 40 more may be gone: the earlier list is 40 short of its expected count",
        ),
        (GONE, kept(), kept("updated"), "who has left since may be missing from the answer: the later list is an"),
        (
            GONE,
            kept(),
            kept("stopped", 5, is_update=True),
            "who has left since may be missing from the answer: the later",
        ),
        (
            NEW,
            kept(),
            kept("stopped", 5, is_update=True),
            "more may be new: how much the later list lacks is not known",
        ),
        (GONE, kept(), kept(began_again=True), "who has left since may be missing from the answer: the later list was"),
        (NEW, kept("limited", 60), kept(), "of 50 new, up to 40 may have been there before: the earlier list is 40 sh"),
        (
            NEW,
            kept(),
            kept("limited", 60),
            "up to 40 more may be new: the later list is 40 short of its expected count",
        ),
        (NEW, kept("updated"), kept(), "who had left and came back may be missing from the answer: the earlier list"),
        (
            KEPT,
            kept("limited", 60),
            kept(),
            "up to 40 more may be kept: the earlier list is 40 short of its expected count",
        ),
        (KEPT, kept(), kept("updated"), "of 50 kept, some may have left: the later list is an update, which does not"),
    ],
)
def test_a_list_that_is_not_whole_is_told_by_what_it_does_to_the_answer(
    change: Change, before: KeptList, after: KeptList, said: str
) -> None:
    assert said in "; ".join(doubts_of_change(change, before, after, 50))


@pytest.mark.parametrize(
    ("kind", "may"),
    [("followers", "may still follow"), ("following", "may still be followed"), ("likers", "may still be in it")],
)
def test_a_doubt_speaks_of_the_kind_of_list(kind: str, may: str) -> None:
    doubts = doubts_of_change(GONE, kept(kind=kind), kept("limited", 60, kind=kind), 5)
    assert any(f"of 5 gone, up to 5 {may}" in doubt for doubt in doubts)


def test_an_update_is_not_held_against_the_count_of_the_whole_list() -> None:
    assert doubts_of_change(GONE, kept(), kept("updated", 5), 50) == [
        "the later list is updated: an update, which reads only who is new: who has left since the last complete list "
        "is still in it",
        "who has left since may be missing from the answer: the later list is an update, which does not tell who has "
        "left",
    ]


def test_nobody_gone_is_nobody_who_may_still_be_there() -> None:
    assert doubts_of_change(GONE, kept(), kept("limited", 60), 0) == [
        "the later list is limited: the server cut the list, 60 of 100 expected"
    ]


def test_shared_accounts_are_doubted_by_each_list() -> None:
    assert doubts_of_shared([("a", kept("limited", 60)), ("b", kept())]) == [
        "the list of a is limited: the server cut the list, 60 of 100 expected",
        "up to 40 more may be shared: the list of a is 40 short of its expected count",
    ]
