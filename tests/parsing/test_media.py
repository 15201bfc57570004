"""Readers of media: feeds, reels, carousels and sounds."""

from __future__ import annotations

from typing import Any

import pytest

from igcrawl.errors import MalformedAnswer
from igcrawl.items import Media
from tests.parsing.samples import media, read


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
