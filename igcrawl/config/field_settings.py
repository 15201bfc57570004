"""The setting IG_FIELDS: what records keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

import orjson

from igcrawl.errors import BadInput
from igcrawl.items import RECORD_TYPES, WalkEnd
from igcrawl.items.field_choice import FieldChoice, FieldSet, fields_of_type
from igcrawl.wording import did_you_mean, near_or_all, nearest

_ALLOWED: Final = '{}, or fields by type of record, such as {{"follow": ["username", "is_private"]}}'.format(
    ", ".join(FieldSet)
)


def read_fields(settings: Mapping[str, Any]) -> FieldChoice:
    """Check the setting.

    Raises:
        BadInput: it is no choice of fields, or an archive would keep what it leaves out.
    """
    choice = _choice(settings.get("IG_FIELDS"))
    if choice.keeps_less_than_standard and settings.get("IG_RAW"):
        what = "a list of fields" if choice.named else choice.fields
        raise BadInput(f"IG_RAW keeps whole answers, so it does not go with IG_FIELDS={what}: give only one of them")
    return choice


def _choice(value: Any) -> FieldChoice:
    if value is None or value == "":
        return FieldChoice()
    given = value
    if isinstance(value, str):
        word = value.strip()
        if word in list(FieldSet):
            return FieldChoice(FieldSet(word))
        try:
            given = orjson.loads(word)
        except orjson.JSONDecodeError:
            given = None
    if not isinstance(given, Mapping) or not given:
        text = value if isinstance(value, str) else repr(value)
        meant = did_you_mean(nearest(text.strip(), FieldSet, most=1))
        raise BadInput(f"IG_FIELDS: expected {_ALLOWED}, got {text[:60]!r}; {meant}".rstrip("; "))
    return FieldChoice(named={type_: _named(type_, names) for type_, names in given.items()})


def _named(type_: Any, names: Any) -> frozenset[str]:
    types = [name for name in RECORD_TYPES if name != WalkEnd.TYPE]
    if type_ == WalkEnd.TYPE:
        raise BadInput(f"IG_FIELDS: walk records are always whole; there are {', '.join(types)}")
    if type_ not in types:
        raise BadInput(f"IG_FIELDS: no type of record {type_!r}; {near_or_all(str(type_), types)}")
    if not isinstance(names, list | tuple):
        raise BadInput(f'IG_FIELDS: {type_}: expected a list of fields, such as ["username"], got {names!r}')
    optional = fields_of_type(type_)
    always = [field.name for field in fields(RECORD_TYPES[type_]) if field.name not in optional]
    for name in names:
        if name not in optional and name not in always:
            raise BadInput(f"IG_FIELDS: {type_} has no field {name!r}; {near_or_all(str(name), optional)}")
    return frozenset(names)
