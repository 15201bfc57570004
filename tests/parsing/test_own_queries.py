"""Readers of queries that only the operator knows: records where they can be told, else the plain data."""

from __future__ import annotations

from typing import Any

import pytest

from igcrawl.items import Follow, Payload, Profile
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.parsing.reader import Reading
from tests.parsing.samples import read


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
