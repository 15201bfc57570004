"""Torture: a crawl that is killed with -9 at random moments until it is through.

``python -m tests.torture --kills 200 --store sqlite|postgres [--seed N]``

Twenty accounts with 40,000 follows are crawled once in peace. Then the same command is killed again and again, in its
first millisecond, between a write and its commit, while it ends, and must leave what the peaceful one left: the same
lines, each once, and the same rows. At most one page of an open walk is asked again a kill. Short crawls follow, whose
lives are mostly beginning and end.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import psycopg

from igcrawl.simulator import LoggedRequest, Simulator
from tests.conftest import read_jsonl
from tests.support import crawls, postgres
from tests.support.crawls import CrawlProcess

#: The hub has 2,000 followers; the first nineteen, which have 2,000 each, are walked with it.
HUB = "100000040"
FOLLOWS = 40_000
LONG = ("followers", "-a", f"user_id={HUB}", "-a", "depth=2", "-a", "max_walks=20", "-a", "crawl=torture")
#: Seven followers, two requests.
SHORT = ("followers", "-a", "user_id=100000013", "-a", "crawl=short")
#: Of so many kills one more hits a short crawl.
_SHORT_ONE_IN = 4
_SHORT = 10
#: What differs between two runs: times, numbers that the database gives, who held a walk, a walk's random token.
_TIMES = ("fetched_at", "started_at", "ended_at")
_ROWS = """
    SELECT (to_jsonb(own) - '{{first_seen,last_seen,fetched_at,started_at,ended_at,updated_at,created_at}}'::text[]
        - '{{id,crawl,worker,fence,state,walk,page,started,generation}}'::text[])::text
    FROM {} AS own
