"""Keeps each page's records: the store and every output are written from what this pipeline collects."""

from __future__ import annotations

from typing import Any

from itemadapter import ItemAdapter
from scrapy.crawler import Crawler

from igcrawl.calling.run_context import RunContext
from igcrawl.errors import BadItem
from igcrawl.items import EndlessWalkEnd, Page, Record, WalkEnd
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
        """Take a page's records, or one record.

        Raises:
            BadItem: a pipeline before this one has given something else.
        """
        records = item.records if isinstance(item, Page) else [item]
        kinds = set(map(type, records))
        if not all(issubclass(kind, Record) for kind in kinds):
            for record in records:
                _check_record(record)
        has_ends = any(issubclass(kind, WalkEnd) for kind in kinds)
        ends = [record for record in records if isinstance(record, WalkEnd)] if has_ends else []
        kept = [record for record in records if not is_open_end(record)] if ends else records
        if kept:
            self._collected.add(to_lines(kept), len(kept))
        for end in ends:
            # A walk that was made to wait again meanwhile has a later record.
            self._collected.open_ends.pop(end.walk, None)
            if is_open_end(end):
                self._collected.open_ends[end.walk] = to_lines([end])
        return item


def _check_record(given: Any) -> None:
    """Check what a pipeline of somebody's own gives in a record's place: without a type no reader finds it again.

    Raises:
        BadItem: it is no record.
    """
    if isinstance(given, Record):
        return
    if given is None:
        raise BadItem("a pipeline before KeepPipeline returned None: it must return the item, or raise DropItem")
    if not ItemAdapter.is_item(given):
        kind = type(given).__name__
        raise BadItem(f"a pipeline before KeepPipeline returned a {kind}: it must return the Page, or the record")
    if not ItemAdapter(given).get("type"):
        kind = type(given).__name__
        raise BadItem(f"a pipeline before KeepPipeline returned a {kind} without a type: a record has its 'type'")


def is_open_end(record: Any) -> bool:
    """Return whether a record is that of a walk with which the same command may go on."""
    return isinstance(record, WalkEnd) and (
        record.verdict not in FINAL or record.verdict == Verdict.STOPPED or isinstance(record, EndlessWalkEnd)
    )
