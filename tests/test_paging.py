"""How a page ends: with a cursor, at the list's end, or where nobody can tell."""

from __future__ import annotations

from typing import Any

import pytest

from igcrawl.crawl.walk import Walk
from igcrawl.errors import BadInput, MalformedAnswer
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.operations.cursors import Chunk, part_of
from igcrawl.operations.paging import ChunkPages, GivenPaths, OneCursor, PageEnd, Paging, SeveralCursors
from igcrawl.verdict import Verdict

INNER = ("data", "list")
ONE = OneCursor(("page",), (), cursor="next", more="goes_on", limited="cut", count=("total",))
SEVERAL = SeveralCursors(
    ("grid",), (), parts=("next", "reels", "rank"), beside=("rank",), more=("has_more", "more_reels")
)
GIVEN = GivenPaths("out", "in")


def end_of(paging: Paging, envelope: dict[str, Any], cursor: str | None = None, **args: Any) -> PageEnd:
    return paging.page_end(envelope, "list", args, cursor)


@pytest.mark.parametrize(
    ("cursor", "following"),
    [
        ("QVFB", "QVFB"),
        ("0", "0"),
        (25, "25"),
        (25.0, "25"),
        (-25.0, "-25"),
        (2**64, str(2**64)),
        (float(2**53), str(2**53)),
        ("", None),
        (None, None),
    ],
)
def test_a_cursor_is_text_or_a_whole_number(cursor: Any, following: str | None) -> None:
    assert end_of(ONE, {"next": cursor}) == PageEnd(following)
    wanted = None if following is None else f'{{"next":"{following}"}}'
    assert end_of(SEVERAL, {"next": cursor}) == PageEnd(wanted)
    assert end_of(GIVEN, {"data": {"a": {"next": cursor}}}, out="a.next") == PageEnd(following)


@pytest.mark.parametrize("cursor", [True, False, 0.5, 2.0**60, [], {}, ["x"], {"a": 1}, float("nan"), float("inf")])
def test_what_is_no_cursor_is_never_taken_for_the_lists_end(cursor: Any) -> None:
    with pytest.raises(MalformedAnswer, match=r"list: page\.next: expected a cursor, got "):
        end_of(ONE, {"page": {"next": cursor}})
    with pytest.raises(MalformedAnswer, match=r"list: grid\.next: expected a cursor, got "):
        end_of(SEVERAL, {"grid": {"next": cursor}})
    with pytest.raises(MalformedAnswer, match=r"list: data\.a\.next: expected a cursor, got "):
        end_of(GIVEN, {"data": {"a": {"next": cursor}}}, out="a.next")


def test_at_a_lists_end_nothing_need_be_a_cursor() -> None:
    assert end_of(ONE, {"next": [], "goes_on": False}) == PageEnd(None)
    assert end_of(SEVERAL, {"next": [], "has_more": 0, "more_reels": "false"}) == PageEnd(None)
    assert end_of(GIVEN, {"data": {"next": [], "has_more": False}}, out="next") == PageEnd(None)


@pytest.mark.parametrize("says", ["more_available", "has_more", "has_next_page", "big_list"])
@pytest.mark.parametrize("flag", [True, 1, "true", 1.0])
def test_more_without_a_cursor_is_said(says: str, flag: Any) -> None:
    for paging, holder, place, args in (
        (ONE, {"page": {"next": None, says: flag}}, "page.", {}),
        (ONE, {says: flag}, "", {}),
        (SEVERAL, {"grid": {says: flag}}, "grid.", {}),
        (SEVERAL, {"grid": {}, says: flag}, "", {}),
        (GIVEN, {"data": {"a": {"next": "", says: flag}}}, "data.a.", {"out": "a.next"}),
    ):
        doubt = f"{place}{says} says that there is more, but there is no cursor"
        assert end_of(paging, holder, **args) == PageEnd(None, doubt=doubt)
        assert end_of(paging, holder | {"x": 1}, **args).cursor is None


@pytest.mark.parametrize("says", ["goes_on", "more_reels"])
def test_more_is_also_said_by_the_lists_own_key(says: str) -> None:
    paging = ONE if says == "goes_on" else SEVERAL
    assert end_of(paging, {says: True}).doubt == f"{says} says that there is more, but there is no cursor"


def test_more_with_a_cursor_or_without_a_word_is_no_doubt() -> None:
    for paging in (ONE, SEVERAL):
        assert end_of(paging, {"next": "c", "has_more": True}).doubt is None
        assert end_of(paging, {"next": None}).doubt is None
        assert end_of(paging, {"next": None, "has_more": "maybe", "more_available": None}).doubt is None
    assert end_of(GIVEN, {"data": {"next": "c", "has_more": True}}, out="next") == PageEnd("c")


def test_a_list_that_is_only_called_big_ends_where_something_says_so() -> None:
    assert end_of(ONE, {"next": None, "big_list": True, "has_more": False}) == PageEnd(None)
    assert end_of(SEVERAL, {"big_list": True, "more_available": 0}) == PageEnd(None)
    assert end_of(ONE, {"next": None, "big_list": False}) == PageEnd(None)


