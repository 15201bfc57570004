"""A walk's verdict says how far its list can be trusted."""

from __future__ import annotations

import pytest

from igcrawl.crawl.endless import BARREN_PAGES
from igcrawl.crawl.seen import Recent
from igcrawl.crawl.walk import Ending, Walk
from igcrawl.items import Audio, Follow, Media
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.operations.paging import PageEnd
from igcrawl.store import OperatorLimits
from igcrawl.store.packed_ids import signed_hash
from igcrawl.verdict import (
    BAD,
    FINAL,
    GOOD,
    REOPENED,
    RESUMABLE,
    ExitCode,
    Verdict,
    believed_count,
    exit_code,
    holds_too_many,
    judge_ended_list,
    tells_who_is_gone,
    worst_of,
)
from tests.support.walking import Hooks, walk_list

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
        (1, 5000, Verdict.SUSPECT),
        (57, 60, Verdict.COMPLETE),
        (56, 60, Verdict.SUSPECT),
        (17, None, Verdict.UNVERIFIED),
        (0, None, Verdict.UNVERIFIED),
    ],
)
def test_a_list_is_complete_when_5_percent_or_3_accounts_are_missing_and_never_when_empty(
    records: int, expected: int | None, verdict: Verdict
) -> None:
    assert judge_ended_list(records, expected) is verdict


@pytest.mark.parametrize(
    ("records", "expected", "too_many"),
    [
        (5250, 5000, False),
        (5251, 5000, True),
        (13, 10, False),
        (14, 10, True),
        (3, 0, False),
        (4, 0, True),
        (10, 10, False),
        (7, 10, False),
        (9_999, None, False),
    ],
)
def test_a_list_that_holds_over_5_percent_and_3_accounts_more_says_so(
    records: int, expected: int | None, too_many: bool
) -> None:
    assert holds_too_many(records, expected) is too_many
    one = walk(expected=expected)
    one.keep(follows(*map(str, range(1, records + 1))))
    wanted = f"{expected:,} were expected, the list held {records:,}" if too_many else None
    assert one.turn_page(PageEnd(None)) == Ending(judge_ended_list(records, expected), wanted)


@pytest.mark.parametrize(
    ("records", "expected", "gone"),
    [(99, 100, True), (98, 100, False), (100, 100, True), (120, 100, True), (990, 1000, True), (989, 1000, False)],
)
def test_a_complete_list_that_is_short_by_1_percent_at_most_tells_who_is_gone(
    records: int, expected: int, gone: bool
) -> None:
    assert tells_who_is_gone("complete", records, expected) is gone
    assert not tells_who_is_gone("updated", records, expected)
    assert not tells_who_is_gone("complete", records, None)


@pytest.mark.parametrize(
    ("count", "believed"),
    [(0, 0), (7, 7), ((1 << 63) - 1, (1 << 63) - 1), (1 << 63, None), (-1, None), (10**30, None), (None, None)],
)
def test_a_count_below_zero_or_beyond_64_bits_is_none(count: int | None, believed: int | None) -> None:
    assert believed_count(count) == believed
    one = walk()
    one.turn_page(PageEnd("next", count=count))
    assert one.expected == believed
    # A later page does not change it.
    one.turn_page(PageEnd("another", count=5))
    assert one.expected == believed


def test_a_count_in_the_list_does_not_replace_that_of_the_profile() -> None:
    one = walk(expected=3)
    one.turn_page(PageEnd("next", count=7))
    assert one.expected == 3


@pytest.mark.parametrize(
    ("private", "held", "expected", "wanted"),
    [
        (True, 0, 420, Verdict.PRIVATE),
        (True, 0, 1, Verdict.PRIVATE),
        (True, 0, 0, Verdict.COMPLETE),
        (True, 0, None, Verdict.UNVERIFIED),
        # The session follows it: what it shows is judged.
        (True, 1, 420, Verdict.SUSPECT),
        (True, 420, 420, Verdict.COMPLETE),
        (False, 0, 420, Verdict.SUSPECT),
    ],
)
def test_an_empty_list_of_an_account_that_its_profile_calls_private_is_private(
    private: bool, held: int, expected: int | None, wanted: Verdict
) -> None:
    done = walk_list(lambda _: (range(1, held + 1), None), hooks=Hooks(expected, private=private))
    assert (done.end.verdict, done.asked) == (wanted, 1)
    if wanted is Verdict.PRIVATE:
        assert done.end.reason == f"its profile says so; the list was empty, {expected:,} were expected"


