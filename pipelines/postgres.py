"""Records into Postgres, in the transaction of their page: active when the store is a Postgres database."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from igcrawl.calling.run_context import RunContext
from igcrawl.items import Page, Record
from igcrawl.output.sinks import Sinks
from igcrawl.store import is_postgres_url

logger = logging.getLogger(__name__)


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
        """Return one for a crawl.

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
        # Most crawls have no Postgres store: psycopg and the statements take 0.1 s to import.
        from .postgres_writing import write_records  # noqa: PLC0415

        written = await write_records(cursor, self._writing, walks)
        self.names |= written.names
        if written.misfits and not self._said:
            self._said = True
            logger.warning(
                "a %s has an id or a count that is no 64-bit number; such records go to the table payloads",
                written.misfits[0].type,
            )

    def forget(self) -> None:
        """Forget what was written: it is committed."""
        self._writing = []
