"""Long, medium and short crawls that are killed, and what they must leave."""

from __future__ import annotations

import math
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from igcrawl.simulator import Simulator
from tests.support.crawls import CrawlProcess
from tests.torture.ground import HUB, BrokenError, Ground, ground
from tests.torture.lives import Figures, Lives, call_of

#: Follows of each list of a long crawl, and its lists.
_FOLLOWERS = 2_000
_LISTS = 20
#: Twenty lists again, of two pages at most: their verdicts are `stopped`, so that they stand at the end of each output.
MEDIUM = (
    "followers",
    "-a",
    "user_id=100000011",
    "-a",
    "depth=2",
    "-a",
    "max_walks=20",
    "-a",
    "max_pages=2",
    "-a",
    "crawl=medium",
)
#: Seven followers, two requests.
SHORT = ("followers", "-a", "user_id=100000013", "-a", "crawl=short")
#: Of so many kills one more hits a short crawl.
_SHORT_ONE_IN = 4
_SHORT = 10


class Torturer:
    """Kills crawls.

    Args:
        simulator: what they ask.
        store: sqlite or postgres.
        seed: of all that is random here.
        outputs: names of `OUTPUTS`.
        lists: how many a long crawl has.
        settings: of the crawls.
    """

    def __init__(
        self,
        simulator: Simulator,
        store: str,
        seed: int,
        outputs: Sequence[str] = ("jsonl",),
        lists: int = _LISTS,
        **settings: str,
    ) -> None:
        self._simulator = simulator
        self._store = store
        self._outputs = outputs
        self._lists = lists
        self._settings = settings
        self._chance = random.Random(seed)
        self.figures = Figures(store, seed)

    def long(self, kills: int, *, one_page_a_kill: bool = True) -> None:
        """Kill crawls of many long lists.

        Args:
            kills: how many, all of one crawl if it lives so long.
            one_page_a_kill: whether every page is committed by itself.

        Raises:
            BrokenError: something was lost, is there twice, or was asked too often.
        """
        command = _long(self._lists)
        peace, pace = self._in_peace(command)
        follows = {
            output: sum(b'"type":"follow"' in line for line in peace[output].elements()) for output in self._outputs
        }
        if "follows" in peace:
            follows["table follows"] = peace["follows"].total()
        for name, count in follows.items():
            if count != _FOLLOWERS * self._lists:
                raise BrokenError(f"{name}: in peace there are {count:,} follows, not {_FOLLOWERS * self._lists:,}")
        while self.figures.kills < kills:
            with self._ground() as place:
                lives = self._through(place, command, pace, kills - self.figures.kills)
                _compare(peace, place.written())
                place.check_foreign()
            if one_page_a_kill:
                lives.check()
            self.figures.crawls += 1
            self.figures.kills += lives.kills
            self.figures.before_asking += sum(not asked for asked in lives.asked[:-1])
            self.figures.again += lives.again
            self.figures.requests += sum(map(len, lives.asked))

    def medium(self, kills: int) -> None:
        """Kill crawls of twenty short lists.

        Raises:
            BrokenError: something is lost, is there twice, or was asked too often.
        """
        peace, pace = self._in_peace(MEDIUM)
        while self.figures.kills < kills:
            with self._ground() as place:
                lives = self._through(place, MEDIUM, pace, kills - self.figures.kills)
                _compare(peace, place.written())
                place.check_foreign()
            lives.check()
            self.figures.crawls += 1
            self.figures.kills += lives.kills
            self.figures.again += lives.again
            self.figures.requests += sum(map(len, lives.asked))

    def short(self, kills: int) -> None:
        """Kill crawls of a few requests, at moments spread evenly over their lives.

        Raises:
            BrokenError: something was lost or is there twice.
        """
        peace, pace = self._in_peace(SHORT)
        while self.figures.short_kills < kills:
            with self._ground() as place:
                lives = self._through(place, SHORT, pace, kills - self.figures.short_kills)
                _compare(peace, place.written())
                place.check_foreign()
            lives.check()
            self.figures.short_crawls += 1
            self.figures.short_kills += lives.kills

    def _ground(self) -> Any:
        return ground(self._simulator, self._store, self._outputs, self._chance, **self._settings)

    def _in_peace(self, command: Sequence[str]) -> tuple[dict[str, Counter[Any]], Pace]:
        """Crawl without a kill; return what was written, and how long what takes."""
        with self._ground() as place:
            first = len(self._simulator.requests)
            process, begun = place.start(command), time.time()
            _end_well(process)
            life = time.time() - begun
            asked = self._simulator.requests[first:]
            self.figures.peaceful = max(self.figures.peaceful, life)
            start = asked[0].at - begun
            return place.written(), Pace(start, life, (asked[-1].at - asked[0].at) / len(asked), len(asked))

    def _through(self, place: Ground, command: Sequence[str], pace: Pace, kills: int) -> Lives:
        """Start a crawl until it is through, and kill it so often if it lives so long."""
        lives, place.disturbed = Lives(), True
        while True:
            begun = len(self._simulator.requests)
            left = pace.requests - len({call_of(request) for asked in lives.asked for request in asked})
            process = place.start(command)
            killed = kills > len(lives.asked) and self._kill(process, pace.life_for(left, kills - len(lives.asked)))
            if not killed and place.proxy is not None and process.wait(600) == 1:
                # A cut around another commit than a page's; the same command continues.
                killed = True
            if not killed:
                _end_well(process)
            lives.asked.append(self._simulator.requests[begun:])
            if not killed:
                return lives
            place.let_others_work()

    def _kill(self, process: CrawlProcess, most: float) -> bool:
        """Let a run live for a random while, and kill it; whether it was still alive."""
        if process.ended_within(self._chance.uniform(0, most)):
            return False
        process.kill()
        return True


