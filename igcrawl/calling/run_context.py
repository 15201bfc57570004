"""RunContext: the parts of one run that components of Scrapy share, found by their crawler."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar
from weakref import WeakKeyDictionary

from scrapy.crawler import Crawler

from igcrawl.budget.gate import Gate
from igcrawl.calling.doc_id_rotation import DocIdRotation
from igcrawl.output.sinks import Sinks
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
        sinks: the places where its pipelines write records exactly once.
        gate: its session's; None before the run has begun.
        rotation: the state of its doc_ids; None before the run has begun, and for a plan.
    """

    _by_crawler: ClassVar[WeakKeyDictionary[Crawler, RunContext]] = WeakKeyDictionary()

    stopping: Stopping = field(default_factory=Stopping)
    redaction: Redaction = field(default_factory=Redaction)
    sinks: Sinks = field(default_factory=Sinks)
    gate: Gate | None = None
    rotation: DocIdRotation | None = None

    @classmethod
    def of(cls, crawler: Crawler) -> RunContext:
        """Return the crawler's own."""
        context = cls._by_crawler.get(crawler)
        if context is None:
            context = cls._by_crawler[crawler] = cls()
        return context
