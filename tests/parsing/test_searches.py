"""Readers of searches: typeahead, tabs and grids."""

from __future__ import annotations

import pytest

from igcrawl.crawl.walk import Walk
from igcrawl.errors import MalformedAnswer
from igcrawl.items import Hit, Media
from igcrawl.operations.catalogue import OPERATIONS
from tests.parsing.samples import media, read


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


def test_hits_are_counted_over_all_pages() -> None:
    walk = Walk(operation=OPERATIONS["accounts_serp"], target="py", args={"query": "py"})
    first = walk.keep(read("accounts_serp", {"users": [{"pk": 1}, {"pk": 2}, {"pk": 1}]}))
    later = walk.keep(read("accounts_serp", {"users": [{"pk": 2}, {"pk": 3}]}))
    assert [(hit.position, hit.pk) for hit in first + later] == [(1, "1"), (2, "2"), (3, "3")]
    assert walk.duplicates == 2


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
