"""RunContext: the parts of one run that components of Scrapy share, found by their crawler."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar
from weakref import WeakKeyDictionary

from scrapy.crawler import Crawler

from igcrawl.budget.gate import Gate
from igcrawl.calling.doc_id_rotation import DocIdRotation
from igcrawl.calling.session_keeping import SessionKeeping
from igcrawl.config.config import Config, read_config
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.output.sinks import Sinks
from igcrawl.sessions.log_guard import LogLines
from igcrawl.sessions.redaction import Redaction
from igcrawl.stopping import Stopping


@dataclass(slots=True)
class RunContext:
    """The parts of a run that its spider, middlewares and pipelines share.

    Scrapy builds these components one by one and gives them nothing but the crawler. The run itself and its totals
    belong to the spider.

    Args:
        stopping: its stop flag and clock.
        redaction: the secrets that nothing of the run may write.
        lines: its log lines.
        sinks: the places where its pipelines write records exactly once.
        config: its settings, checked; None before Scrapy has made them final.
        gate: its session's; None before the run has begun.
        keeping: of its session; None before its first request.
        rotation: the state of its doc_ids; None before the run has begun, and for a plan.
        sent: number of requests so far.
        attended: whether an operator looks on, who is shown the run and told a plan.
        store_goes: whether the store is deleted when the run ends, as that of the embedded simulator.
        told: whether the outcome is told to who started the crawl; else the log says why a crawl cannot begin.
    """

    _by_crawler: ClassVar[WeakKeyDictionary[Crawler, RunContext]] = WeakKeyDictionary()

    stopping: Stopping = field(default_factory=Stopping)
    redaction: Redaction = field(default_factory=Redaction)
    sinks: Sinks = field(default_factory=Sinks)
    lines: LogLines = field(init=False)
    config: Config | None = None
    gate: Gate | None = None
    keeping: SessionKeeping | None = None
    rotation: DocIdRotation | None = None
    sent: int = 0
    attended: bool = True
    store_goes: bool = False
    told: bool = False

    def __post_init__(self) -> None:
        """Clear the lines of what the redaction knows."""
        self.lines = LogLines(self.redaction)

    @classmethod
    def of(cls, crawler: Crawler) -> RunContext:
        """Return the crawler's own."""
        context = cls._by_crawler.get(crawler)
        if context is None:
            context = cls._by_crawler[crawler] = cls()
        return context


def config_of(crawler: Crawler) -> Config:
    """Return a crawler's checked settings; once Scrapy has made them final they are read only once.

    Raises:
        BadInput: a setting is unknown or its value cannot be used.
    """
    context = RunContext.of(crawler)
    if context.config is not None:
        return context.config
    config = read_config(crawler.settings, OPERATIONS)
    if crawler.settings.frozen:
        context.config = config
    return config