def test_a_key_says_that_the_list_ends_although_a_cursor_is_given() -> None:
    for no in (False, 0, "false"):
        assert end_of(ONE, {"next": "c", "goes_on": no}) == PageEnd(None)
    for other in (True, None, [], "x"):
        assert end_of(ONE, {"next": "c", "goes_on": other}) == PageEnd("c")
    assert end_of(OneCursor((), cursor="next"), {"next": "c", "has_more": False}) == PageEnd("c")


def test_a_list_is_cut_where_the_server_says_so_and_gives_no_cursor() -> None:
    for yes in (True, 1, "true"):
        assert end_of(ONE, {"next": None, "cut": yes}) == PageEnd(None, limited=True)
        assert end_of(ONE, {"next": None, "cut": yes, "has_more": True}) == PageEnd(None, limited=True)
        assert end_of(ONE, {"next": "c", "cut": yes, "goes_on": False}) == PageEnd(None, limited=True)
    assert end_of(ONE, {"next": "c", "cut": True}) == PageEnd("c")
    assert end_of(ONE, {"next": None, "cut": False}) == PageEnd(None)


@pytest.mark.parametrize(
    ("total", "count"), [(7, 7), (7.0, 7), ("7", 7), (0, 0), (-1, None), (None, None), ("many", None), (2**63, None)]
)
def test_the_answers_own_count_is_a_count(total: Any, count: int | None) -> None:
    assert end_of(ONE, {"next": "c", "total": total}) == PageEnd("c", count=count)
    assert end_of(ONE, {"next": None, "total": total}) == PageEnd(None, count=count)
    assert end_of(ONE, {"next": "c", "goes_on": False, "total": total}) == PageEnd(None, count=count)


def test_cursors_stand_in_the_first_place_that_holds_an_object() -> None:
    assert end_of(ONE, {"page": {"next": "inner"}, "next": "outer"}) == PageEnd("inner")
    assert end_of(ONE, {"page": None, "next": "outer"}) == PageEnd("outer")
    assert end_of(ONE, {"page": 5, "next": "outer"}) == PageEnd("outer")
    deep = OneCursor(("data", "list"), cursor="next")
    assert end_of(deep, {"data": {"list": {"next": "c"}}}) == PageEnd("c")
    with pytest.raises(MalformedAnswer, match=r"list: data\.list: expected an object, got null"):
        end_of(deep, {"data": {"list": None}})
    with pytest.raises(MalformedAnswer, match=r"list: data\.list: missing; there is other"):
        end_of(deep, {"data": {"other": {}}})


def test_a_cursor_is_found_under_each_of_its_names_and_sent_under_one() -> None:
    paging = OneCursor((), cursor="token", named=("next_token", "token"))
    assert end_of(paging, {"token": "a"}) == PageEnd("a")
    assert end_of(paging, {"next_token": "b", "token": "a"}) == PageEnd("b")
    assert end_of(paging, {"next_token": "", "token": "a"}) == PageEnd("a")
    assert paging.given('{"token":"x"}', {}) == "x"
    assert paging.given('{"next_token":"x"}', {}) == '{"next_token":"x"}'
    assert paging.given("plain", {}) == "plain"
    several = SeveralCursors((), parts=("token",), named={"token": ("next_token", "token")})
    assert end_of(several, {"next_token": "b"}) == PageEnd('{"token":"b"}')


def test_the_accounts_tab_is_turned_by_either_name() -> None:
    for name in ("accounts_serp", "serp"):
        paging = OPERATIONS[name].paging
        assert paging is not None
        for key in ("page_token", "next_page_token"):
            cursor = end_of(paging, {"users": [], key: "t", "has_more": True}).cursor
            assert cursor == ("t" if name == "accounts_serp" else '{"page_token":"t"}')


def test_parts_of_a_cursor_come_in_their_order_and_from_the_first_place_that_has_them() -> None:
    envelope = {"grid": {"reels": "r"}, "reels": "x", "next": 5, "rank": "k", "has_more": True}
    assert end_of(SEVERAL, envelope) == PageEnd('{"next":"5","reels":"r","rank":"k"}')
    assert end_of(SEVERAL, {"next": "n"}) == PageEnd('{"next":"n"}')


def test_a_part_that_does_not_lead_on_is_no_cursor_and_costs_none() -> None:
    assert end_of(SEVERAL, {"rank": "k"}) == PageEnd(None)
    assert end_of(SEVERAL, {"rank": [], "next": "n"}) == PageEnd('{"next":"n"}')
    assert end_of(SEVERAL, {"grid": {"rank": []}, "rank": "k", "next": "n"}) == PageEnd('{"next":"n","rank":"k"}')


