"""Records keep what was chosen, and nothing else is in them."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import fields
from typing import Any

import orjson
import pytest
from hypothesis import given

from igcrawl.config.field_settings import read_fields
from igcrawl.crawl.walk import _as_new
from igcrawl.errors import BadInput
from igcrawl.items import Comment, Follow, NewFollow, Payload, Profile, Record, WalkEnd
from igcrawl.items.field_choice import FieldChoice, FieldSet
from igcrawl.items.field_rules import names_identity
from igcrawl.output.json_lines import to_lines
from tests.items.worlds import KINDS, PATIENT, payloads, record_of, required

MINIMAL, STANDARD, ALL = (FieldChoice(fields) for fields in FieldSet)


def kept(kind: type[Record], choice: FieldChoice) -> list[str]:
    """The keys of a record's line."""
    record = record_of(kind)
    choice.apply([record])
    left_out = [field.name for field in fields(kind) if field.name not in vars(record)]
    assert [getattr(record, name) for name in left_out] == [None] * len(left_out)
    (line,) = to_lines([record]).splitlines()
    assert list(orjson.loads(line)) == list(vars(record))
    return list(vars(record))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_all_keeps_every_field(kind: type[Record]) -> None:
    assert kept(kind, ALL) == [field.name for field in fields(kind)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_standard_keeps_every_field_but_the_pictures_of_listed_accounts(kind: type[Record]) -> None:
    gone = set() if kind is Profile else {"profile_pic_url", "hd_profile_pic_url"}
    assert kept(kind, STANDARD) == [field.name for field in fields(kind) if field.name not in gone]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_minimal_keeps_ids_usernames_flags_and_counts(kind: type[Record]) -> None:
    record = record_of(kind)
    names = set(kept(kind, MINIMAL))
    assert required(kind) <= names
    assert {name for name, value in vars(record).items() if isinstance(value, bool | int)} <= names
    rest = names - required(kind)
    assert {name for name in rest if isinstance(getattr(record, name), str)} <= {
        *("username", "owner_username", "artist_username", "pk", "id", "code", "latest_reel_media", "cluster_id"),
        *("owner_pk", "user_pk", "parent_pk", "artist_pk", "location_pk"),
    }
    assert not any(isinstance(getattr(record, name), float | list) for name in rest)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_list_keeps_what_it_names_and_what_makes_a_record(kind: type[Record]) -> None:
    for name in (field.name for field in fields(kind)):
        choice = FieldChoice(named={kind.TYPE: frozenset({name})})
        always = required(kind) | ({"new"} if kind is NewFollow else set())
        assert set(kept(kind, choice)) == always | {name}


def test_types_that_a_list_does_not_name_are_as_in_standard() -> None:
    choice = FieldChoice(named={"follow": frozenset()})
    assert kept(Comment, choice) == kept(Comment, STANDARD)


def test_a_walk_record_is_always_whole() -> None:
    for choice in (MINIMAL, FieldChoice(named={"follow": frozenset()})):
        assert set(kept(WalkEnd, choice)) == {field.name for field in fields(WalkEnd)}
        assert choice.left_out(WalkEnd) == ()
        end = record_of(WalkEnd, reason="joe@example.com")
        choice.apply([end])
        assert end.reason == "joe@example.com"


def test_an_edge_that_an_update_finds_lacks_what_its_record_lacks() -> None:
    record = record_of(Follow)
    STANDARD.apply([record])
    new = _as_new(record)
    assert type(new) is NewFollow
    assert list(vars(new)) == [*vars(record), "new"]


def test_a_record_may_be_given_twice_and_kinds_may_be_mixed() -> None:
    records = [record_of(kind) for kind in KINDS]
    STANDARD.apply(records)
    once = deepcopy(records)
    again = record_of(Follow)
    STANDARD.apply([*records, again])
    assert "profile_pic_url" not in vars(again)
    assert [vars(record) for record in records] == [vars(record) for record in once]


def is_minimal(value: Any, named: bool = False) -> bool:
    if isinstance(value, dict):
        return all(is_minimal(entry, names_identity(key)) for key, entry in value.items())
    if isinstance(value, list):
        return all(is_minimal(entry, named) for entry in value)
    return isinstance(value, bool | int) or (named and isinstance(value, str | None))


@PATIENT
@given(payloads())
def test_minimal_cuts_a_payload_at_every_depth(pair: tuple[Any, Any]) -> None:
    record = record_of(Payload, data=deepcopy(pair[0]))
    MINIMAL.apply([record])
    assert record.data is None or is_minimal(record.data)


def test_minimal_keeps_the_ids_and_counts_of_a_payload() -> None:
    data = {"user": {"pk": "1", "strong_id__": "1", "full_name": "Joe", "followers": 3, "ok": False, "userId": "2"}}
    data["users"] = {"ids": ["1", "2"], "names": ["Joe"], "ratio": 1.5, "username": None, "code": "C1"}
    record = record_of(Payload, data=data)
    MINIMAL.apply([record])
    assert record.data == {
        "user": {"pk": "1", "strong_id__": "1", "followers": 3, "ok": False, "userId": "2"},
        "users": {"ids": ["1", "2"], "names": [], "username": None, "code": "C1"},
    }


@pytest.mark.parametrize("given", ["minimal", "standard", "all"])
def test_a_word_is_a_choice(given: str) -> None:
    assert read_fields({"IG_FIELDS": given}) == FieldChoice(FieldSet(given))


@pytest.mark.parametrize("given", [{"follow": ["username"]}, '{"follow": ["username"]}', {"follow": ("username",)}])
def test_fields_by_type_are_a_choice_in_python_and_as_json(given: Any) -> None:
    assert read_fields({"IG_FIELDS": given}).named == {"follow": {"username"}}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("standart", "IG_FIELDS: expected minimal, standard, all, or fields by type"),
        ("standart", "did you mean standard?"),
        ('["username"]', "IG_FIELDS: expected minimal"),
        ("{}", "IG_FIELDS: expected minimal"),
        (7, "IG_FIELDS: expected minimal"),
        ('{"folow": []}', "IG_FIELDS: no type of record 'folow'; did you mean follow"),
        ('{"xyz": []}', "IG_FIELDS: no type of record 'xyz'; there are profile, follow, "),
        ('{"walk": []}', "IG_FIELDS: walk records are always whole"),
        ('{"follow": ["usrname"]}', "IG_FIELDS: follow has no field 'usrname'; did you mean username"),
        ('{"follow": [1]}', "IG_FIELDS: follow has no field 1; there are username, "),
        ('{"follow": [["a"]]}', "IG_FIELDS: follow has no field ['a']; "),
        ('{"follow": "username"}', "IG_FIELDS: follow: expected a list of fields"),
        ({7: []}, "IG_FIELDS: no type of record 7"),
    ],
)
def test_what_is_no_choice_is_refused_in_one_line(given: Any, problem: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_fields({"IG_FIELDS": given})
    assert problem in str(refused.value)


@pytest.mark.parametrize("given", ["minimal", '{"follow": ["username"]}'])
def test_an_archive_is_refused_where_less_is_to_be_kept(given: str) -> None:
    with pytest.raises(BadInput, match="IG_RAW keeps whole answers"):
        read_fields({"IG_FIELDS": given, "IG_RAW": "x.jsonl.zst"})


@pytest.mark.parametrize("given", ["standard", "all"])
def test_an_archive_goes_with_the_other_choices(given: str) -> None:
    assert read_fields({"IG_FIELDS": given, "IG_RAW": "x.jsonl.zst"}).fields == given
