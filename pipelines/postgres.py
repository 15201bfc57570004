"""Records into Postgres, in the transaction of their page: active when the store is a Postgres database."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final, Self

from psycopg.types.json import Json
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from igcrawl.calling.run_context import RunContext
from igcrawl.items import Page, Record, WalkEnd
from igcrawl.output.sinks import Sinks
from igcrawl.store import is_postgres_url
from igcrawl.store.packed_ids import is_id
from igcrawl.verdict import tells_who_is_gone

from .postgres_rows import Row, Staged, fitting, number_of, passes, payload_of, rows_of, to_json
from .postgres_sql import ADD_COMPLETE_LIST, COPY_PAYLOADS, MARK_GONE, WALKS, upsert, upsert_users
from .postgres_tables import TABLES

logger = logging.getLogger(__name__)

_DIRECTIONS: Final = tuple(table.direction for table in TABLES if table.direction)


class PostgresPipeline:
    """Collects the records of pages; the crawl's commit has it write them, see `igcrawl.output.sinks.TableSink`."""

    def __init__(self, sinks: Sinks) -> None:
        self._sinks = sinks
        #: The tables that this run has written so far.
        self.names: set[str] = set()
        self._collected: list[Record] = []
        self._writing: list[Record] = []
        self._said = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build it for a crawl.

        Raises:
            NotConfigured: the store is no Postgres database.
        """
        if not is_postgres_url(crawler.settings.get("IG_STORE") or ""):
            raise NotConfigured
        return cls(RunContext.of(crawler).sinks)

    def open_spider(self) -> None:
        """Join the crawl's commits."""
        self._sinks.tables.append(self)

    def process_item(self, item: Any) -> Any:
        """Collect a page's records, or one record; other items are other pipelines' matter."""
        if isinstance(item, Page):
            self._collected += item.records
        elif isinstance(item, Record):
            self._collected.append(item)
        return item

    async def write(self, cursor: Any, walks: Mapping[str, int]) -> None:
        """Write the collected records, and who is gone, see `igcrawl.output.sinks.TableSink.write`.

        What comes in the meantime waits for the next commit; what a commit did not make durable is written again.

        Raises:
            StoreError: an edge's walk has no number.
        """
        self._writing += self._collected
        self._collected = []
        if not self._writing:
            return
        by_type: defaultdict[str, list[Any]] = defaultdict(list)
        for record in self._writing:
            by_type[record.type].append(record)
        ends = by_type.pop(WalkEnd.TYPE, [])
        staged, payloads = self._sort(by_type)
        if staged:
            await _upsert(cursor, staged, walks)
            self.names |= {table.told for table in staged} | {"users" for table in staged if table.account}
        if payloads:
            self.names.add("payloads")
            await _append(cursor, payloads)
        for end in ends:
            await _mark_gone(cursor, end, walks)

    def forget(self) -> None:
        """Forget what was written: it is committed."""
        self._writing = []

    def _sort(self, by_type: dict[str, list[Any]]) -> tuple[Staged, list[Row]]:
        """Return the records of each table, and the rows of those that have none."""
        staged: Staged = {}
        misfits: list[Any] = []
        for table in TABLES:
            records = by_type.pop(table.record.TYPE, [])
            if table.direction is not None:
                by_type[table.record.TYPE] = [record for record in records if record.direction != table.direction]
                records = [record for record in records if record.direction == table.direction]
            fits, odd = fitting(table, records)
            if fits:
                staged[table] = fits
            misfits += odd
        if misfits and not self._said:
            self._said = True
            logger.warning(
                "a %s has an id or a count that is no 64-bit number; such records go to the table payloads",
                misfits[0].type,
            )
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
    await cursor.execute(MARK_GONE, this_list)
