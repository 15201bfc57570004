"""Gathers the snapshots of a crawl that runs. The store is asked seldom, and not at all while nothing is sent."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final

from igcrawl.base_spiders.operation_spider import OperationSpider
from igcrawl.budget.forecast import seconds_for
from igcrawl.budget.limits import Pace, distance, sent_within
from igcrawl.budget.session_state import SessionState
from igcrawl.console.snapshot import Current, Snapshot, Window
from igcrawl.crawl.walk import Walk
from igcrawl.errors import StoreError
from igcrawl.operations.catalogue import FAMILY_OF
from igcrawl.planning.estimate import Estimate
from igcrawl.store import WalkRow
from igcrawl.times import DAY, HOUR

logger = logging.getLogger(__name__)

#: Seconds between two looks into the store while requests are sent.
_LOOK_EVERY: Final = 5.0
#: The same while nothing is sent: other processes may change the store meanwhile. The gate looks as seldom.
_LOOK_AT_LEAST: Final = 60.0
#: A look that takes long, since the crawl has a million walks, is taken so many times its own duration apart.
_APART: Final = 100


class Facts:
    """Gathers facts about a run.

    Args:
        spider: its crawler has the statistics, the gate and the store.
    """

    def __init__(self, spider: OperationSpider) -> None:
        self._spider = spider
        self._crawler = spider.crawler
        self._now = spider.context.stopping.now
        self._began = self._now()
        self._looked_at, self._looked_with, self._pause = 0.0, -1, _LOOK_EVERY
        self._state: SessionState | None = None
        self._waiting: int | None = None
        self._ended_then = 0
        self._left: int | None = None
        self._ends_at: float | None = None

    async def look(self) -> None:
        """Look into the store, when it is time to."""
        gate, run = self._spider.context.gate, self._spider.run
        now, requests = self._now(), self._stat("igcrawl/requests")
        pause = self._pause if requests != self._looked_with else max(self._pause, _LOOK_AT_LEAST)
        entered = self._spider.ask.walk is not None
        if entered and self._waiting is None:
            pause = 0.0
        if gate is None or run is None or 0 <= now - self._looked_at < pause:
            return
        try:
            self._state = await gate.state()
            if entered:
                self._count(await run.store.crawls.verdicts(run.crawl.id))
                await run.count()
        except StoreError as error:
            # The crawl itself says what is wrong, if it meets the same.
            logger.debug("cannot look into the store: %s", error)
        self._estimate(now)
        self._looked_at, self._looked_with = now, requests
        self._pause = max(_LOOK_EVERY, _APART * (self._now() - now))

    def snapshot(self) -> Snapshot:
        """Return how the crawl stands now."""
        now, walk = self._now(), self._walk
        gate = self._spider.context.gate
        hour, day, pace = self._windows(now)
        return Snapshot(
            at=now,
            elapsed=now - self._began,
            verdicts={verdict.value: count for verdict, count in self._spider.verdicts.items()},
            progress=self._spider.progress if self._spider.ask.walk is not None else "",
            open=None if self._waiting is None else max(0, self._waiting - (self._ended - self._ended_then)),
            records=self._spider.run_totals.records(walk),
            requests=self._stat("igcrawl/requests"),
            current=None if walk is None else Current(walk.operation.name, walk.pages, walk.records, walk.expected),
            hour=hour,
            day=day,
            pace=pace,
            waits_until=gate.waits_until if gate is not None else 0.0,
            waits_for=gate.waits_for if gate is not None else "",
            cooling_until=self._state.cools_until(now) if self._state is not None else 0.0,
            requests_left=self._left,
            ends_at=self._ends_at,
        )

    @property
    def _walk(self) -> Walk | None:
        """The walk that is being walked, None between two."""
        walk = self._spider.ask.walk
        return walk if isinstance(walk, Walk) and walk is not self._spider.run_totals.last else None

    def _windows(self, now: float) -> tuple[Window | None, Window | None, float | None]:
        """Return the session's hour and day, and the seconds between two requests."""
        budget, state = self._spider.config.rules.budget, self._state
        if budget is None or state is None:
            return None, None, None
        sent, limits = state.sent.times(now), state.limits(budget, now)
        hour, day = Window(sent_within(sent, HOUR, now), limits.hour), Window(sent_within(sent, DAY, now), limits.day)
        return hour, day, distance(limits.hour) if budget.pace is Pace.EVEN else None

    @property
    def _ended(self) -> int:
        """Number of walks that this run has ended."""
        return sum(totals.walks for totals in self._spider.run_totals.by_verdict.values())

    def _count(self, verdicts: Mapping[str | None, int]) -> None:
        """Take in how many walks of the crawl are still to be walked, as far as `max_walks` goes."""
        waiting, most = verdicts.get(None, 0), self._spider.limits.max_walks
        if most is not None:
            waiting = min(waiting, max(0, most - (sum(verdicts.values()) - waiting)))
        self._waiting, self._ended_then = waiting, self._ended

    def _estimate(self, now: float) -> None:
        """Take what the store tells for how much is left; walks not begun cost what this run's have cost."""
        if self._waiting is None:
            return
        walk, spent = self._walk, sum(totals.requests for totals in self._spider.run_totals.by_verdict.values())
        estimate = Estimate(self._spider.limits, ended=self._ended, spent=spent)
        if walk is not None:
            estimate.add(_row_of(walk))
        estimate.unknown += max(0, self._waiting - (walk is not None))
        self._left, self._ends_at = estimate.requests, None
        if self._left:
            self._ends_at = self._end_of(self._left, now)

    def _end_of(self, left: int, now: float) -> float | None:
        budget, sent = self._spider.config.rules.budget, self._stat("igcrawl/requests")
        last = self._spider.ask.last
        if budget is not None and self._state is not None and last is not None:
            return now + seconds_for({FAMILY_OF[last.operation]: left}, budget, self._state, now)
        return now + left * (now - self._began) / sent if sent else None

    def _stat(self, name: str) -> int:
        stats = self._crawler.stats
        return int(stats.get_value(name, 0) or 0) if stats is not None else 0


def _row_of(walk: Walk) -> WalkRow:
    return WalkRow(
        id=0,
        crawl=0,
        seed="",
        subject="",
        operation=walk.operation.name,
        target="",
        args={},
        depth=walk.depth,
        pages=walk.pages,
        records=walk.records,
        requests=walk.requests,
        expected=walk.expected,
    )
