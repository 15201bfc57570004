"""The reader of comments, which come by the ids of their media."""

from __future__ import annotations

from typing import Any

import pytest

from igcrawl.errors import MalformedAnswer
from igcrawl.items import Comment
from tests.parsing.samples import read


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