@dataclass
class Pace:
    """How long what takes when nobody kills.

    Args:
        start: seconds until the first request.
        life: seconds of a whole run.
        request: seconds a request.
        requests: how many there are.
    """

    start: float
    life: float
    request: float
    requests: int

    def life_for(self, left: int, kills: int) -> float:
        """Return the longest life with which a crawl gets through all that is left in so many lives, on average.

        Lives are spread evenly from zero; only what is left of one after the start brings the crawl further.
        """
        # The last run is not killed, and one life too many is better than one too few.
        each = max(left, 0) / (kills + 2) * self.request
        longest = self.start + each + math.sqrt(each * each + 2 * each * self.start)
        return max(longest, self.life) if self.requests < _SHORT else longest


def _long(lists: int) -> tuple[str, ...]:
    return ("followers", "-a", f"user_id={HUB}", "-a", "depth=2", "-a", f"max_walks={lists}", "-a", "crawl=torture")


def _end_well(process: CrawlProcess) -> None:
    code = process.wait(seconds=600)
    if code != 0:
        raise BrokenError(f"the crawl ended with {code}:\n{process.log[-4000:]}")
    if "Traceback" in process.log or "Warning" in process.log:
        raise BrokenError(f"the crawl has said:\n{process.log[-4000:]}")


def _compare(peace: dict[str, Counter[Any]], killed: dict[str, Counter[Any]]) -> None:
    for name, wanted in peace.items():
        lost, extra = wanted - killed[name], killed[name] - wanted
        if lost or extra:
            examples = sorted(lost)[:2], sorted(extra)[:2]
            raise BrokenError(f"{name}: {lost.total()} lost, {extra.total()} too many, e.g. {examples}")


def torture(
    store: str,
    kills: int,
    seed: int,
    page_size: int,
    outputs: Sequence[str] = ("jsonl",),
    *,
    long: bool = True,
    lists: int = _LISTS,
    **settings: str,
) -> Figures:
    """Kill long and short crawls.

    Args:
        store: sqlite or postgres.
        kills: of long ones.
        seed: of all that is random.
        page_size: the server's.
        outputs: names of `OUTPUTS`.
        long: whether the crawls are of thousands of follows, not of a few hundred.
        lists: how many a long crawl has, of 2,000 follows each.
        settings: of the crawls.

    Raises:
        BrokenError: a promise does not hold.
    """
    begun = time.monotonic()
    with Simulator(page_size=page_size) as simulator:
        torturer = Torturer(simulator, store, seed, outputs, lists, **settings)
        if long:
            torturer.long(kills)
        else:
            torturer.medium(kills)
        torturer.short(kills // _SHORT_ONE_IN)
    torturer.figures.seconds = time.monotonic() - begun
    return torturer.figures
