"""Readers take the shapes they know, name the key of what they do not know, and never guess."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from igcrawl.crawl.walk import Walk
from igcrawl.errors import MalformedAnswer, NotFound
from igcrawl.items import Comment, Follow, Hit, Media, Payload, Profile
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.parsing.envelope import read_envelope
from igcrawl.parsing.reader import Reading

ARGS = {
    "user_id": "1",
    "query": "py",
    "search_surface": "popular_serp",
    "media_ids": ["1", "2"],
    "track_id": "9",
    "doc_id": "12345",
    "variables": {"user_id": "77", "id": "78"},
}


def read(name: str, *documents: Any, notes: list[str] | None = None) -> list[Any]:
    envelope = read_envelope(b"\n".join(map(orjson.dumps, documents)), name)
    reading = Reading(name, f"{name}/1", "now", ARGS, notes if notes is not None else [])
    return OPERATIONS[name].reader.read(envelope, reading)


def media(pk: str, **more: Any) -> dict[str, Any]:
    return {"pk": pk, "id": f"{pk}_5", "media_type": 1, **more}


def test_a_typeahead_gives_each_kind_of_thing_in_its_order() -> None:
    found = read(
        "keyword_typeahead",
        {
            "list": [
                {"position": 0, "keyword": {"name": "python", "id": "3"}},
                {"position": 1, "user": {"pk": 4, "username": "py", "is_verified": True}},
                {"position": 2, "hashtag": {"id": 5, "name": "pythons", "media_count": 12}},
                {"position": 3, "place": {"title": "Python Lane", "location": {"pk": 6, "name": "Lane"}}},
            ]
        },
    )
    assert [(hit.kind, hit.pk, hit.id, hit.username, hit.name, hit.media_count) for hit in found] == [
        ("keyword", None, "3", None, "python", None),
        ("user", "4", None, "py", None, None),
        ("hashtag", None, "5", None, "pythons", 12),
        ("place", "6", None, None, "Python Lane", None),
    ]


def test_a_kind_that_nobody_knows_is_passed_over_by_name() -> None:
    notes: list[str] = []
    found = read("keyword_typeahead", {"list": [{"effect": {"id": 1}}, {"user": {"pk": 2}}]}, notes=notes)
    assert [hit.pk for hit in found] == ["2"]
    assert notes == ["list[]: none of user, hashtag, place, keyword but effect: passed over"]


def test_streamed_typeahead_documents_give_each_user_once() -> None:
    documents = [
        {"users": [{"pk": 1, "username": "a"}, {"pk": 2}]},
        {"status": "ok"},
        {"users": [{"pk": 2}, {"pk": 3}]},
    ]
    for name in ("typeahead_users", "typeahead_stream"):
        assert [hit.pk for hit in read(name, *documents)] == ["1", "2", "3"]


def test_the_grid_of_a_search_is_read_in_its_order_and_unknown_layouts_are_named() -> None:
    notes: list[str] = []
    sections = [
        {
            "layout_content": {
                "one_by_two_item": {"clips": {"items": [{"media": media("1")}]}},
                "fill_items": [{"media": media("2")}],
            }
        },
        {"layout_content": {"medias": [{"media": media("3")}, {"ad": {}}], "shop_item": {}}},
    ]
    found = read("top_serp", {"media_grid": {"sections": sections}}, notes=notes)
    assert [record.pk for record in found if type(record) is Hit] == ["1", "2", "3"]
    assert [record.pk for record in found if type(record) is Media] == ["1", "2", "3"]
    assert set(notes) == {
        "media_grid.sections[].layout_content.shop_item is not known and was passed over",
        "media_grid.sections[].layout_content.medias[]: no media but ad: passed over",
    }


def test_any_tab_is_read_from_what_it_holds() -> None:
    notes: list[str] = []
    answer = {"users": [{"pk": 1}], "places": [{"x": 1}], "empty": [], "num_results": 1}
    found = read("serp", answer, notes=notes)
    assert [(hit.tab, hit.kind, hit.pk) for hit in found] == [("popular", "user", "1")]
    assert notes == ["places is not known and was passed over"]


@pytest.mark.parametrize(
    "answer",
    [
        {
            "comment_infos": {
                "11_5": {"comments": [{"pk": "1", "text": "a"}], "likes_enabled": True},
                "12_5": [{"pk": "2"}],
            }
        },
        {"11_5": {"comments": [{"pk": "1", "text": "a"}]}, "12_5": {"preview_comments": [{"pk": "2"}]}, "status": "ok"},
    ],
)
def test_comments_by_media_id_are_read_however_they_are_wrapped(answer: dict[str, Any]) -> None:
    found = read("comment_infos", answer)
    assert [(type(c), c.media_id, c.pk, c.text) for c in found] == [
        (Comment, "11_5", "1", "a"),
        (Comment, "12_5", "2", None),
    ]


def test_a_media_item_without_comments_of_a_known_name_is_noted_by_its_place() -> None:
    notes: list[str] = []
    assert read("comment_infos", {"comment_infos": {"11_5": {"talk": []}}}, notes=notes) == []
    assert notes == ["comment_infos.11_5: none of comments, preview_comments but talk: passed over"]


def test_no_comments_at_all_is_an_empty_page_not_a_fault() -> None:
    assert read("comment_infos", {"comment_infos": {}, "status": "ok"}) == []


def test_a_streamed_reel_is_its_row_and_its_media_together() -> None:
    root = "1$xdt_user_clips_graphql(data:$data)"
    found = read(
        "user_clips",
        {"data": {root: {"items": [{"media": media("1", play_count=7)}, {"media": media("2")}]}}},
        {"path": [root, "items", 0], "data": {"code": "abc", "play_count": None, "user": {"pk": "5"}}},
        {"path": [root, "items", 9], "data": {"code": "past the end"}},
        {"path": [root, "items", 2], "data": media("3", code="def")},
    )
    assert [(clip.pk, clip.code, clip.play_count, clip.owner_pk) for clip in found] == [
        ("1", "abc", 7, "5"),
        ("2", None, None, None),
        ("3", "def", None, None),
    ]


def test_a_feed_passes_over_what_is_no_media_and_says_so() -> None:
    notes: list[str] = []
    grid = [{"item_type": "highlight", "media": None}, {"item_type": "media", "media": media("1")}]
    root = {"profile_grid_items": grid, "next_max_id": None}
    found = read("user_feed", {"data": {"xdt_api__v1__profile_timeline": root}}, notes=notes)
    assert [item.pk for item in found] == ["1"]
    assert notes == ["data.xdt_api__v1__profile_timeline.profile_grid_items[]: no media: passed over"]


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


def test_any_query_gives_records_when_its_root_is_known() -> None:
    (profile,) = read("web_doc_id", {"data": {"user": {"pk": "5", "username": "a"}, "viewer": None}})
    assert (type(profile), profile.pk, profile.operation) == (Profile, "5", "web_doc_id")
    (follow,) = read("mobile_doc_id", {"data": {"1$xdt_api__v1__friendships__following(x:$x)": {"users": [{"pk": 5}]}}})
    assert (type(follow), follow.owner_pk, follow.direction) == (Follow, "77", "following")
    edges = {"user": {"id": "5", "edge_followed_by": {"count": 1, "edges": [{"node": {"id": "6"}}]}}}
    assert [type(record) for record in read("web_doc_id", {"data": edges})] == [Follow]


def test_any_query_gives_its_plain_data_when_its_root_is_not_known_or_looks_otherwise() -> None:
    notes: list[str] = []
    data = {"1$xdt_new(a:$a)": {"1ltaken_at": 5}, "status": "kept"}
    (payload,) = read("mobile_doc_id", {"data": data, "extensions": {"is_final": True}}, notes=notes)
    assert (type(payload), payload.data) == (Payload, {"xdt_new": {"taken_at": 5}, "status": "kept"})
    assert notes == []
    for plain in (
        {"user": {"settings": 1}},
        {"user": None, "viewer": {}},
        {"user": {"id": "7", "edge_saved_media": {}}},
    ):
        (payload,) = read("web_doc_id", {"data": plain}, notes=notes)
        assert (type(payload), payload.data) == (Payload, plain)
    assert notes == []
    (payload,) = read("web_doc_id", {"data": {"user": {"username": "a"}}}, notes=notes)
    assert payload.data == {"user": {"username": "a"}}
    assert len(notes) == 1


def test_what_comes_along_is_written_once_and_not_counted() -> None:
    operation = OPERATIONS["audio_clips"]
    walk = Walk(operation=operation, target="9", args={"track_id": "9"})
    page = {"items": [{"media": media("1")}], "music_page_response": {"media_count": {"clips_count": 5}}}
    assert [record.TYPE for record in walk.keep(read("audio_clips", page))] == ["media", "audio"]
    page["items"].append({"media": media("2")})
    assert [record.TYPE for record in walk.keep(read("audio_clips", page))] == ["media"]
    assert (walk.records, walk.duplicates, walk.pages) == (2, 1, 2)


def test_hits_are_counted_over_all_pages() -> None:
    walk = Walk(operation=OPERATIONS["accounts_serp"], target="py", args={"query": "py"})
    first = walk.keep(read("accounts_serp", {"users": [{"pk": 1}, {"pk": 2}, {"pk": 1}]}))
    later = walk.keep(read("accounts_serp", {"users": [{"pk": 2}, {"pk": 3}]}))
    assert [(hit.position, hit.pk) for hit in first + later] == [(1, "1"), (2, "2"), (3, "3")]
    assert walk.duplicates == 2