def test_a_list_of_several_cursors_goes_on_until_all_its_keys_say_no() -> None:
    assert end_of(SEVERAL, {"next": "n", "has_more": False, "more_reels": True}) == PageEnd('{"next":"n"}')
    assert end_of(SEVERAL, {"next": "n", "has_more": False}) == PageEnd(None)
    assert end_of(SEVERAL, {"grid": {"has_more": False}, "next": "n", "has_more": True}) == PageEnd('{"next":"n"}')
    with pytest.raises(MalformedAnswer, match=r"list: grid: expected an object, got a list"):
        end_of(SeveralCursors(("grid",), parts=("next",)), {"grid": []})
    with pytest.raises(MalformedAnswer, match=r"list: grid: missing; there is other"):
        end_of(SeveralCursors(("grid",), ("page",), parts=("next",)), {"other": 1})


def test_a_given_cursor_of_several_parts_is_checked() -> None:
    plain = SeveralCursors((), parts=("next", "rank"), plain="max_id")
    assert plain.given("abc", {}) == '{"max_id":"abc"}'
    assert plain.given('{"next": "a", "max_id": "b"}', {}) == '{"next":"a","max_id":"b"}'
    assert SEVERAL.given('{"reels": "a"}', {}) == '{"reels":"a"}'
    assert SEVERAL.given('{"next":"a","reels":"b","rank":"c"}', {}) == '{"next":"a","reels":"b","rank":"c"}'
    for wrong in ("abc", "{}", '{"other":"a"}', '{"next":1}', "[1]", '{"next":"a","max_id":"b"}'):
        with pytest.raises(BadInput, match="expected a JSON object of texts with next, reels, rank"):
            SEVERAL.given(wrong, {})


def test_any_query_is_paged_where_the_operator_says() -> None:
    page = {"data": {"user": {"edges": {"page_info": {"end_cursor": "c", "has_next_page": True}}}}}
    for out in ("user.edges.page_info.end_cursor", "data.user.edges.page_info.end_cursor"):
        assert end_of(GIVEN, page, out=out) == PageEnd("c")
    assert end_of(GIVEN, page) == PageEnd(None, whole=True)
    assert end_of(GIVEN, {"data": {"user": None}}, out="user.edges.end_cursor") == PageEnd(None)
    assert end_of(GIVEN, {"data": {"next": "c"}}, out="next") == PageEnd("c")
    for more in ("has_next_page", "more_available", "has_more"):
        assert end_of(GIVEN, {"data": {"next": "c", more: False}}, out="next") == PageEnd(None)
        assert end_of(GIVEN, {"data": {"next": "c", more: True}}, out="next") == PageEnd("c")


def test_any_query_without_the_operators_cursor_fails_on_its_first_page_only() -> None:
    with pytest.raises(MalformedAnswer, match=r"list: data\.a\.next: missing; there is b"):
        end_of(GIVEN, {"data": {"a": {"b": 1}}}, out="a.next")
    assert end_of(GIVEN, {"data": {"a": {"b": 1}}}, cursor="c", out="a.next") == PageEnd(None)
    with pytest.raises(MalformedAnswer, match=r"list: data\.a: expected an object, got a list"):
        end_of(GIVEN, {"data": {"a": []}}, out="a.next")
    with pytest.raises(BadInput, match=r"cursor: say with in="):
        GIVEN.given("c", {})
    assert GIVEN.given("c", {"in": "after"}) == "c"


def test_a_list_of_the_operators_ends_where_it_ends() -> None:
    pages = ChunkPages(Chunk("ids", 2))
    ids = ["1", "2", "3", "4"]
    assert end_of(pages, {}, ids=ids) == PageEnd("2", whole=True)
    assert end_of(pages, {}, "2", ids=ids) == PageEnd(None, whole=True)
    assert end_of(pages, {}, ids=ids[:3]) == PageEnd("2", whole=True)
    assert end_of(pages, {}) == PageEnd(None, whole=True)
    assert Chunk("ids", 2).part({"ids": ids}, "1") == ["2", "3"]
    assert pages.given("3", {"ids": ids}) == "3"
    for wrong in ("4", "-1", "x", "9" * 5000, ""):
        with pytest.raises(BadInput, match="expected a number of ids below the number given"):
            pages.given(wrong, {"ids": ids})


def test_a_part_of_a_cursor_is_found_by_its_name() -> None:
    assert part_of('{"a":"1"}', "a") == "1"
    assert part_of('{"a":"1"}', "b") is None
    assert part_of("plain", "a") is None
    assert part_of(None, "a") is None


def walk(name: str = "followers") -> Walk:
    return Walk(operation=OPERATIONS[name], target="1", args={"user_id": "1"}, expected=0)


def test_a_list_that_may_go_on_is_suspect_and_the_reason_names_the_key() -> None:
    doubt = "more_available says that there is more, but there is no cursor"
    for name in ("followers", "chaining", "comment_infos"):
        ending = walk(name).turn_page(PageEnd(None, whole=name == "comment_infos", doubt=doubt))
        assert ending is not None
        assert (ending.verdict, ending.reason) == (Verdict.SUSPECT, doubt)
    ended = walk().turn_page(PageEnd(None))
    assert ended is not None
    assert ended.verdict is Verdict.COMPLETE
