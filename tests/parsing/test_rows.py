"""Readers of rows: what fits in none is passed over and noted, and everything else comes out."""

from __future__ import annotations

from typing import Any

import pytest

from igcrawl.crawl.walk import Walk
from igcrawl.errors import MalformedAnswer, NotFound
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.parsing.reader import Reading
from tests.parsing.samples import OF_USERS, USERS, media, read, read_users


@pytest.mark.parametrize(
    ("name", "answer", "place"),
    [
        ("keyword_typeahead", {"suggestions": []}, "answer: expected users, list; there is suggestions"),
        ("top_serp", {"status": "ok"}, "answer: expected list, media_grid.sections; there is status"),
        ("chaining", {"users": {"pk": 1}}, "users: expected a list, got an object"),
        ("media_info", {"media_or_ad": {"code": "a"}}, "media_or_ad.pk: expected an id, got null"),
        ("user_info", {"user": {"pk": "../x", "username": "a"}}, "user.pk: expected an id, got text"),
        ("user_info", {"user": [1]}, "user: expected an object, got a list"),
        ("reels_serp", {"reels_serp_modules": {}}, "reels_serp_modules: expected a list, got an object"),
        ("media_info", {"status": "ok"}, "media_or_ad: missing; there is status"),
        ("offensive_comment", {"status": "ok"}, "answer.is_offensive: expected true or false"),
        ("inbox_tray", {"data": {"xdt_other": {}}}, "data.xdt_get_inbox_tray_items: missing; there is xdt_other"),
        ("user_feed", {"rows": []}, "answer: expected items, data.xdt_api__v1__profile_timeline.profile_grid_items"),
        ("related_profiles", {"data": {"user": {"id": 1}}}, "data.user.edge_chaining: missing"),
    ],
)
def test_an_answer_of_another_shape_names_the_operation_and_the_key(
    name: str, answer: dict[str, Any], place: str
) -> None:
    with pytest.raises(MalformedAnswer) as misfit:
        read(name, answer)
    assert str(misfit.value).startswith(f"{name}: {place}")


@pytest.mark.parametrize("name", ["related_profiles", "followers_web", "user_profile", "web_profile_info"])
def test_a_null_user_is_an_account_that_does_not_exist(name: str) -> None:
    with pytest.raises(NotFound):
        read(name, {"data": {"user": None}})


def test_what_comes_along_is_written_once_and_not_counted() -> None:
    operation = OPERATIONS["audio_clips"]
    walk = Walk(operation=operation, target="9", args={"track_id": "9"})
    page = {"items": [{"media": media("1")}], "music_page_response": {"media_count": {"clips_count": 5}}}
    assert [record.TYPE for record in walk.keep(read("audio_clips", page))] == ["media", "audio"]
    page["items"].append({"media": media("2")})
    assert [record.TYPE for record in walk.keep(read("audio_clips", page))] == ["media"]
    assert (walk.records, walk.duplicates, walk.pages) == (2, 1, 2)
    assert walk.keep([]) == []
    assert (walk.records, walk.duplicates, walk.pages) == (2, 1, 3)


def test_a_field_that_fits_in_no_row_is_null_and_noted_once() -> None:
    notes: list[str] = []
    found = read_users(
        "followers", [{**user, "latest_reel_media": {"a": 1}, "is_private": "?"} for user in USERS], notes
    )
    assert [follow.pk for follow in found] == [user["pk"] for user in USERS]
    assert {(follow.latest_reel_media, follow.is_private, follow.username is None) for follow in found} == {
        (None, None, False)
    }
    place = "data.xdt_api__v1__friendships__followers.users[]"
    assert notes == [
        f"{place}.is_private: expected true or false, got text",
        f"{place}.latest_reel_media: expected a whole number, got an object",
    ]


@pytest.mark.parametrize("name", OF_USERS)
@pytest.mark.parametrize("key", ["pk", "pk_id", "id", "strong_id__"])
@pytest.mark.parametrize("value", ["42", 42, 42.0])
def test_an_id_is_found_under_each_of_its_names_as_whatever_it_is_written(name: str, key: str, value: Any) -> None:
    notes: list[str] = []
    others = [] if key == "pk" else [{"pk": None, key: value}, {"pk": ["x"], key: value}]
    rows = [{"pk": "1"}, {key: value, "username": "b"}, *others]
    assert {found.pk for found in read_users(name, rows, notes)} == {"1", "42"}
    assert notes == []


@pytest.mark.parametrize("name", OF_USERS)
@pytest.mark.parametrize(
    "row",
    [
        None,
        5,
        "x",
        [],
        {},
        {"username": "a"},
        {"pk": None},
        {"pk": ""},
        {"pk": "../../accounts/logout/?x="},
        {"pk": "1" * 20},
        {"pk": 2**63},
        {"pk": -1},
        {"pk": 1.5},
        {"pk": True},
        {"pk": {"id": "1"}},
        {"pk": "١"},
    ],
    ids=ascii,
)
def test_a_row_without_an_id_is_passed_over_and_the_others_come_out(name: str, row: Any) -> None:
    notes: list[str] = []
    found = read_users(name, [{"pk": "1", "username": "a"}, row, row, {"pk": 3, "username": "c"}], notes)
    assert [(one.pk, one.username) for one in found] == [("1", "a"), ("3", "c")]
    assert len(notes) == 1
    assert "users[]" in notes[0]
    assert notes[0].endswith(": passed over")