def test_the_profile_s_word_is_not_forgotten_when_the_process_dies() -> None:
    killed = walk_list(
        lambda cursor: ([], None if cursor else "next"), hooks=Hooks(5, private=True), dies=lambda request: request == 2
    )
    assert (killed.runs, killed.end.verdict) == (2, "private")


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


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (OperatorLimits(max_pages=1), "max_pages=1"),
        (OperatorLimits(max_users=2), "max_users=2; the page that reached it is written whole, 3 records in all"),
        (OperatorLimits(max_users=3), "max_users=3"),
        (OperatorLimits(max_pages=2), None),
        (OperatorLimits(max_users=4), None),
    ],
)
def test_the_operators_limit_stops_the_walk_after_a_whole_page(limits: OperatorLimits, reason: str | None) -> None:
    one = walk(limits)
    assert len(one.keep(follows("7", "8", "9"))) == 3
    ending = one.turn_page(PageEnd("next", limited=False))
    assert ending == (Ending(Verdict.STOPPED, reason) if reason else None)
    # It goes on behind that page when the limit is raised.
    assert one.cursor == "next"


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
    assert len(recent) <= 120


def test_verdicts_are_kept_in_three_groups_and_the_worst_is_named() -> None:
    assert {*RESUMABLE} == {"interrupted", "throttled", "blocked", "stale_doc_id", "failed", "stopped"}
    assert {*REOPENED} == RESUMABLE - {"stopped"}
    assert {*FINAL} == {*Verdict} - RESUMABLE
    assert {*GOOD} | {*BAD} == {*Verdict}
    assert worst_of({Verdict.LIMITED, Verdict.FAILED, Verdict.COMPLETE}) is Verdict.FAILED
    assert worst_of(set(GOOD)) is None
    assert exit_code([Verdict.FAILED, Verdict.BLOCKED]) is ExitCode.TROUBLE
    assert exit_code(GOOD) is ExitCode.OK
    assert list(map(int, ExitCode)) == [0, 1, 2, 3]


def test_what_a_server_put_into_a_reason_or_a_note_is_one_line_that_can_be_seen() -> None:
    one = walk()
    assert Ending(Verdict.FAILED, "a\x1b[2J\nb").reason == "a\\x1b[2J\\nb"
    assert len(str(Ending(Verdict.FAILED, "x" * 10**6).reason)) == 500
    assert one.note(["n\0ote", "n\0ote", "x" * 10_000]) == ["n\\x00ote", "x" * 299 + "…"]
    assert one.note(["n\0ote", "2", "3", "4", "5", "6"]) == ["2", "3", "4"]
    assert len(one.notes) == 5
    end = one.end_record(Ending(Verdict.FAILED, "why"), "now")
    assert end.reason == "; ".join(["why", *one.notes])
    assert walk().end_record(Ending(Verdict.COMPLETE), "now").reason is None


def test_a_walk_begins_again_only_when_it_has_come_further() -> None:
    one = walk()
    assert not one.can_begin_again
    one.pages = 1
    assert one.can_begin_again
    one.begin_again((), "why")
    assert not one.can_begin_again
    one.keep(follows("7"))
    assert one.can_begin_again
    one.passed, one.records = 1, 0
    assert one.can_begin_again
    one.cursor, one.known_pages = "c", 2
    one.begin_again((), "why")
    assert not one.can_begin_again
    assert (one.cursor, one.loops_from, one.known_pages, one.notes) == (None, 2, 0, ["why"])


def test_a_walk_that_the_operator_asks_once_more_is_asked_on_its_own_surface() -> None:
    one = walk()
    assert (one.requests, one.depth, one.overlap, one.private) == (0, 1, 1, False)
    one.keep(follows("7"))
    one.substitute = OPERATIONS["followers_rest"]
    assert one.asked.name == "followers_rest"
    one.walk_again(())
    assert one.asked.name == "followers"
    assert (one.endless.restarts, one.endless.pages_before, one.notes) == (0, 1, ["walked again from its first page"])


def test_a_cursor_that_came_before_the_walk_began_again_is_no_loop() -> None:
    one = walk()
    assert one.turn_page(PageEnd("a")) is None
    one.begin_again((), "why")
    assert one.turn_page(PageEnd("a")) is None
    one.remember_cursor(signed_hash("b"))
    ending = one.turn_page(PageEnd("b"))
    assert ending == Ending(Verdict.LOOPED, "the cursor of page 0 came before")


