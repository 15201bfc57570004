"""Records into Postgres, in the transaction of their page: active when the store is a Postgres database."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final, Self
from weakref import WeakSet

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from igcrawl.calling.run_context import RunContext
from igcrawl.items import Page, Record, WalkEnd
from igcrawl.output.sinks import Sinks
from igcrawl.store import is_postgres_url
from igcrawl.store.packed_ids import is_id
from igcrawl.verdict import tells_who_is_gone

from .postgres_rows import Row, Staged, number_of, passes, payload_of, rows_of
from .postgres_sql import (
    ADD_COMPLETE_LIST,
    COPY_PAYLOADS,
    CREATE_STAGES,
    MARK_GONE,
    copy_into,
    truncate,
    upsert,
    upsert_users,
)
from .postgres_tables import TABLES, Table

logger = logging.getLogger(__name__)

#: The names that psycopg has for Postgres's types.
_COPIED: Final = {"bigint": "int8", "boolean": "bool", "double precision": "float8", "text": "text"}
_DIRECTIONS: Final = ("followers", "following")


class PostgresPipeline:
    """Collects the records of pages; the crawl's commit has it write them, see `igcrawl.output.sinks.TableSink`."""

    def __init__(self, sinks: Sinks) -> None:
        self._sinks = sinks
        #: The tables that this run has written so far.
        self.names: set[str] = set()
        self._collected: list[Record] = []
        self._writing: list[Record] = []
        self._connection: Any = None
        self._prepared: WeakSet[Any] = WeakSet()
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
        staged, payloads = self._sort(by_type, walks)
        if staged:
            await self._create_stages(cursor)
            await _upsert(cursor, staged)
            self.names |= {table.name for table in staged} | {"users" for table in staged if table.account}
        if payloads:
            self.names.add("payloads")
            await _append(cursor, payloads)
        for end in ends:
            await _mark_gone(cursor, end, walks)

    def forget(self) -> None:
        """Forget what was written: it is committed, and so are the temporary tables."""
        self._writing = []
        if self._connection is not None:
            self._prepared.add(self._connection)

    def _sort(self, by_type: dict[str, list[Any]], walks: Mapping[str, int]) -> tuple[Staged, list[Row]]:
        """Return the rows of each table, and those of records that have none."""
        staged: Staged = {}
        misfits: list[Any] = []
        for table in TABLES:
            rows, odd = rows_of(table, by_type.pop(table.record.TYPE, []), walks)
            if rows:
                staged[table] = rows
            misfits += odd
        if misfits and not self._said:
            self._said = True
            logger.warning(
                "a %s has an id or a count that is no 64-bit number; such records go to the table payloads",
                misfits[0].type,
            )
        others = [record for records in by_type.values() for record in records]
        return staged, list(map(payload_of, misfits + others))

    async def _create_stages(self, cursor: Any) -> None:
        """A connection that has come back has none, nor has one whose first page was rolled back."""
        self._connection = cursor.connection
        if self._connection not in self._prepared:
            await cursor.execute("SET LOCAL client_min_messages = warning")
            await cursor.execute(CREATE_STAGES)


async def _upsert(cursor: Any, staged: Staged) -> None:
    before: Staged = {}
    for page in passes(staged):
        if before:
            await cursor.execute(truncate(before))
        for table, rows in page.items():
            await _copy(cursor, table, rows)
        accounts = tuple(table for table in page if table.account)
        if accounts:
            await cursor.execute(upsert_users(accounts))
        for table in page:
            await cursor.execute(upsert(table))
        before = page


async def _copy(cursor: Any, table: Table, rows: list[Row]) -> None:
    async with cursor.copy(copy_into(table)) as copy:
        copy.set_types([_COPIED[column.staged_type] for column in table.staged])
        for row in rows:
            await copy.write_row(row)


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