@pytest.mark.parametrize("name", OF_USERS)
def test_a_list_that_is_null_is_empty_and_one_that_is_none_fails(name: str) -> None:
    notes: list[str] = []
    assert read_users(name, None, notes) == []
    assert notes == []
    for other in ({}, "x", 5, True, {"1": {"pk": 1}}):
        with pytest.raises(MalformedAnswer, match="users: expected a list, got "):
            read_users(name, other)


@pytest.mark.parametrize("name", ["user_profile", "user_info", "user_stream", "username_stream"])
def test_one_object_without_an_id_is_the_pages_failure(name: str) -> None:
    for user in ({"username": "a"}, {"pk": "x"}, [], "x", 5):
        with pytest.raises(MalformedAnswer, match=r"user(\.pk)?: expected an (id|object), got "):
            read(name, {"data": {"user": user}, "user": user})


def test_what_stands_in_the_way_of_a_value_is_noted_and_another_place_is_looked_at() -> None:
    notes: list[str] = []
    (item,) = read(
        "media_info",
        {
            "media_or_ad": {
                "id": "12_5",
                "caption": "text",
                "user": "nobody",
                "owner": {"pk": 5},
                "image_versions2": {"candidates": {}},
                "display_url": "u",
                "like_count": "many",
                "edge_liked_by": {"count": 3},
                "__typename": "XDTGraphNew",
                "location": [],
            }
        },
        notes=notes,
    )
    assert (item.pk, item.id, item.owner_pk, item.url, item.like_count) == ("12", "12_5", "5", "u", 3)
    assert (item.caption, item.media_type, item.location_pk, item.owner_username) == (None, None, None, None)
    assert notes == [
        "media_or_ad.__typename: expected one of GraphImage, GraphVideo, GraphSidecar, got text",
        "media_or_ad.user.username: expected an object, got text",
        "media_or_ad.caption.text: expected an object, got text",
        "media_or_ad.location.pk: expected an object, got a list",
        "media_or_ad.location.name: expected an object, got a list",
        "media_or_ad.location.lat: expected an object, got a list",
        "media_or_ad.location.lng: expected an object, got a list",
    ]


def test_a_part_that_is_not_there_is_nothing_to_note_and_a_root_that_is_not_there_is() -> None:
    notes: list[str] = []
    assert len(read("audio_clips", {"items": [{"media": media("1")}]}, notes=notes)) == 1
    assert notes == []
    for items in (5, "x", {}):
        with pytest.raises(MalformedAnswer, match="items: expected a list, got "):
            read("audio_clips", {"items": items, "music_page_response": {}})
    with pytest.raises(MalformedAnswer, match="items: missing; there is music_page_response"):
        read("audio_clips", {"music_page_response": {}})
    assert [record.TYPE for record in read("audio_clips", {"items": None, "music_page_response": {}})] == ["audio"]


def test_what_a_row_has_of_its_own_stands_above_what_it_gets_from_elsewhere() -> None:
    edges = {"edges": [{"node": {"id": "7", "owner": None}}, {"node": {"id": "8", "owner": {"id": "6"}}}]}
    found = read("web_profile_info", {"data": {"user": {"id": "5", "edge_owner_to_timeline_media": edges}}})
    assert [record.owner_pk for record in found[1:]] == ["5", "6"]


def test_what_an_attempt_passed_over_counts_only_where_it_gave_the_records() -> None:
    for users, passed_over in (([None, None], 0), ([None, {"pk": 5}], 1)):
        reading = Reading("x", "x/1", "now")
        envelope = {"data": {"xdt_api__v1__friendships__following": {"users": users}}}
        OPERATIONS["mobile_doc_id"].reader.read(envelope, reading)
        assert len(reading.passed_over) == passed_over


@pytest.mark.parametrize("name", ["related_profiles", "followers_web", "web_profile_info", "user_profile"])
def test_a_user_who_is_not_even_null_is_no_account_that_does_not_exist(name: str) -> None:
    for answer in ({"data": {}}, {"data": {"viewer": None}}, {"data": 5}):
        with pytest.raises(MalformedAnswer):
            read(name, answer)


def test_a_wrapped_account_is_its_own_whatever_its_wrapper_is_called() -> None:
    notes: list[str] = []
    rows = [{"user": {"pk": 1, "username": "a"}, "pk": "99", "username": "wrapper"}, 5, {"pk": "98"}]
    found = read("suggestion_details", {"items": rows}, notes=notes)
    assert [(one.pk, one.username) for one in found] == [("1", "a")]
    assert notes == ["items[]: no user: passed over", "items[]: expected an object, got a number: passed over"]


def test_the_servers_own_words_in_a_note_are_fit_to_print() -> None:
    notes: list[str] = []
    key = "\x1b]0;x\x07\nFAKE" + "k" * 100
    read("serp", {"users": [], key: [1]}, notes=notes)
    assert len(notes) == 1
    assert notes[0].isprintable()
    assert len(notes[0]) < 120


def test_notes_have_an_end() -> None:
    notes: list[str] = []
    read("serp", {"users": [], **{f"k{number}": [1] for number in range(1000)}}, notes=notes)
    assert len(notes) == 50