"""
_TABLES = ("users", "profiles", "follows", "payloads", "suggestions", "hits", "media", "walks", "crawls", "found")


class BrokenError(AssertionError):
    """A promise did not hold."""


@dataclass
class Ground:
    """Where one crawl runs, however often.

    Args:
        folder: empty at first.
        simulator: what it asks.
        environment: its settings.
        database: the address of its Postgres store, None for an SQLite file.
    """

    folder: Path
    simulator: Simulator
    environment: dict[str, str]
    database: str | None

    def start(self, command: Sequence[str]) -> CrawlProcess:
        """Run the crawl, once more."""
        return crawls.start("crawl", *command, "-O", "out.jsonl", folder=self.folder, **self.environment)

    def written(self) -> dict[str, Counter[Any]]:
        """Return every line and every row, without its times, and how often it is there."""
        written: dict[str, Counter[Any]] = {"out.jsonl": timeless(self.folder / "out.jsonl")}
        if self.database is not None:
            with psycopg.connect(self.database) as connection:
                written |= {name: Counter(connection.execute(_ROWS.format(name)).fetchall()) for name in _TABLES}
        return written


def timeless(path: Path) -> Counter[Any]:
    """Return the lines of a file, without their times, and how often each is there."""
    records = read_jsonl(path)
    return Counter(
        orjson.dumps({name: value for name, value in record.items() if name not in _TIMES}) for record in records
    )


@contextmanager
def ground(simulator: Simulator, store: str, **settings: str) -> Iterator[Ground]:
    """Give a fresh place to crawl at.

    Args:
        simulator: what is asked.
        store: sqlite or postgres.
        settings: of the crawl, beside those that lead it to the simulator.
    """
    with tempfile.TemporaryDirectory(prefix="igcrawl-torture-") as name, _store(store) as database:
        simulator.write_session(Path(name) / "session.json")
        environment = {
            "IG_MOBILE_URL": simulator.mobile_url,
            "IG_WEB_URL": simulator.web_url,
            "IG_SESSION": "session.json",
            **({"IG_STORE": database} if database else {}),
            **settings,
        }
        yield Ground(Path(name), simulator, environment, database)


def _store(store: str) -> Any:
    return postgres.database() if store == "postgres" else nullcontext()


@dataclass
class Figures:
    """What came of it."""

    store: str
    seed: int
    kills: int = 0
    before_asking: int = 0
    again: int = 0
    requests: int = 0
    crawls: int = 0
    short_kills: int = 0
    short_crawls: int = 0
    peaceful: float = 0.0
    seconds: float = 0.0

    def __str__(self) -> str:
        return (
            f"seed {self.seed}, {self.store}: {self.kills} kills of {self.crawls} crawl(s), {self.before_asking} of "
            f"them before a request, {self.again} of {self.requests:,} requests asked again; {self.short_kills} kills "
            f"of {self.short_crawls} short crawls; {self.seconds:.0f} s (a crawl in peace: {self.peaceful:.1f} s)"
        )


@dataclass
class Lives:
    """How a crawl came through: what each of its runs asked for.

    Args:
        asked: a list a run; the last run was not killed.
    """

    asked: list[list[LoggedRequest]] = field(default_factory=list)

    @property
    def kills(self) -> int:
        """How often it was killed."""
        return len(self.asked) - 1

    @property
    def again(self) -> int:
        """How many requests were asked that an earlier run had asked already."""
        return sum(count - 1 for count in Counter(map(_call, self._all)).values())

    @property
    def _all(self) -> list[LoggedRequest]:
        return [request for asked in self.asked for request in asked]

    def check(self) -> None:
        """Hold what was asked twice against the kills.

        Raises:
            BrokenError: a run asked more than one page of a walk again.
        """
        known: set[object] = set()
        for number, asked in enumerate(self.asked):
            again = Counter(request.target for request in asked if _call(request) in known)
            if max(again.values(), default=0) > 1:
                raise BrokenError(f"run {number} asked {max(again.values())} pages of a walk again")
            known.update(map(_call, asked))
        if self.again > self.kills:
            raise BrokenError(f"{self.again} pages were asked again after {self.kills} kills")


def _call(request: LoggedRequest) -> object:
    return request.operation, request.target, request.cursor


class Torturer:
    """Kills crawls.

    Args:
        simulator: what they ask.
        store: sqlite or postgres.
        seed: of all that is random here.
        settings: of the crawls.
    """

    def __init__(self, simulator: Simulator, store: str, seed: int, **settings: str) -> None:
        self._simulator = simulator
        self._store = store
        self._settings = settings
        self._chance = random.Random(seed)
        self.figures = Figures(store, seed)

    def long(self, kills: int, *, one_page_a_kill: bool = True) -> None:
        """Kill crawls of 40,000 follows.

        Args:
            kills: how many, all of one crawl if it lives so long.
            one_page_a_kill: whether every page is committed by itself.

        Raises:
            BrokenError: something was lost, is there twice, or was asked too often.
        """
        peace, pace = self._in_peace(LONG)
        follows = {"out.jsonl": sum(line.startswith(b'{"type":"follow"') for line in peace["out.jsonl"])}
        if "follows" in peace:
            follows["table follows"] = peace["follows"].total()
        for name, count in follows.items():
            if count != FOLLOWS:
                raise BrokenError(f"{name}: in peace there are {count:,} follows, not {FOLLOWS:,}")
        while self.figures.kills < kills:
            with ground(self._simulator, self._store, **self._settings) as place:
                lives = self._through(place, LONG, pace, kills - self.figures.kills)
                _compare(peace, place.written())
            if one_page_a_kill:
                lives.check()
            self.figures.crawls += 1
            self.figures.kills += lives.kills
            self.figures.before_asking += sum(not asked for asked in lives.asked[:-1])
            self.figures.again += lives.again
            self.figures.requests += sum(map(len, lives.asked))

    def short(self, kills: int) -> None:
        """Kill crawls of a few requests, at moments spread evenly over their lives.

        Raises:
            BrokenError: something was lost or is there twice.
        """
        peace, pace = self._in_peace(SHORT)
        while self.figures.short_kills < kills:
            with ground(self._simulator, self._store, **self._settings) as place:
                lives = self._through(place, SHORT, pace, kills - self.figures.short_kills)
                _compare(peace, place.written())
            lives.check()
            self.figures.short_crawls += 1
            self.figures.short_kills += lives.kills

    def _in_peace(self, command: Sequence[str]) -> tuple[dict[str, Counter[Any]], Pace]:
        """Crawl without a kill; return what was written, and how long what takes."""
        with ground(self._simulator, self._store, **self._settings) as place:
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
        lives = Lives()
        first = len(self._simulator.requests)
        while True:
            begun = len(self._simulator.requests)
            left = pace.requests - len(set(map(_call, self._simulator.requests[first:])))
            process = place.start(command)
            killed = kills > len(lives.asked) and self._kill(process, pace.life_for(left, kills - len(lives.asked)))
            if not killed:
                _end_well(process)
            lives.asked.append(self._simulator.requests[begun:])
            if not killed:
                return lives

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
        each = left / (kills + 2) * self.request
        longest = self.start + each + math.sqrt(each * each + 2 * each * self.start)
        return max(longest, self.life) if self.requests < _SHORT else longest


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
            examples = [*lost][:2], [*extra][:2]
            raise BrokenError(f"{name}: {lost.total()} lost, {extra.total()} too many, e.g. {examples}")


def torture(store: str, kills: int, seed: int, page_size: int) -> Figures:
    """Kill long and short crawls.

    Args:
        store: sqlite or postgres.
        kills: of long ones.
        seed: of all that is random.
        page_size: the server's.

    Raises:
        BrokenError: a promise does not hold.
    """
    begun = time.monotonic()
    with Simulator(page_size=page_size) as simulator:
        torturer = Torturer(simulator, store, seed)
        torturer.long(kills)
        torturer.short(kills // _SHORT_ONE_IN)
    torturer.figures.seconds = time.monotonic() - begun
    return torturer.figures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--page-size", type=int, default=20)
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}: {arguments.kills} kills on {arguments.store}", flush=True)
    try:
        print(torture(arguments.store, arguments.kills, arguments.seed, arguments.page_size))
    except BrokenError as broken:
        sys.exit(f"broken: {broken}")
