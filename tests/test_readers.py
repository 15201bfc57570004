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
    assert walk.keep([]) == []
    assert (walk.records, walk.duplicates, walk.pages) == (2, 1, 3)


def test_hits_are_counted_over_all_pages() -> None:
    walk = Walk(operation=OPERATIONS["accounts_serp"], target="py", args={"query": "py"})
    first = walk.keep(read("accounts_serp", {"users": [{"pk": 1}, {"pk": 2}, {"pk": 1}]}))
    later = walk.keep(read("accounts_serp", {"users": [{"pk": 2}, {"pk": 3}]}))
    assert [(hit.position, hit.pk) for hit in first + later] == [(1, "1"), (2, "2"), (3, "3")]
    assert walk.duplicates == 2


USERS = [{"pk": str(number), "username": f"u{number}", "latest_reel_media": 0} for number in range(1, 201)]
ROOT_OF = {
    "followers": ("data", "xdt_api__v1__friendships__followers"),
    "following": ("data", "xdt_api__v1__friendships__following"),
    "user_lookup": ("data", "xdt_api__v1__fbsearch__non_profiled_serp"),
}
#: Operations that read a list of accounts under `users`.
OF_USERS = (
    "followers",
    "following",
    "followers_rest",
    "user_lookup",
    "chaining",
    "accounts_serp",
    "typeahead_users",
    "serp",
)


def page_of(name: str, users: Any) -> dict[str, Any]:
    page: dict[str, Any] = {"users": users}
    for step in reversed(ROOT_OF.get(name, ())):
        page = {step: page}
    return page


def read_users(name: str, users: Any, notes: list[str] | None = None) -> list[Any]:
    return read(name, page_of(name, users), notes=notes)


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


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ({"media_type": 8}, 8),
        ({"media_type": "2"}, 2),
        ({"media_type": 1.0}, 1),
        ({"__typename": "GraphVideo"}, 2),
        ({"__typename": "XDTGraphSidecar"}, 8),
        ({"media_type": None, "__typename": "GraphImage"}, 1),
        ({}, None),
    ],
)
def test_a_kind_of_media_is_a_number_or_a_word_for_one(kind: dict[str, Any], wanted: int | None) -> None:
    notes: list[str] = []
    (item,) = read("media_info", {"media_or_ad": {"pk": 1, **kind}}, notes=notes)
    assert item.media_type == wanted
    assert notes == []


def test_a_list_within_a_record_keeps_what_fits_of_it() -> None:
    notes: list[str] = []
    links = [{"title": "a", "url": "u"}, None, {"title": 5, "url": "v"}]
    (profile,) = read("user_info", {"user": {"pk": 1, "pronouns": ["she", 5, None], "bio_links": links}}, notes=notes)
    assert profile.pronouns == ["she"]
    assert profile.bio_links == [{"title": "a", "url": "u"}, {"title": None, "url": "v"}]
    assert notes == [
        "user.bio_links[]: expected an object, got null: left out",
        "user.bio_links[].title: expected text, got a number",
        "user.pronouns[]: expected text, got a number: left out",
        "user.pronouns[]: expected text, got null: left out",
    ]
    (profile,) = read("user_info", {"user": {"pk": 1, "pronouns": "she", "bio_links": {}}}, notes=notes)
    assert (profile.pronouns, profile.bio_links) == (None, None)
    assert notes[4:] == [
        "user.bio_links: expected a list of objects, got an object",
        "user.pronouns: expected a list, got text",
    ]


def test_a_carousel_is_read_from_the_app_and_from_the_web() -> None:
    app = {"carousel_media": [{"pk": 1, "media_type": 2, "video_url": "v"}, {"id": "2_5"}]}
    nodes = [{"id": "1", "__typename": "GraphVideo", "video_url": "v"}, {"id": "2"}]
    web = {"edge_sidecar_to_children": {"edges": [{"node": node} for node in nodes]}}
    for more in (app, web, app | {"edge_sidecar_to_children": 5}, web | {"carousel_media": None}):
        (item,) = read("media_info", {"media_or_ad": {"pk": 9, **more}})
        assert [(part["pk"], part["media_type"], part["url"]) for part in item.carousel] == [
            ("1", 2, "v"),
            ("2", None, None),
        ]
    notes: list[str] = []
    odd = {"edges": [{"node": None}, {"node": {"id": "2"}}, 5, {"node": {"id": "x"}}]}
    (item,) = read("media_info", {"media_or_ad": {"pk": 9, "edge_sidecar_to_children": odd}}, notes=notes)
    assert [part["pk"] for part in item.carousel] == ["2"]
    assert notes == [
        "media_or_ad.edge_sidecar_to_children.edges[].pk: expected an id, got null: left out",
        "media_or_ad.edge_sidecar_to_children.edges[]: expected an object, got a number: left out",
        "media_or_ad.edge_sidecar_to_children.edges[].id: expected an id, got text: left out",
    ]


