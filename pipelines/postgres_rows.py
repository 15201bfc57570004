"""Records as rows for Postgres: what a table takes is checked a column at a time, at C's speed, and sent as JSON.

Postgres refuses what JSON allows, NUL and lone surrogates in text and numbers of more than 64 bits. A crawl goes on:
such characters are replaced by U+FFFD, and a record with such a number has no row; it is kept as a payload.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from operator import attrgetter
from types import NoneType
from typing import Any, Final, TypeAlias

import orjson

from igcrawl.errors import StoreError
from igcrawl.items import Record

from .postgres_tables import HITS, MEDIA, PAYLOAD_COLUMNS, PostgresColumn, PostgresTable

Row: TypeAlias = tuple[Any, ...]
Staged: TypeAlias = dict[PostgresTable, list[Record]]
_Check: TypeAlias = Callable[[Sequence[Any]], None]

_MOST: Final = (1 << 63) - 1
#: Digits of that.
_LONGEST: Final = 19
_UNKNOWN: Final = "\ufffd"
#: Raised when a value has no place in its column.
_MISFITS: Final = (ValueError, TypeError, OverflowError)


def fitting(table: PostgresTable, records: list[Record]) -> tuple[list[Record], list[Record]]:
    """Return the records that fit a table, and those that do not.

    Args:
        table: of their type.
        records: all of one type.
    """
    try:
        _check(table, records)
    except _MISFITS:
        fits, misfits = [], []
        for record in records:
            try:
                _check(table, [record])
            except _MISFITS:
                misfits.append(record)
            else:
                fits.append(record)
        return fits, misfits
    return records, []


def payload_of(record: Record) -> Row:
    """Return a record as a row of `payloads`."""
    # What IG_FIELDS leaves out is not among them.
    data = dict(vars(record))
    *first, _ = (column.name for column in PAYLOAD_COLUMNS)
    return (*(clean(str(data.pop(name))) for name in first), to_json(data).decode())


def passes(staged: Staged) -> Iterator[Staged]:
    """Split rows so that no statement meets a row twice, which `ON CONFLICT` refuses; mostly into one pass.

    The second pass holds what comes a second time, and so on: the outcome is that of one page after the other, and only
    rows that the first pass has locked are touched again.
    """
    while staged:
        keys = {table: _keys(table, records) for table, records in staged.items()}
        if len({key for column in keys.values() for key in column}) == sum(map(len, keys.values())):
            yield staged
            return
        now: Staged = {}
        later: Staged = {}
        taken: set[Any] = set()
        for table, records in staged.items():
            for key, record in zip(keys[table], records, strict=True):
                (later if key in taken else now).setdefault(table, []).append(record)
                taken.add(key)
        yield now
        staged = later


def rows_of(records: Sequence[Record]) -> bytes:
    """Return records as one JSON text, from which the server takes the columns that it needs."""
    return to_json([vars(record) for record in records])


def number_of(walk: str, walks: Mapping[str, int]) -> int:
    """Return the store's number of a walk.

    Raises:
        StoreError: it is not known.
    """
    try:
        return walks[walk]
    except KeyError:
        raise StoreError(f"the Postgres store: {walk}: the number of the walk is not known") from None


def clean(text: str) -> str:
    """Return a text as Postgres takes it."""
    return text.replace("\0", _UNKNOWN).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def to_json(value: Any) -> bytes:
    """Return JSON as Postgres takes it."""
    try:
        data = orjson.dumps(value)
    except TypeError:
        # It holds a lone surrogate, or a number of more than 64 bits, which is none for orjson.
        return json.dumps(_cleaned(value), default=str).encode()
    return orjson.dumps(_cleaned(value)) if b"\\u0000" in data else data


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list | tuple):
        return [_cleaned(entry) for entry in value]
    if isinstance(value, dict):
        return {clean(str(key)): _cleaned(entry) for key, entry in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _check(table: PostgresTable, records: Sequence[Record]) -> None:
    """Raise one of `_MISFITS` when a value has no place in its column."""
    for take, check in _plan(table):
        check(list(map(take, records)))


@cache
def _plan(table: PostgresTable) -> list[tuple[Callable[[Any], Any], _Check]]:
    checks = {column.name: _check_of(column) for column in table.columns}
    return [(attrgetter(name), check) for name, check in checks.items() if check is not None]


def _check_of(column: PostgresColumn) -> _Check | None:
    """Return what checks a column's values; None for JSON, which may be anything."""
    if column.name == "pk" or column.name.endswith("_pk"):
        return _check_ids if column.required else _check_optional_ids
    check = {"bigint": _check_numbers, "boolean": _check_flags, "double precision": _check_decimals}.get(column.type)
    if check is None:
        check = None if column.type == "jsonb" else _check_texts
    if not column.required or check is None:
        return check

    def check_required(values: Sequence[Any]) -> None:
        if None in values:
            raise ValueError(column.name)
        check(values)

    return check_required


def _check_ids(values: Sequence[Any]) -> None:
    if not values:
        return
    digits = "".join(values)
    if not (digits.isascii() and digits.isdecimal()) or "" in values:
        raise ValueError("an id is no number")
    # Mostly none is so long that it could have more than 64 bits.
    if len(max(values, key=len)) >= _LONGEST:
        _check_range(list(map(int, values)))


def _check_optional_ids(values: Sequence[Any]) -> None:
    _check_ids([value for value in values if value is not None] or ["0"])


def _check_numbers(values: Sequence[Any]) -> None:
    _expect(values, {int, NoneType})
    _check_range([value for value in values if value is not None])


def _check_range(numbers: Sequence[int]) -> None:
    if numbers and (max(numbers) > _MOST or min(numbers) < -_MOST):
        raise OverflowError("a number has more than 64 bits")


def _check_flags(values: Sequence[Any]) -> None:
    _expect(values, {bool, NoneType})


def _check_decimals(values: Sequence[Any]) -> None:
    _expect(values, {int, float, NoneType})


def _check_texts(values: Sequence[Any]) -> None:
    _expect(values, {str, NoneType})


def _expect(values: Sequence[Any], types: set[type]) -> None:
    if not set(map(type, values)) <= types:
        raise TypeError("a value is of another kind")


def _keys(table: PostgresTable, records: Sequence[Record]) -> list[Any]:
    """Return the key of each record within a pass: its account, since an account must not reach `users` twice."""
    if table is HITS:
        return list(map(_key_of_hit, records))
    # An id may begin with zeros.
    pks = map(int, map(attrgetter("pk"), records))
    return [(table.name, pk) for pk in pks] if table is MEDIA else list(pks)


def _key_of_hit(hit: Any) -> Any:
    if hit.kind == "user" and hit.pk is not None:
        return int(hit.pk)
    # As the column `thing` is derived.
    thing = next((clean(str(each)) for each in (hit.pk, hit.id, hit.name, hit.code) if each is not None), "")
    return clean(hit.query), clean(hit.tab), clean(hit.kind), thing
