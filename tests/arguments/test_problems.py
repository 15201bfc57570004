"""What is refused is refused in our words: no text of the validator's reaches a user, whatever was given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic_core._pydantic_core import list_all_errors
from scrapy.settings import Settings
from scrapy.spiderloader import get_spider_loader

from igcrawl.arguments.describe import describe
from igcrawl.errors import BadInput
from igcrawl.operations.catalogue import OPERATIONS

LOADER = get_spider_loader(Settings({"SPIDER_MODULES": ["spiders"]}))
SPIDERS: dict[str, Any] = {name: LOADER.load(name) for name in LOADER.list()}
#: Kinds of values that people and programs give by mistake; as text, and as JSON has them.
TEXTS = [
    *("", " ", "abc", "-1", "0", "1.5", "1e9", "9" * 400, "1,2,x", ",", "_", "a b", "é", "\x00", "\ud800", "[]", "{}"),
    *('{"a":', '{"a":NaN}', "null", "true", "None", "yes!", "http://", "ftp://a/b", "../x", "{1}", "%s", "x" * 3000),
    '{"a":' * 2000,
]
VALUES: list[Any] = [
    *(*TEXTS, None, True, False, 0, -1, 1.5, float("nan"), 2**70, b"x"),
    *([], [None], [[]], ["x"], {}, {"a": 1}),
]
TEMPLATES = ("message_template_python", "message_template_json", "example_message_python", "example_message_json")


def validators_words() -> list[str]:
    """What pydantic says, from its own list of errors: the longest piece of each that does not depend on the value."""
    said = [error[key] for error in list_all_errors() for key in TEMPLATES if key in error]
    pieces = {max(re.split(r"\{\w+\}", text), key=len).strip() for text in said}
    return sorted(piece for piece in pieces if len(piece) >= 8)


WORDS = [
    *validators_words(),
    *("pydantic", "Value error", "Assertion failed", "Input should", "input_value", "validation error"),
]


def refusals(check: Any, wanted: dict[str, Any], names: list[str], values: list[Any]) -> Iterator[tuple[str, Any, str]]:
    for name in names:
        for value in values:
            try:
                check({**wanted, name: value})
            except BadInput as refused:
                yield name, value, str(refused)


def assert_ours(name: str, value: Any, said: str) -> None:
    # What was given stands in the message, and is not ours to choose.
    own = said.replace(str(value), "…") if str(value).strip() else said
    assert [word for word in WORDS if word.lower() in own.lower()] == [], said
    assert len(said) < 700, said
    assert "\n" not in said
    assert name in said or "give " in said or said.startswith("no operation "), said


def example_of(spider: Any) -> dict[str, str]:
    return dict(re.findall(r"-a (\w+)=('.*?'|\S+)", spider.examples[0]))


def test_the_validator_s_own_words_are_known() -> None:
    assert len(WORDS) > 60
    assert any("should be a valid integer" in word for word in WORDS)
    assert "Field required" in WORDS


@pytest.mark.parametrize("name", SPIDERS)
def test_a_spider_refuses_in_our_words(name: str) -> None:
    spider = SPIDERS[name]
    seen = 0
    for argument, value, said in refusals(spider.check, example_of(spider), list(spider.arguments.model_fields), TEXTS):
        assert_ours(argument, value, said)
        seen += 1
    assert seen > len(TEXTS)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_refuses_in_our_words(name: str) -> None:
    operation = OPERATIONS[name]
    wanted = {key: argument.example for key, argument in operation.arguments.items() if argument.required}
    for argument, value, said in refusals(operation.check, wanted, list(operation.arguments), VALUES):
        assert_ours(argument, value, said)


@pytest.mark.parametrize("name", SPIDERS)
def test_a_missing_target_is_asked_for_by_its_name(name: str) -> None:
    with pytest.raises(BadInput, match=r"^give .*="):
        SPIDERS[name].check({})


def test_where_few_words_are_allowed_they_are_named() -> None:
    named = 0
    for spider in SPIDERS.values():
        for argument in describe(spider.arguments):
            if argument.values and argument.values != ("0", "1"):
                with pytest.raises(BadInput) as refused:
                    spider.check({**example_of(spider), argument.name: "nonsense"})
                assert all(value in str(refused.value) for value in argument.values)
                named += 1
    assert named > 6