@pytest.mark.parametrize("sound", [None, 5, [], {}, {"metadata": 5}, {"metadata": {"music_info": []}}])
def test_a_sound_that_is_none_does_not_hide_its_reels(sound: Any) -> None:
    notes: list[str] = []
    found = read("audio_clips", {"items": [{"media": media("1")}], "music_page_response": sound}, notes=notes)
    assert [record.TYPE for record in found] == ["media", "audio"][: 1 if sound in (None, 5, []) else 2]
    assert bool(notes) == (sound != {})
    if sound is None:
        assert notes == ["music_page_response is null"]
    assert [record.pk for record in found[:1]] == ["1"]


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


def test_a_profile_that_is_none_does_not_hide_its_media() -> None:
    notes: list[str] = []
    edges = {"edges": [{"node": {"id": "7", "owner": {"id": "5"}}}, {"node": None}, None, {}, {"node": 5}]}
    user = {"username": "a", "edge_owner_to_timeline_media": edges}
    (item,) = read("web_profile_info", {"data": {"user": user}}, notes=notes)
    assert (type(item), item.pk, item.owner_pk) == (Media, "7", "5")
    assert notes == [
        "data.user.edge_owner_to_timeline_media.edges[]: no node: passed over",
        "data.user.edge_owner_to_timeline_media.edges[]: expected an object, got a number: passed over",
        "data.user.edge_owner_to_timeline_media.edges[]: expected an object, got null: passed over",
        "data.user.pk: expected an id, got null: passed over",
    ]
    with pytest.raises(MalformedAnswer, match=r"data\.user\.pk: expected an id, got null"):
        read("web_profile_info", {"data": {"user": {"username": "a", "edge_owner_to_timeline_media": {"edges": []}}}})
    with pytest.raises(MalformedAnswer, match=r"data\.user\.pk: expected an id, got null"):
        read("web_profile_info", {"data": {"user": {"username": "a"}}})


def test_what_a_row_has_of_its_own_stands_above_what_it_gets_from_elsewhere() -> None:
    edges = {"edges": [{"node": {"id": "7", "owner": None}}, {"node": {"id": "8", "owner": {"id": "6"}}}]}
    found = read("web_profile_info", {"data": {"user": {"id": "5", "edge_owner_to_timeline_media": edges}}})
    assert [record.owner_pk for record in found[1:]] == ["5", "6"]


def test_a_search_reads_the_parts_that_can_be_read() -> None:
    notes: list[str] = []
    answer = {"list": 5, "users": [{"pk": 1}], "media_grid": {"sections": "x"}}
    assert [hit.pk for hit in read("serp", answer, notes=notes)] == ["1"]
    assert notes == [
        "list: expected a list, got a number: passed over",
        "media_grid.sections: expected a list, got text: passed over",
    ]
    with pytest.raises(MalformedAnswer, match="serp: list: expected a list, got a number"):
        read("serp", {"list": 5, "media_grid": {"sections": "x"}})
    assert read("serp", {"list": None, "media_grid": {"sections": None}}) == []


def test_layouts_of_a_grid_that_are_none_do_not_hide_the_others() -> None:
    notes: list[str] = []
    layouts = [
        *(None, {"layout_content": None}, {"layout_content": {"medias": None}}, {"layout_content": {"medias": 5}}, {}),
        {
            "layout_content": {
                "medias": [{"media": media("1")}, {"media": None}, None, {"media": 5}],
                "fill_items": None,
            }
        },
        {"layout_content": {"one_by_two_item": {"clips": None}}},
        {"layout_content": {"one_by_two_item": {"other": {}}}},
    ]
    found = read("top_serp", {"media_grid": {"sections": layouts}}, notes=notes)
    assert [(record.TYPE, record.pk) for record in found] == [("hit", "1"), ("media", "1")]
    place = "media_grid.sections[]"
    assert notes == [
        f"{place}: expected an object, got null: passed over",
        f"{place}.layout_content: expected an object, got null: passed over",
        f"{place}.layout_content.medias: expected a list, got a number: passed over",
        f"{place}: no layout_content but nothing: passed over",
        f"{place}.layout_content.medias[]: expected an object, got null: passed over",
        f"{place}.layout_content.one_by_two_item.clips: expected an object, got null: passed over",
        f"{place}.layout_content.one_by_two_item: no clips but other: passed over",
        f"{place}.layout_content.medias[].media: expected an object, got null: passed over",
        f"{place}.layout_content.medias[].media: expected an object, got a number: passed over",
    ]


def test_a_typeahead_passes_over_what_is_nothing_of_its_kind() -> None:
    notes: list[str] = []
    rows = [None, 5, {"user": 5}, {"user": None}, {"hashtag": {"name": "x"}}, {"user": 5, "hashtag": {"id": 6}}]
    rows.append({"place": {"title": "y"}})
    found = read("keyword_typeahead", {"list": [*rows, {"keyword": {"id": None, "name": "k"}}]}, notes=notes)
    assert [(hit.kind, hit.pk, hit.id, hit.name) for hit in found] == [
        ("hashtag", None, "6", None),
        ("keyword", None, None, "k"),
    ]
    assert notes == [
        "list[]: expected an object, got null: passed over",
        "list[]: expected an object, got a number: passed over",
        "list[].user: expected an object, got a number: passed over",
        "list[]: none of user, hashtag, place, keyword but user: passed over",
        "list[].hashtag.pk: expected an id, got null: passed over",
        "list[].place.location.pk: expected an id, got null: passed over",
    ]


