"""Outcome of a crawl: its exit code, and what it has done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from scrapy.crawler import Crawler

from igcrawl.base_spiders.operation_spider import OperationSpider
from igcrawl.base_spiders.refused_spider import BAD_INPUT, RefusedSpider
from igcrawl.output.feeds import RecordFeedExporter
from igcrawl.running.run_summary import summary_of
from igcrawl.running.summary import Summary
from igcrawl.verdict import ExitCode, Verdict

_NOTHING: Final[Mapping[Any, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of a crawl.

    Args:
        exit_code: the exit code of `scrapy crawl`.
        refused: one line that says why nothing was crawled; None when the crawl began.
        verdicts: how many walks of this run ended with each verdict.
        summary: verdicts, places of the records and advice; None when nothing was walked.
        plan: the plan, of a crawl that was only planned (`plan=1`).
        finish_reason: Scrapy's, or the worst verdict when it is not good; None when the crawl did not begin.
        stats: Scrapy's statistics.
    """

    exit_code: ExitCode
    refused: str | None = None
    verdicts: Mapping[Verdict, int] = field(default_factory=lambda: _NOTHING)
    summary: Summary | None = None
    plan: str | None = None
    finish_reason: str | None = None
    stats: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)


def outcome_of(crawler: Crawler, *, failed: bool = False) -> Outcome:
    """Return the outcome of a crawl that has ended.

    Args:
        crawler: the crawl's.
        failed: whether Scrapy could not start or end it properly.
    """
    spider, stats = crawler.spider, _stats_of(crawler)
    if isinstance(spider, RefusedSpider):
        return Outcome(ExitCode.BAD_INPUT, refused=spider.refused, finish_reason=BAD_INPUT, stats=stats)
    if not isinstance(spider, OperationSpider):
        return Outcome(ExitCode.INCOMPLETE, stats=stats)
    refused, code = spider.refused or (None, spider.exit_code)
    if code is ExitCode.OK and (failed or _lost_something(crawler, stats)):
        code = ExitCode.INCOMPLETE
    return Outcome(
        exit_code=code,
        refused=refused,
        verdicts=dict(spider.verdicts),
        summary=summary_of(spider),
        plan=spider.plan,
        finish_reason=stats.get("finish_reason"),
        stats=stats,
    )


def _stats_of(crawler: Crawler) -> dict[str, Any]:
    try:
        return dict(crawler.stats.get_stats())
    except RuntimeError:
        # It ended before it had any.
        return {}


def _lost_something(crawler: Crawler, stats: Mapping[str, Any]) -> bool:
    """Return whether a feed was not opened or not stored, or a part of Scrapy failed where no verdict can say so."""
    if any(name.startswith("feedexport/failed_count") for name in stats) or stats.get("log_count/ERROR"):
        return True
    return bool(crawler.settings.getdict("FEEDS")) and crawler.get_extension(RecordFeedExporter) is None