def test_a_cursor_that_leads_back_to_where_the_operator_had_the_walk_begin_is_a_loop() -> None:
    one = Walk(operation=OPERATIONS["followers"], target="1", args={"user_id": "1"}, cursor="a")
    ending = one.turn_page(PageEnd("a"))
    assert ending is not None
    assert ending.verdict is Verdict.LOOPED
    # Nor does a count on a page in the middle say how long the list is.
    assert one.expected is None


def test_an_update_ends_behind_so_many_pages_in_a_row_of_known_accounts() -> None:
    def update(*pages: list[str], overlap: int = 2) -> tuple[str, int]:
        done = walk_list(
            lambda cursor: (pages[int(cursor or 0)], str(int(cursor or 0) + 1) if int(cursor or 0) < 9 else None),
            hooks=Hooks(update=overlap),
            known=range(1, 20),
        )
        return done.end.verdict, done.end.pages

    known = [[str(2 * number), str(2 * number + 1)] for number in range(1, 10)]
    assert update(["90"], *known) == ("updated", 3)
    assert update(known[0], ["91", "4"], known[1], ["5", "92"], *known[2:8]) == ("updated", 6)
    # An empty page is no sign that all are known.
    assert update(known[0], [], known[1], [], *known[2:8]) == ("updated", 6)
    assert update(*[[str(100 + number)] for number in range(10)]) == ("unverified", 10)
    assert update(known[0], *known[1:], ["3"], overlap=1) == ("updated", 1)
    assert update(["90"], ["3"], known[0], overlap=1) == ("updated", 2)


def media(pk: str, product_type: str = "clips") -> Media:
    return Media("media", "x", "", "", pk, product_type=product_type)


def test_of_an_answer_that_stands_in_only_the_own_kind_belongs_into_a_walk() -> None:
    clips = Walk(operation=OPERATIONS["user_clips"], target="1", args={"user_id": "1"})
    records = [media("1"), media("2", "feed"), *follows("3"), media("4")]
    assert clips.only_own_kind(records) is records
    clips.substitute = OPERATIONS["user_feed"]
    assert clips.only_own_kind(records) == [records[0], records[3]]


def test_what_comes_along_is_written_once_and_counted_only_where_the_own_kind_is_missing() -> None:
    sound = Audio("audio", "x", "", "", "5")
    reels = Walk(operation=OPERATIONS["audio_clips"], target="1", args={"track_id": "1"})
    assert reels.keep([sound, media("1"), media("2"), media("1")]) == [media("1"), media("2"), sound]
    assert (reels.records, reels.duplicates) == (2, 1)
    # A page that brings only what came along before brings nothing.
    assert reels.keep([sound, media("2")]) == []
    assert (reels.records, reels.duplicates, reels.endless.barren) == (2, 2, 1)
    alone = Walk(operation=OPERATIONS["audio_clips"], target="1", args={"track_id": "1"})
    assert alone.keep([sound]) == [sound]
    assert (alone.records, alone.duplicates) == (1, 0)
    assert alone.keep([]) == []
    assert (alone.records, alone.pages) == (1, 2)


def test_an_answer_of_one_page_is_complete_and_a_short_list_says_what_was_expected() -> None:
    one = Walk(operation=OPERATIONS["user_profile"], target="1", args={"user_id": "1"})
    assert one.turn_page(PageEnd(None)) == Ending(Verdict.COMPLETE)
    short = walk(expected=50)
    short.keep(follows("1"))
    assert short.turn_page(PageEnd(None)) == Ending(Verdict.SUSPECT, "50 were expected, the list held 1")


def test_a_limit_that_is_reached_with_empty_pages_is_not_what_the_operator_wanted() -> None:
    chance = [(0, 176, "suspect"), (1, 176, "stopped"), (0, 0, "stopped"), (0, None, "stopped")]
    for held, expected, verdict in chance:
        walk = Walk(
            operation=OPERATIONS["followers"],
            target="1",
            args={"user_id": "1"},
            limits=OperatorLimits(max_pages=1),
            expected=expected,
            pages=1,
            records=held,
        )
        ending = walk.turn_page(PageEnd("next"))
        assert ending is not None
        assert ending.verdict == verdict, (held, expected)
