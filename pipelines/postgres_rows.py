"""Records as rows for Postgres, a column at a time: what is checked and turned is whole columns, at C's speed.

Postgres refuses what JSON allows, NUL and lone surrogates in text and numbers of more than 64 bits. A crawl goes on:
such characters are replaced by U+FFFD, and a record with such a number has no row; it is kept as a payload.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from operator import attrgetter, itemgetter
from types import NoneType
from typing import Any, Final, TypeAlias

import orjson

from igcrawl.errors import StoreError
from igcrawl.items import Record

from .postgres_tables import HITS, MEDIA, PAYLOAD_COLUMNS, WALK, Column, Table

Row: TypeAlias = tuple[Any, ...]
Staged: TypeAlias = dict[Table, list[Row]]
_Convert: TypeAlias = Callable[[Sequence[Any]], Sequence[Any]]

_MOST: Final = (1 << 63) - 1
_UNKNOWN: Final = "\ufffd"
#: What a conversion raises when a value has no place in its column.
_MISFITS: Final = (ValueError, TypeError, OverflowError)


def rows_of(table: Table, records: Sequence[Record], walks: Mapping[str, int]) -> tuple[list[Row], list[Record]]:
    """Return the rows of a table for records of its type, and the records that do not fit it.

    Args:
        table: of their type.
        records: all of one type.
        walks: the store's number of each walk, by its operation and target.

    Raises:
        StoreError: the table tells which walks saw its rows, and there is no number for one.
    """
    try:
        return _convert(table, records, walks), []
    except _MISFITS:
        rows, misfits = [], []
        for record in records:
            try:
                rows += _convert(table, [record], walks)
            except _MISFITS:
                misfits.append(record)
        return rows, misfits


def payload_of(record: Record) -> Row:
    """Return a record as a row of `payloads`."""
    # What IG_FIELDS leaves out is not among them.
    data = dict(vars(record))
    *first, _ = (column.name for column in PAYLOAD_COLUMNS)
    return (*(clean(str(data.pop(name))) for name in first), to_json(data))


def passes(staged: Staged) -> Iterator[Staged]:
    """Split staged rows so that no statement meets a row twice, which `ON CONFLICT` refuses; mostly into one pass.

    The second pass holds what comes a second time, and so on: the outcome is that of one page after the other, and only
    rows that the first pass has locked are touched again.
    """
    while staged:
        keys = {table: list(map(_key_of(table), rows)) for table, rows in staged.items()}
        if len({key for column in keys.values() for key in column}) == sum(map(len, keys.values())):
            yield staged
            return
        now: Staged = {}
        later: Staged = {}
        taken: set[Any] = set()
        for table, rows in staged.items():
            for key, row in zip(keys[table], rows, strict=True):
                (later if key in taken else now).setdefault(table, []).append(row)
                taken.add(key)
        yield now
        staged = later


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


def to_json(value: Any) -> str:
    """Return JSON as Postgres takes it."""
    try:
        text = orjson.dumps(value).decode()
    except TypeError:
        # It holds a lone surrogate, or a number of more than 64 bits, which is none for orjson.
        return json.dumps(_cleaned(value), default=str)
    return orjson.dumps(_cleaned(value)).decode() if "\\u0000" in text else text


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list | tuple):
        return [_cleaned(entry) for entry in value]
    if isinstance(value, dict):
        return {clean(str(key)): _cleaned(entry) for key, entry in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _convert(table: Table, records: Sequence[Record], walks: Mapping[str, int]) -> list[Row]:
    if not records:
        return []
    take, converters = _plan(table)
    columns: list[Sequence[Any]] = list(zip(*map(take, records), strict=True))
    if table.by_walk:
        place = table.staged.index(WALK)
        columns[place] = [number_of(walk, walks) for walk in columns[place]]
    return list(zip(*[convert(column) for convert, column in zip(converters, columns, strict=True)], strict=True))


@cache
def _plan(table: Table) -> tuple[Callable[[Any], Row], tuple[_Convert, ...]]:
    return attrgetter(*(column.name for column in table.staged)), tuple(map(_converter, table.staged))


def _converter(column: Column) -> _Convert:
    if column.type == "bigint":
        is_id = column.name == "pk" or column.name.endswith("_pk")
        if is_id:
            return _ids if column.required else _optional_ids
        return _numbers
    by_type = {"text": _texts, "timestamptz": _texts, "boolean": _flags, "double precision": _decimals, "jsonb": _jsons}
    convert = by_type[column.type]

    def convert_required(values: Sequence[Any]) -> Sequence[Any]:
        if None in values:
            raise ValueError(column.name)
        return convert(values)

    return convert_required if column.required else convert


def _ids(values: Sequence[Any]) -> Sequence[Any]:
    digits = "".join(values)
    if not (digits.isascii() and digits.isdecimal()):
        raise ValueError("an id is no number")
    return _in_range(list(map(int, values)))


def _optional_ids(values: Sequence[Any]) -> Sequence[Any]:
    known = _ids([value for value in values if value is not None] or ["0"])
    numbers = iter(known)
    return [None if value is None else next(numbers) for value in values]


def _numbers(values: Sequence[Any]) -> Sequence[Any]:
    _expect(values, {int, NoneType})
    _in_range([value for value in values if value is not None])
    return values


def _in_range(numbers: Sequence[int]) -> Sequence[int]:
    if numbers and (max(numbers) > _MOST or min(numbers) < -_MOST):
        raise OverflowError("a number has more than 64 bits")
    return numbers


def _flags(values: Sequence[Any]) -> Sequence[Any]:
    _expect(values, {bool, NoneType})
    return values


def _decimals(values: Sequence[Any]) -> Sequence[Any]:
    _expect(values, {int, float, NoneType})
    return [None if value is None else float(value) for value in values]


def _texts(values: Sequence[Any]) -> Sequence[Any]:
    together = "".join(filter(None, values))
    if "\0" not in together:
        try:
            together.encode()
        except UnicodeEncodeError:
            pass
        else:
            return values
    return [None if value is None else clean(value) for value in values]


def _jsons(values: Sequence[Any]) -> Sequence[Any]:
    return [None if value is None else to_json(value) for value in values]


def _expect(values: Sequence[Any], types: set[type]) -> None:
    if not set(map(type, values)) <= types:
        raise TypeError("a value is of another kind")


@cache
def _key_of(table: Table) -> Callable[[Row], Any]:
    """Return the key of a row within a pass: its account, since an account must not reach `users` twice."""
    at = {column.name: place for place, column in enumerate(table.staged)}
    pk = itemgetter(at["pk"])
    if table is MEDIA:
        return lambda row: (table.name, pk(row))
    if table is not HITS:
        return pk
    query, tab, kind = (itemgetter(at[name]) for name in ("query", "tab", "kind"))
    things = itemgetter(*(at[name] for name in ("pk", "id", "name", "code")))

    def key_of_hit(row: Row) -> Any:
        if kind(row) == "user" and pk(row) is not None:
            return pk(row)
        thing = next((str(value) for value in things(row) if value is not None), "")
        return query(row), tab(row), kind(row), thing

    return key_of_hit
