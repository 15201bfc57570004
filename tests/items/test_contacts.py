"""Contact data is gone from wherever it was hidden, and everything else is as it was."""

from __future__ import annotations

from copy import deepcopy
from time import perf_counter
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from igcrawl.items import Payload, Record
from igcrawl.items.contacts import names_contact, without_contacts
from igcrawl.items.field_choice import FieldChoice, FieldSet
from igcrawl.items.field_rules import text_fields
from tests.items.worlds import (
    BETWEEN,
    CONTACT_KEYS,
    E_MAILS,
    KEYS,
    KINDS,
    PATIENT,
    PHONES,
    PLAIN,
    payloads,
    record_of,
    texts,
)

CHOICES = [FieldChoice(fields) for fields in FieldSet]


@pytest.mark.parametrize("hidden", [*E_MAILS, *PHONES])
@pytest.mark.parametrize("beside", BETWEEN)
def test_contact_data_is_found_beside_signs_and_words_of_other_scripts(hidden: str, beside: str) -> None:
    left = "[e-mail]" if hidden in E_MAILS else "[phone]"
    assert without_contacts(f"write{beside}{hidden}{beside}now") == f"write{beside}{left}{beside}now"


@pytest.mark.parametrize("plain", PLAIN)
def test_what_only_looks_like_it_stays(plain: str) -> None:
    assert without_contacts(plain) == plain


@PATIENT
@given(texts())
def test_text_keeps_all_but_contact_data(pair: tuple[str, str]) -> None:
    text, left = pair
    assert without_contacts(text) == left


@settings(PATIENT, max_examples=100)
@given(payloads())
def test_json_keeps_all_but_contact_data_byte_for_byte(pair: tuple[Any, Any]) -> None:
    data, left = pair
    assert orjson.dumps(without_contacts(deepcopy(data))) == orjson.dumps(left)


@PATIENT
@given(payloads(), st.sampled_from([*CHOICES[1:], FieldChoice(named={"payload": frozenset()})]))
def test_a_payload_loses_contact_data_whatever_is_chosen(pair: tuple[Any, Any], choice: FieldChoice) -> None:
    record = record_of(Payload, data=deepcopy(pair[0]))
    choice.apply([record])
    assert orjson.dumps(record.data) == orjson.dumps(pair[1])


def test_json_inside_a_text_is_cleared_by_its_keys_too() -> None:
    text = orjson.dumps({"phone_number": "0170 123", "by": "joe@example.com", "ok": True}).decode()
    assert without_contacts(text) == '{"by":"[e-mail]","ok":true}'
    assert without_contacts({"extra": text}) == {"extra": '{"by":"[e-mail]","ok":true}'}


def test_keys_of_contact_data_are_told_from_others() -> None:
    assert [key for key in KEYS if names_contact(key)] == []
    assert [key for key in CONTACT_KEYS if not names_contact(key) and without_contacts(key) == key] == []


def test_a_number_under_such_a_key_is_no_flag() -> None:
    assert without_contacts({"phone": 1, "email": 0, "has_phone": False}) == {"has_phone": False}


@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: choice.fields)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@settings(PATIENT, max_examples=10)
@given(pair=texts())
def test_every_text_of_every_record_is_cleared(kind: type[Record], choice: FieldChoice, pair: tuple[str, str]) -> None:
    names = text_fields(kind)
    record = record_of(kind, **dict.fromkeys(names, pair[0]))
    others = {name: value for name, value in vars(record).items() if name not in names}
    choice.apply([record_of(kind), record])
    lost = choice.left_out(kind)
    assert {getattr(record, name) for name in names if name not in lost} <= {pair[1]}
    assert {name: value for name, value in vars(record).items() if name not in names} == {
        name: value for name, value in others.items() if name not in lost
    }


def test_free_text_is_what_people_write() -> None:
    named = {kind.TYPE: set(text_fields(kind)) for kind in KINDS}
    assert {"full_name", "biography", "external_url"} <= named["profile"]
    assert {"caption", "title", "accessibility_caption"} <= named["media"]
    assert named["follow"] == {"full_name"}
    assert named["comment"] == {"text", "full_name"}
    assert {"social_context", "name"} <= named["hit"]


@pytest.mark.parametrize(
    "part",
    ["a.", "a@", "@a", "+1 ", "+1", "%41", "tel:1 ", "@a.a", "a", "@-.", "a@a.", "1+", "+ ", "_", "\\", "[", "{"],
)
def test_no_text_takes_long(part: str) -> None:
    text = f"{part * 20_000}@"
    began = perf_counter()
    without_contacts(text)
    assert perf_counter() - began < 2


def test_json_may_be_deep() -> None:
    data: Any = "joe@example.com"
    for _ in range(5000):
        data = [{"x": data}]
    for choice in (FieldChoice(), FieldChoice(FieldSet.MINIMAL)):
        choice.apply([record_of(Payload, data=data)])
    assert without_contacts("[" * 900 + "]" * 900)
