"""Bytes of an answer become one plain dict, whatever Instagram wraps them in."""

from __future__ import annotations

import orjson
import pytest

from igcrawl.errors import MalformedAnswer, Transient
from igcrawl.parsing.envelope import is_unfinished, read_envelope


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
            {"path": [], "data": {"viewer": None, "more": {"a": 1}}, "extensions": {"is_final": True}},
        ),
        "user_clips",
    )
    assert (envelope["data"]["viewer"], envelope["data"]["more"]) == (None, {"a": 1})
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
    assert items == [{"pk": "0"}, {"pk": "1", "user": {"name": "b"}}, {"pk": "2"}]


@pytest.mark.parametrize("path", ["root", [None], [1.5], ["root", "items", "first"], ["root", 0], {"a": 1}])
def test_a_path_that_cannot_be_followed_names_its_document(path: object) -> None:
    base = {"data": {"root": {"items": [{"pk": "1"}]}}}
    problem = r"(expected a list of keys and indexes|'first' leads into a list|0 leads into an object)$"
    with pytest.raises(MalformedAnswer, match=rf"user_clips: document 2\.path: {problem}"):
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


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (rb'"a\ud83d"', "a\ufffd"),
        (rb'"a\uDE00b"', "a\ufffdb"),
        (rb'"\ud83d\ude00"', "\U0001f600"),
        (rb'"\ud83d\ude00\ud83d"', "\U0001f600\ufffd"),
        (rb'"\\ud83d"', r"\ud83d"),
        (rb'"\ud83d\\ud83d"', "\ufffd" + r"\ud83d"),
        (rb'"\u00e9\ud83d"', "\u00e9\ufffd"),
        (b'"a\xed\xa0\xbd"', "a\ufffd"),
        (b'"\xed\xa0\xbd\xed\xb8\x80"', "\U0001f600"),
        (rb'"a\u0000b"', "a\ufffdb"),
        (rb'"a\\u0000b"', r"a\u0000b"),
        (rb'"\u0000\ud83d"', "\ufffd\ufffd"),
        (b'"a\x00b"', "a\ufffdb"),
        (b'"a\x01\tb"', "a\x01\tb"),
    ],
)
def test_what_no_output_can_hold_is_replaced_in_texts_and_keys(written: bytes, text: str) -> None:
    body = b'{"full_name":' + written + b',"number":3691687641492349561,"flag":true,' + written + b":[null]}"
    assert read_envelope(body, "x") == {"full_name": text, "number": 3691687641492349561, "flag": True, text: [None]}
    streamed = b'{"items":[{"pk":1}]}\n' + b'{"items":[{"pk":1,"name":' + written + b"}]}"
    assert read_envelope(streamed, "x") == {"items": [{"pk": 1, "name": text}]}


