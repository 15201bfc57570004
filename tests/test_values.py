"""A value is taken over if it is one of its kind, however it is written; what no output can hold is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from igcrawl.parsing.values import (
    DEEPEST,
    MOST,
    WrongKind,
    take_count,
    take_decimal,
    take_flag,
    take_id,
    take_label,
    take_media_id,
    take_media_pk,
    take_number,
    take_plain,
    take_reference,
    take_text,
    take_texts,
    take_truth,
)

TAKEN: list[tuple[Callable[[Any], Any], Any, Any]] = [
    (take_id, "25025320", "25025320"),
    (take_id, 25025320, "25025320"),
    (take_id, 25025320.0, "25025320"),
    (take_id, "0", "0"),
    (take_id, 0, "0"),
    (take_id, "007", "7"),
    (take_id, "0" * 19, "0"),
    (take_id, "9" * 18, "9" * 18),
    (take_id, "1" + "0" * 18, "1" + "0" * 18),
    (take_id, str(MOST), str(MOST)),
    (take_id, MOST, str(MOST)),
    (take_id, float(2**53), str(2**53)),
    (take_reference, None, None),
    (take_reference, "", None),
    (take_reference, 5, "5"),
    (take_media_pk, "12_34", "12"),
    (take_media_pk, "12", "12"),
    (take_media_pk, 12.0, "12"),
    (take_media_pk, "12_caption", "12"),
    (take_media_id, "12_34", "12_34"),
    (take_media_id, "012_34", "12_34"),
    (take_media_id, 12, "12"),
    (take_media_id, "", None),
    (take_media_id, None, None),
    (take_label, "a tag", "a tag"),
    (take_label, 7, "7"),
    (take_label, 7.0, "7"),
    (take_label, "", None),
    (take_label, None, None),
    (take_text, "a", "a"),
    (take_text, "", ""),
    (take_text, None, None),
    (take_flag, True, True),
    (take_flag, False, False),
    (take_flag, 1, True),
    (take_flag, 0, False),
    (take_flag, 1.0, True),
    (take_flag, "true", True),
    (take_flag, "False", False),
    (take_flag, "1", True),
    (take_flag, "0", False),
    (take_flag, None, None),
    (take_truth, True, True),
    (take_truth, 0, False),
    (take_number, 1487, 1487),
    (take_number, 1487.0, 1487),
    (take_number, "1487", 1487),
    (take_number, "-1", -1),
    (take_number, -1, -1),
    (take_number, MOST, MOST),
    (take_number, -MOST, -MOST),
    (take_number, str(MOST), MOST),
    (take_number, None, None),
    (take_count, 0, 0),
    (take_count, "7", 7),
    (take_count, None, None),
    (take_decimal, 9.5, 9.5),
    (take_decimal, 9, 9),
    (take_decimal, "9.5", 9.5),
    (take_decimal, "-9", -9.0),
    (take_decimal, 2**64 - 1, float(2**64)),
    (take_decimal, None, None),
    (take_texts, ["a", ""], ["a", ""]),
    (take_texts, [], []),
    (take_texts, None, None),
]
REFUSED: list[tuple[Callable[[Any], Any], tuple[Any, ...], str]] = [
    (
        take_id,
        (
            *("", "abc", "-1", "+1", " 1", "1 ", "1\n", "1_2", "1.0", "1e3", "0x1", "../../accounts/logout/?x=", "1/2"),
            *("\u0661\u0662", "\uff11", "\u00b2", "1" * 20, "0" * 20, None, True, 1.5, [], {}, ["1"], float(2**53) * 2),
            *(float("inf"), float("nan")),
        ),
        "an id",
    ),
    (take_id, (str(MOST + 1), MOST + 1, -1, -1.0, "9" * 19, -MOST), "an id of at most 19 digits"),
    (take_reference, ("a", False, [], 0.5), "an id"),
    (take_media_pk, ("", "_12", "a_1", None, True), "an id"),
    (take_media_id, ("12_", "_12", "12_a", "12_34_56", "highlight:1", True), "an id"),
    (take_label, (True, [], {}, False), "text"),
    (take_text, (5, True, [], {}, 0), "text"),
    (take_flag, (2, -1, 0.5, "yes", "", "no", [], {}), "true or false"),
    (take_truth, (None, "x", 2), "true or false"),
    (
        take_number,
        (1487.5, "1,487", "1.2K", "", "1487.0", True, [], {}, "\u0661", float("nan"), float("inf")),
        "a whole number",
    ),
    (take_number, (MOST + 1, -MOST - 1, 1e30, float(2**63), str(MOST + 1)), "a whole number of 64 bits"),
    (take_count, (-1, "-1"), "a count"),
    (
        take_decimal,
        ("a", "", True, [], {}, float("inf"), float("nan"), "nan", "inf", "1e5", "1.", "\u0661"),
        "a number",
    ),
    (take_texts, ("a", {}, 5, False), "a list"),
    (take_texts, ([1], ["a", None]), "a list of texts"),
]


def case_of(value: Any) -> str:
    return getattr(value, "__name__", None) or ascii(value)[:30]


@pytest.mark.parametrize(("take", "value", "wanted"), TAKEN, ids=case_of)
def test_a_value_of_its_kind_is_taken_however_it_is_written(
    take: Callable[[Any], Any], value: Any, wanted: Any
) -> None:
    taken = take(value)
    assert taken == wanted
    assert type(taken) is type(wanted)


@pytest.mark.parametrize(("take", "values", "expected"), REFUSED, ids=case_of)
def test_a_value_of_another_kind_is_refused_and_said_to_be(
    take: Callable[[Any], Any], values: tuple[Any, ...], expected: str
) -> None:
    for value in values:
        with pytest.raises(WrongKind) as refusal:
            take(value)
        got = next((entry for entry in value if type(entry) is not str), value) if type(value) is list else value
        words = {
            int: "a number",
            float: "a number",
            str: "text",
            bool: "true or false",
            list: "a list",
            dict: "an object",
        }
        named = words.get(type(got if take is take_texts else value), "null")
        assert str(refusal.value) == f"expected {expected}, got {named}", value


def test_what_was_there_instead_is_said_in_words() -> None:
    kinds = {"an object": {}, "a list": [], "true or false": True, "null": None, "a number": 5, "text": "x"}
    for words, value in kinds.items():
        take = take_text if value is not None and type(value) is not str else take_id
        with pytest.raises(WrongKind, match=f", got {words}$"):
            take(value)


def nested(levels: int) -> Any:
    value: Any = 1
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


def test_plain_data_is_taken_as_deep_as_it_can_be_written() -> None:
    deepest = nested(DEEPEST - 1)
    assert take_plain(deepest) is deepest
    with pytest.raises(WrongKind, match="nesting of at most 200 levels"):
        take_plain(nested(DEEPEST))
    wide = [1, {"a": nested(DEEPEST - 2)}]
    with pytest.raises(WrongKind):
        take_plain(wide)
