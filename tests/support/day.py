"""A crawl of a whole day on a clock that is told to go: real requests, a real store, nobody waits.

``python -m tests.support.day '{"limits": [{"requests": 100, "seconds": 3600}], …}'`` runs one and prints its figures
as JSON; see `Day`. Without an argument it runs all of `DAYS` and prints a table.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from igcrawl.calling.run_context import RunContext
from igcrawl.errors import Interrupted
from igcrawl.simulator import Simulator
from igcrawl.stopping import Stopping
from igcrawl.times import DAY
from tests.conftest import scrapy_environment
from tests.simulator.clock import Clock
from tests.support import crawls

#: So many requests with a throttled answer within an hour bring a challenge.
CHALLENGE_AFTER: Final = 4
#: Seconds of CPU and patience that a day may cost.
_PATIENCE: Final = 240


@dataclass(frozen=True)
class Day:
    """What the server allows, and what the crawl knows of it.

    Args:
        limits: the server's, each what `Limits.add` takes.
        settings: the crawl's.
        hours: how long it lasts.
        spider, arguments: what is crawled.
    """

    limits: list[dict[str, Any]]
    settings: dict[str, str] = field(default_factory=dict)
    hours: float = 24.0
    spider: str = "followers"
    arguments: dict[str, str] = field(default_factory=lambda: {"user_id": "25025320"})


def _hour(requests: int, **more: Any) -> dict[str, Any]:
    return {"requests": requests, "seconds": 3600, **more}


def _of_day(requests: int) -> dict[str, Any]:
    return {"requests": requests, "seconds": DAY}


def _budget(hour: int, day: int, **more: str) -> dict[str, str]:
    return {"IG_BUDGET_HOUR": str(hour), "IG_BUDGET_DAY": str(day), **more}


#: Limits that the crawl does not know,
UNKNOWN: Final = {
    "60 an hour": Day([_hour(60)], _budget(120, 9_000)),
    "100 an hour, throttled requests count, Retry-After": Day(
        [_hour(100, counts_throttled=True, retry_after="exact", answer="varied")], _budget(120, 9_000)
    ),
    "100 an hour, asked in bursts": Day([_hour(100)], _budget(120, 9_000, IG_PACE="burst")),
    "50 an hour of a family": Day([_hour(50, family="relations"), _hour(100)], _budget(120, 9_000)),
    "300 a day": Day([_of_day(300)], _budget(120, 1_000)),
    "60 an hour and 300 a day": Day([_hour(60), _of_day(300)], _budget(120, 1_000)),
}
#: and limits that it does.
KNOWN: Final = {
    "60 an hour, known": Day([_hour(60)], _budget(60, 9_000)),
    "60 an hour, known, asked in bursts": Day([_hour(60)], _budget(60, 9_000, IG_PACE="burst")),
    "120 an hour and 500 a day, known": Day([_hour(120), _of_day(500)], _budget(120, 500)),
    "40 an hour of a family, known": Day(
        [_hour(40, family="relations"), _hour(100)], _budget(100, 9_000, IG_BUDGETS='{"relations": [40, 9000]}')
    ),
}
DAYS: Final = {**UNKNOWN, **KNOWN}


@dataclass
class Figures:
    """How a day went.

    Args:
        hours: how long it lasted.
        used: requests that were allowed.
        capacity: how many would have been at most.
        throttled, challenged: requests that were answered so.
        cpu: seconds, of crawl and server together.
    """

    hours: float
    used: int
    capacity: int
    throttled: int
    challenged: int
    cpu: float

    @property
    def share(self) -> float:
        """Which part of what was allowed was used."""
        return self.used / self.capacity

    def __str__(self) -> str:
        return (
            f"{self.used:>5} of {self.capacity:>5} = {self.share:6.1%}, {self.throttled} throttled, "
            f"{self.challenged} challenged, {self.hours:.1f} h in {self.cpu:.1f} s of CPU"
        )


class Hurrying(Stopping):
    """Whoever waits has waited; asking for a turn takes as long as the answer before it."""

    def __init__(self, clock: Clock, end: float) -> None:
        super().__init__()
        self._clock, self._end, self._chance = clock, end, random.Random(1)

    def now(self) -> float:
        return self._clock.now

    async def sleep(self, seconds: float) -> None:
        self._clock.now += seconds or self._chance.uniform(0.2, 3.0)
        if self._clock.now >= self._end:
            self.begin()
        if self.begun:
            raise Interrupted(self.reason)
        await asyncio.sleep(0)


def live(day: Day) -> Figures:
    """Live through a day in another process."""
    with tempfile.TemporaryDirectory() as folder:
        order = {"program": f"from tests.support.day import main; main({asdict(day)!r})"}
        place = Path(folder)
        code, out, errors = crawls.captured(
            order, place, place, scrapy_environment(XDG_STATE_HOME=folder), timeout=_PATIENCE
        )
    assert code == 0, errors[-4000:]
    return Figures(**json.loads(out))


def _crawl(day: Day, simulator: Simulator, clock: Clock) -> None:
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.utils.project import get_project_settings

    simulator.write_session(Path("session.json"))
    settings = get_project_settings()
    at_simulator = {"IG_MOBILE_URL": simulator.mobile_url, "IG_WEB_URL": simulator.web_url, "LOG_LEVEL": "ERROR"}
    settings.setdict({**at_simulator, "IG_SESSION": "session.json", **day.settings}, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(day.spider)
    RunContext.of(crawler).stopping = Hurrying(clock, clock.now + day.hours * 3600)
    process.crawl(crawler, **day.arguments)
    process.start()


def main(given: Mapping[str, Any]) -> None:
    """Live through a day in this process."""
    day, clock = Day(**given), Clock()
    start = clock.now
    with Simulator(20_000, page_size=2, limits=day.limits, challenge_after=CHALLENGE_AFTER, clock=clock) as simulator:
        _crawl(day, simulator, clock)
        limits, end = simulator.limits, start + day.hours * 3600
        family = simulator.requests[-1].family
        figures = Figures(
            hours=(clock.now - start) / 3600,
            used=len(limits.allowed),
            capacity=limits.capacity(start, end, family),
            throttled=limits.throttled,
            challenged=limits.challenged,
            cpu=time.process_time(),
        )
    print(json.dumps(asdict(figures)))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(json.loads(sys.argv[1]))
    else:
        for name, day in DAYS.items():
            print(f"{name:<52}{live(day)}", flush=True)
