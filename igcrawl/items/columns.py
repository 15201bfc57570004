"""Columns of records in tables: those of a type are always the same, in the order of its fields."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache
from typing import Any, Final, get_args, get_type_hints

from igcrawl.items.record import Record


class ColumnKind(StrEnum):
    """Kinds of values that a column holds, beside null."""

    TEXT = "text"
    COUNT = "whole number"
    NUMBER = "number"
    FLAG = "true or false"
    TEXTS = "list of texts"
    JSON = "JSON"


#: Every other type of a field is `ColumnKind.JSON`.
_KINDS: Final[dict[Any, ColumnKind]] = {
    str: ColumnKind.TEXT,
    int: ColumnKind.COUNT,
    float: ColumnKind.NUMBER,
    bool: ColumnKind.FLAG,
    list[str]: ColumnKind.TEXTS,
}
#: Names of fields that hold a time: ours as ISO 8601, the server's as seconds since 1970.
_TIME: Final = re.compile(r"(?:^|_)at$|^latest_reel_media$")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Args:
        name: of the field.
        kind: of its values.
        is_time: whether they are times: a text is ISO 8601, a whole number counts seconds since 1970, and 0 is none.
    """

    name: str
    kind: ColumnKind
    is_time: bool = False


def columns_of(kinds: Iterable[type[Record]]) -> list[Column]:
    """Return the columns of a type of record.

    Args:
        kinds: its classes. What a class adds stands after the columns of those before it.
    """
    columns: dict[str, Column] = {}
    # Mypy takes a class to be as unhashable as its instances.
    kind: Any
    for kind in kinds:
        for column in _columns_of_class(kind):
            columns.setdefault(column.name, column)
    return list(columns.values())


@cache
def _columns_of_class(kind: Any) -> tuple[Column, ...]:
    hints = get_type_hints(kind)
    return tuple(_column(field.name, hints[field.name]) for field in fields(kind))


def _column(name: str, hint: Any) -> Column:
    kind = _kind_of(hint)
    return Column(name, kind, kind in {ColumnKind.TEXT, ColumnKind.COUNT} and _TIME.search(name) is not None)


def _kind_of(hint: Any) -> ColumnKind:
    alternatives = [each for each in get_args(hint) if each is not type(None)] if type(None) in get_args(hint) else []
    plain = alternatives[0] if len(alternatives) == 1 else hint
    return _KINDS.get(plain, ColumnKind.JSON)
