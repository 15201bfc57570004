"""Bytes of an answer become one plain dict, whatever Instagram wraps them in."""

from __future__ import annotations

import orjson
import pytest

from igcrawl.errors import MalformedAnswer, Transient
from igcrawl.parsing.envelope import read_envelope


def lines(*documents: object) -> bytes:
    return b"\n".join(map(orjson.dumps, documents))


def test_plain_and_canonical_roots_give_the_same_envelope() -> None:
    plain = {"data": {"xdt_x__followers": {"users": [{"pk": "1", "latest_reel_media": 5}]}}}
    canonical = {
        "data": {
            '1$xdt_x__followers(_request_data:{"count":$count},id:$id)': {
                "users": [{"pk": "1", "1llatest_reel_media": 5}]
            }
        }
    }
    assert read_envelope(orjson.dumps(canonical), "followers") == plain
    assert read_envelope(orjson.dumps(plain), "followers") == plain


def test_scalar_prefixes_are_taken_from_keys_only() -> None:
    body = b'{"1ltaken_at":1, "1flat" : 2.5,"text":"1ltaken_at","say":"\\"1ltaken_at\\":","1st":1,"x\\"1la":2}'
    assert read_envelope(body, "media") == {
        "taken_at": 1,
        "lat": 2.5,
        "text": "1ltaken_at",
        "say": '"1ltaken_at":',
        "1st": 1,
        'x"1la': 2,
    }


@pytest.mark.parametrize("prefix", [b"for (;;);", b"\xef\xbb\xbf", b"\xef\xbb\xbffor (;;);", b"\n  "])
def test_what_comes_before_the_document_is_passed_over(prefix: bytes) -> None:
    assert read_envelope(prefix + b'{"status":"ok"}', "user_info") == {"status": "ok"}


def test_a_pretty_printed_document_is_one_document() -> None:
    assert read_envelope(orjson.dumps({"a": {"b": [1, 2]}}, option=orjson.OPT_INDENT_2), "x") == {"a": {"b": [1, 2]}}


def test_streamed_rows_are_merged_where_their_path_points() -> None:
    root = "1$xdt_clips(data:$data)"
    envelope = read_envelope(
        lines(
            {
                "data": {root: {"items": [{"media": {"pk": "1"}}, {"media": {"pk": "2"}}]}},
                "extensions": {"is_final": False},
            },
            {"path": [root], "label": "Paging", "data": {"paging_info": {"max_id": "A", "more_available": True}}},
            {"path": [root, "items", 1, "media"], "data": {"1ltaken_at": 7}},
            {"path": [root, "items", 2], "data": {"media": {"pk": "3"}}},
            {"path": [], "data": {"viewer": None}, "extensions": {"is_final": True}},
        ),
        "user_clips",
    )
    clips = envelope["data"]["xdt_clips"]
    assert clips["paging_info"] == {"max_id": "A", "more_available": True}
    assert [item["media"] for item in clips["items"]] == [{"pk": "1"}, {"pk": "2", "taken_at": 7}, {"pk": "3"}]


def test_a_row_that_points_past_the_end_of_a_list_is_passed_over() -> None:
    base = {"data": {"root": {"items": [{"pk": "1"}]}}}
    far = {"path": ["root", "items", 7, "media"], "data": {"pk": "8"}}
    absent = {"path": ["root", "nothing", "here"], "data": {"pk": "8"}}
    assert read_envelope(lines(base, far, absent), "user_clips") == base


def test_rows_that_come_in_another_order_find_their_places() -> None:
    base = {"data": {"root": {"items": []}}}
    rows = [{"path": ["root", "items", index], "data": {"pk": str(index)}} for index in (2, 0, 1)]
    deeper = {"path": ["root", "items", 1, "user"], "data": {"name": "b"}}
    items = read_envelope(lines(base, deeper, *rows), "user_clips")["data"]["root"]["items"]
    assert [item["pk"] for item in items] == ["0", "1", "2"]


@pytest.mark.parametrize("path", ["root", [None], [1.5], ["root", "items", "first"], ["root", 0], {"a": 1}])
def test_a_path_that_cannot_be_followed_names_its_document(path: object) -> None:
    base = {"data": {"root": {"items": [{"pk": "1"}]}}}
    with pytest.raises(MalformedAnswer, match=r"user_clips: document 2\.path: "):
        read_envelope(lines(base, {"path": path, "data": {}}), "user_clips")


def test_later_documents_without_paths_refine_earlier_ones() -> None:
    envelope = read_envelope(
        lines(
            {"user": {"pk": 1, "username": "a", "biography": None}, "items": [{"media": {"pk": 5}}], "status": "ok"},
            {"user": {"pk": 1, "biography": "b"}, "items": [{"media": {"pk": 5, "code": "x"}}, {"media": {"pk": 6}}]},
        ),
        "user_stream",
    )
    assert envelope["user"] == {"pk": 1, "username": "a", "biography": "b"}
    assert envelope["items"] == [{"media": {"pk": 5, "code": "x"}}, {"media": {"pk": 6}}]


def test_rows_are_known_again_by_what_they_wrap_and_by_nothing_else() -> None:
    first = {"list": [{"hashtag": {"id": "5"}}, {"": "odd", "user": {"pk": "6"}}]}
    later = {"list": [{"user": {"pk": "5"}}, {"": "text"}, {"user": {"pk": "6", "username": "six"}}]}
    assert read_envelope(lines(first, later), "keyword_typeahead")["list"] == [
        {"hashtag": {"id": "5"}},
        {"": "odd", "user": {"pk": "6", "username": "six"}},
        {"user": {"pk": "5"}},
        {"": "text"},
    ]


@pytest.mark.parametrize("body", [b"", b"   ", b'{"data":{"user', b'{"a":1}\n{"b":', b"\x00\xff", b'{"a":"\xff"}'])
def test_a_cut_or_empty_body_is_a_passing_fault(body: bytes) -> None:
    with pytest.raises(Transient, match="user_info: the answer is "):
        read_envelope(body, "user_info")


@pytest.mark.parametrize(("body", "got"), [(b"[1]", "a list"), (b'"x"', "text"), (b"null", "null"), (b"7", "a number")])
def test_json_that_is_no_object_is_malformed(body: bytes, got: str) -> None:
    with pytest.raises(MalformedAnswer, match=f"user_info: answer: expected an object, got {got}"):
        read_envelope(body, "user_info")


def test_nesting_without_end_is_an_error_and_not_a_crash() -> None:
    with pytest.raises(Transient):
        read_envelope(b'{"a":' * 5000 + b"1" + b"}" * 5000, "user_info")
