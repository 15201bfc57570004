"""Keeps each page's records: the store and every output are written from what this pipeline collects."""

from __future__ import annotations

from typing import Any

from scrapy.crawler import Crawler

from igcrawl.calling.run_context import RunContext
from igcrawl.items import EndlessWalkEnd, Page, WalkEnd
from igcrawl.output.json_lines import to_lines
from igcrawl.output.sinks import Collected
from igcrawl.verdict import FINAL, Verdict


class KeepPipeline:
    """Collects records as JSON lines; the crawl's commit makes them durable.

    Walk records of walks that the same command may go on with are kept apart: they stand at the end of an output, until
    the walk has gone on.
    """

    def __init__(self, collected: Collected) -> None:
        self._collected = collected

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> KeepPipeline:
        """Return one for a crawl."""
        return cls(RunContext.of(crawler).sinks.collect())

    def process_item(self, item: Any) -> Any:
        """Take a page's records, or one record."""
        records = item.records if isinstance(item, Page) else [item]
        ends = [record for record in records if isinstance(record, WalkEnd)]
        kept = [record for record in records if not is_open_end(record)] if ends else records
        if kept:
            self._collected.add(to_lines(kept), len(kept))
        for end in ends:
            # A walk that was made to wait again meanwhile has a later record.
            self._collected.open_ends.pop(end.walk, None)
            if is_open_end(end):
                self._collected.open_ends[end.walk] = to_lines([end])
        return item


def is_open_end(record: Any) -> bool:
    """Return whether a record is that of a walk with which the same command may go on."""
    return isinstance(record, WalkEnd) and (
        record.verdict not in FINAL or record.verdict == Verdict.STOPPED or isinstance(record, EndlessWalkEnd)
    )