@pytest.mark.parametrize(
    ("written", "number"),
    [
        *((name, None) for name in (b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999", b"9" * 400, b"9" * 5000)),
        *((str(number).encode(), number) for number in (2**63, 2**64 - 1, -(2**63), 2**53 + 1)),
        *((str(number).encode(), float(number)) for number in (2**64, -(2**64), 10**30, -(2**63) - 1)),
    ],
)
def test_a_number_that_no_output_can_hold_is_null_or_a_float(written: bytes, number: float | None) -> None:
    for beside in (b"5", b"NaN"):
        found = read_envelope(b'{"a":' + written + b',"b":1.5,"c":' + beside + b',"d":"NaN"}', "x")
        assert found == {"a": number, "b": 1.5, "c": 5 if beside == b"5" else None, "d": "NaN"}
        assert type(found["a"]) is type(number)


@pytest.mark.parametrize("cut", [b'{"a":NaN,"b', b'{"a":NaN}{"b":1}', b'{"a":NaN}\n{"b":', b"NaN", b"{'a': NaN}"])
def test_odd_numbers_make_no_cut_answer_whole(cut: bytes) -> None:
    with pytest.raises((Transient, MalformedAnswer)):
        read_envelope(cut, "x")


def test_a_cut_answer_says_where() -> None:
    with pytest.raises(Transient, match=r"x: the answer is cut or is no JSON \(.+ at byte 4\)"):
        read_envelope(b'{"a"', "x")


@pytest.mark.parametrize(
    ("extensions", "unfinished"),
    [
        ([{"is_final": False}], True),
        ([{"is_final": "false"}], True),
        ([{"is_final": 0}], True),
        ([{"is_final": True}], False),
        ([{}], False),
        ([None], False),
        ([5], False),
        ([{"is_final": False}, {"is_final": True}], False),
        ([{"is_final": True}, {"is_final": False}], True),
        ([{"is_final": False}, {}], True),
        ([{"is_final": False}, None], True),
        ([None, {"is_final": False}], True),
        ([5, {"is_final": False}, {"x": 1}], True),
    ],
)
def test_a_stream_is_unfinished_when_its_last_word_says_so(extensions: list[object], unfinished: bool) -> None:
    base, *rows = extensions
    documents = [{"data": {"r": {}}, "extensions": base}]
    documents += [{"path": ["r"], "data": {"x": 1}, "extensions": row} for row in rows]
    envelope = read_envelope(lines(*documents), "x")
    assert is_unfinished(envelope) is unfinished
    assert envelope["data"] == {"r": {"x": 1} if rows else {}}


def test_a_stream_without_a_word_on_its_end_is_finished() -> None:
    envelope = read_envelope(lines({"data": {}}, {"path": ["a"], "data": 1}), "x")
    assert envelope == {"data": {"a": 1}}
    assert not is_unfinished(envelope)


def test_things_are_known_again_by_each_name_of_their_id_however_it_is_written() -> None:
    rows = [
        {"pk": 1},
        {"pk": "2"},
        {"id": "3_7"},
        {"pk_id": 4.0},
        {"strong_id__": "5"},
        {"media": {"pk": 6}},
        {"name": "x"},
    ]
    later = [
        {"pk_id": "1", "n": 1},
        {"id": 2, "n": 2},
        {"pk": 3, "n": 3},
        {"strong_id__": "4", "n": 4},
        {"pk": 5.0, "n": 5},
    ]
    later += [{"media": {"id": "6_1", "n": 6}}, {"name": "x"}, {"pk": True, "n": 8}, {"pk": None, "id": "2", "m": 1}]
    found = read_envelope(lines({"items": rows}, {"items": later}), "x")["items"]
    assert [row.get("n", row.get("media", {}).get("n")) for row in found] == [1, 2, 3, 4, 5, 6, None, None, 8]
    assert found[1]["m"] == 1
    assert len(found) == 9


def test_a_value_of_another_kind_does_not_hide_things_that_are_there() -> None:
    base = {
        "user": {"pk": 1},
        "data": {"root": {"items": [{"media": {"pk": 2}}]}},
        "name": {"a": 1},
        "list": [1],
        "x": [[]],
    }
    for other in (5, "x", True, [], {}):
        later = {"user": other if other != {} else [], "name": other, "list": other, "x": other}
        found = read_envelope(lines(base, {"path": ["root"], "data": other if other != {} else []}, later), "x")
        assert (found["user"], found["data"]) == (base["user"], base["data"])
        assert (found["name"], found["list"]) == ({"a": 1} if other == {} else other, other)
        assert found["x"] == other
    assert read_envelope(lines({"a": [1]}, {"a": None}), "x") == {"a": [1]}
    assert read_envelope(lines({"a": 1}, {"a": 2, "b": None}), "x") == {"a": 2, "b": None}


def test_lists_without_ids_are_replaced_and_others_are_joined() -> None:
    first = {"plain": [1, 2], "mixed": [{"pk": 1}, 5], "empty": [], "things": [{"pk": 1, "a": {"x": 1}}]}
    later = {
        "plain": [3],
        "mixed": [{"pk": 1, "n": 1}, 6],
        "empty": [7],
        "things": [{"pk": 1, "a": {"y": 2}}, {"pk": 2}],
    }
    assert read_envelope(lines(first, later), "x") == {
        "plain": [3],
        "mixed": [{"pk": 1, "n": 1}, 5, 6],
        "empty": [7],
        "things": [{"pk": 1, "a": {"x": 1, "y": 2}}, {"pk": 2}],
    }


def test_a_streamed_row_goes_where_its_path_says_and_nowhere_else() -> None:
    base = {"data": {"root": {"items": [{"pk": 1}, "odd", None], "name": "n", "none": None}}}
    for path, value, wanted in (
        (["root", "items", 1], {"pk": 2}, [{"pk": 1}, {"pk": 2}, None]),
        (["root", "items", 2], {"pk": 3}, [{"pk": 1}, "odd", {"pk": 3}]),
        (["root", "items", 3], {"pk": 4}, [{"pk": 1}, "odd", None, {"pk": 4}]),
        (["root", "items", 0], {"x": 1}, [{"pk": 1, "x": 1}, "odd", None]),
        (["root", "items", 0, "x"], 5, [{"pk": 1, "x": 5}, "odd", None]),
        (["root", "items", 0], None, [{"pk": 1}, "odd", None]),
        (["root", "items"], [{"pk": 8}], [{"pk": 8}]),
        (["root", "items"], [], []),
        (["root", "items"], {"pk": 8}, [{"pk": 1}, "odd", None]),
    ):
        assert read_envelope(lines(base, {"path": path, "data": value}), "x")["data"]["root"]["items"] == wanted
    for path in (
        ["root", "items", 4],
        ["root", "items", -1],
        ["root", "items", 1, "media"],
        ["root", "items", 2, "media"],
        ["root", "name", 0],
        ["root", "name", "x", "y"],
        ["root", "none", "x"],
        ["root", "nothing", 0, "x"],
    ):
        assert read_envelope(lines(base, {"path": path, "data": {"pk": 9}}), "x") == base
    assert read_envelope(lines(base, {"path": ["root", "new"], "data": 9}), "x")["data"]["root"]["new"] == 9
    assert read_envelope(lines(base, {"path": ["1$root(a:$a)", "new"], "data": 9}), "x")["data"]["root"]["new"] == 9
    assert read_envelope(lines({"status": "ok"}, {"path": ["a"], "data": 1}), "x") == {"status": "ok", "data": {"a": 1}}
    assert read_envelope(lines({"data": None}, {"path": ["a"], "data": 1}), "x") == {"data": None}


def test_rows_that_wait_for_many_others_find_their_places_all_the_same() -> None:
    rows = [{"path": ["items", index], "data": {"pk": index + 1}} for index in reversed(range(20))]
    found = read_envelope(lines({"data": {"items": []}}, *rows), "x")["data"]["items"]
    assert [row["pk"] for row in found] == list(range(1, 21))


@pytest.mark.parametrize("row", [[1], "x", 5, None])
def test_a_document_of_a_stream_that_is_no_object_is_named(row: object) -> None:
    with pytest.raises(MalformedAnswer, match="x: document 3: expected an object, got "):
        read_envelope(lines({"a": 1}, {"b": 2}, row), "x")
    with pytest.raises(MalformedAnswer, match="x: answer: expected an object, got "):
        read_envelope(lines(row, {"b": 2}), "x")