@pytest.mark.parametrize(
    ("answer", "comments", "noted"),
    [
        ({"comments": None}, [], 0),
        ({"comments": {"11_5": [{"pk": 1}]}}, [("11_5", "1")], 0),
        ({"comment_infos": None}, [], 0),
        ({"comment_infos": []}, [], 0),
        (
            {"comment_infos": {"11_5": None, "12": {"comments": None}, "13": {"comments": [{"id": 3}]}}},
            [("13", "3")],
            0,
        ),
        ({"comment_infos": {"11_5": 5, "12": {"comments": "x"}, "13": [None, {"pk": 4}]}}, [("13", "4")], 3),
        ({"comment_infos_by_media_id": {"11_5": [{"pk": 1, "media_id": "9_9"}]}}, [("9_9", "1")], 0),
        ({"comment_infos": {"11_5": [{"pk": 1, "media_id": "nine"}]}}, [("11_5", "1")], 0),
    ],
)
def test_comments_are_read_by_media_whatever_stands_beside_them(
    answer: dict[str, Any], comments: list[tuple[str, str]], noted: int
) -> None:
    notes: list[str] = []
    assert [(comment.media_id, comment.pk) for comment in read("comment_infos", answer, notes=notes)] == comments
    assert len(notes) == noted


@pytest.mark.parametrize(
    "answer", [{"comment_infos": 5}, {"comments": "x"}, {"comment_infos": {"x": []}}, {"\u0661": []}]
)
def test_comments_by_no_id_fail(answer: dict[str, Any]) -> None:
    problem = "comments: expected a list, got text" if "comments" in answer else "answer: expected comments; there is "
    with pytest.raises(MalformedAnswer, match=f"^comment_infos: {problem}"):
        read("comment_infos", answer)


def test_comments_that_are_none_are_noted_by_their_media() -> None:
    notes: list[str] = []
    answer = {"comment_infos": {"11": {"talk": []}, "12": 5, "13": {"comments": "x"}, "14": [{"pk": 4}]}}
    assert [comment.pk for comment in read("comment_infos", answer, notes=notes)] == ["4"]
    assert notes == [
        "comment_infos.11: none of comments, preview_comments but talk: passed over",
        "comment_infos.12: expected a list, got a number: passed over",
        "comment_infos.13.comments: expected a list, got text: passed over",
    ]


@pytest.mark.parametrize(
    ("variables", "owner"),
    [
        ({"user_id": 5, "target_user_id": 6, "id": 7}, "5"),
        ({"target_user_id": "6", "id": 7}, "6"),
        ({"id": 7}, "7"),
        ({"data": {"target_user_id": 8}}, "8"),
        ({"other": 1}, None),
        (None, None),
    ],
)
def test_a_query_of_ones_own_says_whose_list_it_is_as_it_can(variables: Any, owner: str | None) -> None:
    envelope = {"data": {"xdt_api__v1__friendships__following": {"users": [{"pk": 5}]}}}
    (follow,) = OPERATIONS["mobile_doc_id"].reader.read(envelope, Reading("x", "x/1", "now", {"variables": variables}))
    assert follow.owner_pk == owner


def test_a_query_that_is_paged_is_no_single_account() -> None:
    envelope = {"data": {"user": {"pk": "5", "username": "a", "saved": {"cursor": "c"}}}}
    for args, kind in (({}, Profile), ({"cursor_out": "user.saved.cursor"}, Payload)):
        (record,) = OPERATIONS["web_doc_id"].reader.read(envelope, Reading("x", "x/1", "now", args))
        assert type(record) is kind


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


def test_a_query_of_a_known_root_that_holds_other_things_gives_its_plain_data() -> None:
    notes: list[str] = []
    data = {"xdt_api__v1__friendships__following": {"users": ["a", "b"]}}
    (payload,) = read("mobile_doc_id", {"data": data}, notes=notes)
    assert (type(payload), payload.data) == (Payload, data)
    place = "data.xdt_api__v1__friendships__following.users[]"
    assert notes == [f"not read as follow: {place}: expected an object, got text: passed over"]
    data = {"xdt_api__v1__friendships__following": {"users": [None, {"pk": 5}]}}
    del notes[:]
    (follow,) = read("mobile_doc_id", {"data": data}, notes=notes)
    assert (type(follow), follow.pk) == (Follow, "5")
    assert notes == [f"{place}: expected an object, got null: passed over"]
    assert read("mobile_doc_id", {"data": {"xdt_api__v1__friendships__following": {"users": []}}}) == []


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
