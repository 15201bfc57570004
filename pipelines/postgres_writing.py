"""Writes the records of a commit into Postgres."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from psycopg.types.json import Json

from igcrawl.items import Record, WalkEnd
from igcrawl.store.packed_ids import is_id
from igcrawl.verdict import tells_who_is_gone

from .postgres_rows import Row, Staged, fitting, number_of, passes, payload_of, rows_of, to_json
from .postgres_sql import (
    ADD_COMPLETE_LIST,
    AS_USUAL,
    BLOCK_BY_BLOCK,
    COPY_PAYLOADS,
    MARK_GONE,
    WALKS,
    upsert,
    upsert_users,
)
from .postgres_tables import TABLES

_DIRECTIONS: Final = tuple(table.direction for table in TABLES if table.direction)


@dataclass
class Written:
    """A commit's records, as far as they are told of.

    Args:
        names: of the tables that hold them.
        misfits: records that have no place in the table of their type; they are payloads.
    """

    names: set[str] = field(default_factory=set)
    misfits: list[Any] = field(default_factory=list)


async def write_records(cursor: Any, records: Iterable[Record], walks: Mapping[str, int]) -> Written:
    """Write records, and who is gone, in the cursor's transaction; see `igcrawl.output.sinks.TableSink.write`.

    Raises:
        StoreError: an edge's walk has no number.
    """
    written = Written()
    by_type: defaultdict[str, list[Any]] = defaultdict(list)
    for record in records:
        by_type[record.type].append(record)
    ends = by_type.pop(WalkEnd.TYPE, [])
    staged, payloads = _sort(by_type, written.misfits)
    if staged:
        await _upsert(cursor, staged, walks)
        written.names |= {table.told for table in staged} | {"users" for table in staged if table.account}
    if payloads:
        written.names.add("payloads")
        await _append(cursor, payloads)
    for end in ends:
        await _mark_gone(cursor, end, walks)
    return written


def _sort(by_type: dict[str, list[Any]], misfits: list[Any]) -> tuple[Staged, list[Row]]:
    """Return the records of each table, and the rows of those that have none."""
    staged: Staged = {}
    for table in TABLES:
        records = by_type.pop(table.record.TYPE, [])
        if table.direction is not None:
            by_type[table.record.TYPE] = [record for record in records if record.direction != table.direction]
            records = [record for record in records if record.direction == table.direction]
        fits, odd = fitting(table, records)
        if fits:
            staged[table] = fits
        misfits += odd
    others = [record for records in by_type.values() for record in records]
    return staged, list(map(payload_of, misfits + others))


async def _upsert(cursor: Any, staged: Staged, walks: Mapping[str, int]) -> None:
    edges = {record.walk for table, records in staged.items() if table.direction for record in records}
    numbers = to_json({walk: number_of(walk, walks) for walk in edges})
    for page in passes(staged):
        parameters = {table.name: _json(rows_of(records)) for table, records in page.items()}
        parameters[WALKS] = _json(numbers)
        accounts = tuple(table for table in page if table.account)
        if accounts:
            await cursor.execute(upsert_users(accounts), parameters)
        for table in page:
            await cursor.execute(upsert(table), parameters)


def _json(data: bytes) -> Json:
    """Return JSON as a parameter."""
    return Json(data, bytes)


async def _append(cursor: Any, payloads: list[Row]) -> None:
    async with cursor.copy(COPY_PAYLOADS) as copy:
        for row in payloads:
            await copy.write_row(row)


async def _mark_gone(cursor: Any, end: WalkEnd, walks: Mapping[str, int]) -> None:
    direction = next((name for name in _DIRECTIONS if end.operation.startswith(name)), None)
    if direction is None or not tells_who_is_gone(end.verdict, end.records, end.expected):
        return
    if not is_id(end.target):
        return
    this_list = {
        "owner_pk": int(end.target),
        "direction": direction,
        "walk": number_of(end.walk, walks),
        "ended_at": end.ended_at,
    }
    await cursor.execute(ADD_COMPLETE_LIST, this_list)
    await cursor.execute(BLOCK_BY_BLOCK)
    await cursor.execute(MARK_GONE, this_list)
    await cursor.execute(AS_USUAL)
