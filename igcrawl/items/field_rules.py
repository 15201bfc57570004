"""Rules about the fields of records, by their names and types: new fields and new records need no list of names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from functools import cache, lru_cache
from types import MappingProxyType, NoneType
from typing import Any, Final, get_args, get_origin, get_type_hints

from igcrawl.items.record import Record

_IDENTITY: Final = re.compile(r"(?:^|_)(?:pks?|ids?|fbid|igid|usernames?|fbid_v2)$|^(?:short)?code$")
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
#: In the name of each field that holds the URL of an account's picture.
_PICTURE: Final = "profile_pic"


@lru_cache(4096)
def names_identity(key: str) -> bool:
    """Return whether a field or a key of JSON is named like an id or a username: ``owner_pk``, ``strong_id__``."""
    return _IDENTITY.search(_HUMP.sub("_", key).lower().strip("_")) is not None


def is_picture(name: str) -> bool:
    """Return whether a field holds the URL of an account's picture."""
    return _PICTURE in name


def own_fields(kind: type[Record]) -> tuple[Field[Any], ...]:
    """Return the fields of a type of record behind those that every record has, in their order."""
    return fields(kind)[len(fields(Record)) :]


def optional_fields(kind: type[Record]) -> dict[str, frozenset[Any]]:
    """Return the fields that a record may lack, with the types that they may have.

    Those are the fields whose default is None, but for the ones that tell a record from others.
    """
    types = _types_of_fields(kind)
    return {
        field.name: types[field.name]
        for field in fields(kind)
        if field.default is None and field.default_factory is MISSING and field.name not in kind.KEY
    }


def text_fields(kind: type[Record]) -> tuple[str, ...]:
    """Return the fields in which people write text, in their order."""
    return _of_people(kind, frozenset({str}))


def nested_fields(kind: type[Record]) -> tuple[str, ...]:
    """Return the fields that hold lists or JSON, in their order."""
    return _of_people(kind, frozenset({list, dict, Any}))


def _of_people(kind: type[Record], wanted: frozenset[Any]) -> tuple[str, ...]:
    types_of = _types_of_fields(kind)
    return tuple(
        field.name
        for field in own_fields(kind)
        if (types := types_of[field.name]) & wanted
        # What is required and text is the operator's own, or a word of ours.
        and (field.default is not MISSING or str not in types)
        and not names_identity(field.name)
        and not is_picture(field.name)
    )


def _types_of_fields(kind: Any) -> Mapping[str, frozenset[Any]]:
    # Mypy takes a class to be as unhashable as its instances.
    return _read_types(kind)


@cache
def _read_types(kind: Any) -> Mapping[str, frozenset[Any]]:
    """Return the types of a class's fields: to read them takes longer than to read a page of its records."""
    return MappingProxyType({name: _types(hint) for name, hint in get_type_hints(kind).items()})


def _types(hint: Any) -> frozenset[Any]:
    parts = get_args(hint) if NoneType in get_args(hint) else (hint,)
    return frozenset(get_origin(part) or part for part in parts if part is not NoneType)
