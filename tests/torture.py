"""Torture: a crawl that is killed with -9 at random moments until it is through.

``python -m tests.torture --kills 200 --store sqlite|postgres [--outputs jsonl,csv,…] [--seed N]``

Twenty accounts with 40,000 follows are crawled once in peace. Then the same command is killed again and again, in its
first millisecond, between a write and its commit, while it ends, and must leave what the peaceful one left: the same
records in each output, each once, and the same rows. At most one page of an open walk is asked again a kill. Short
crawls follow, whose lives are mostly beginning and end.

Between two runs others are at work: an output is removed, renamed, cut, edited, replaced, appended to, or another crawl
writes into it by a link. Connections to Postgres are cut around their commits.
"""

from __future__ import annotations

import argparse
import json
import math
import os
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
from tests import ROOT_OF_TESTS
from tests.output.others import OTHERS
from tests.output.world import contents, read
from tests.support import crawls, postgres
from tests.support.commit_proxy import CommitProxy, Cut, proxy_in_thread
from tests.support.crawls import CrawlProcess

#: The hub has 2,000 followers; the first nineteen, which have 2,000 each, are walked with it.
HUB = "100000040"
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
#: The options that name an output.
OUTPUTS = {name: ("-O", f"out.{name}") for name in ("jsonl", "jsonl.gz", "jsonl.zst", "json", "csv", "csv.gz", "xml")}
_BATCHES = {"part-%(batch_id)d.jsonl": {"format": "jsonl", "batch_item_count": 3000, "overwrite": True}}
OUTPUTS["batches"] = ("-s", f"FEEDS={json.dumps(_BATCHES)}")
#: Another crawl, which writes into the same file; and its walk.
OTHER = ("following", "-a", "user_id=100000013", "-a", "fresh=1")
_OTHER_WALKS = ("following/100000013",)
#: How often a run loses its connection to Postgres around a commit, and after how many others at most.
_CUTS_COME = 0.5
#: One that the server does not see costs a minute.
_CUTS = (Cut.BEFORE, Cut.AT_ONCE, Cut.AFTER)
_LONGEST_PEACE = 6
#: How often others touch an output between two runs.
_OTHERS_COME = 0.4
#: Of so many kills one more hits a short crawl.
_SHORT_ONE_IN = 4
_SHORT = 10
#: What differs between two runs: times, numbers that the database gives, who held a walk, a walk's random token.
_TIMES = ("fetched_at", "started_at", "ended_at")
_ROWS = """
    SELECT (to_jsonb(own) - '{{first_seen,last_seen,fetched_at,started_at,ended_at,updated_at,created_at}}'::text[]
        - '{{first_walk,last_walk,missed_walk,pages,place}}'::text[]
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
    outputs: Sequence[str] = ("jsonl",)
    chance: random.Random = field(default_factory=random.Random)
    #: Marks of what others wrote into outputs.
    foreign: list[str] = field(default_factory=list)
    #: Between the crawl and its Postgres store.
    proxy: CommitProxy | None = None
    disturbed: bool = False

    def start(self, command: Sequence[str], *options: str) -> CrawlProcess:
        """Run the crawl, once more."""
        named = [part for output in self.outputs for part in OUTPUTS[output]]
        if self.proxy is not None and self.disturbed and self.chance.random() < _CUTS_COME:
            through = [None] * self.chance.randrange(_LONGEST_PEACE)
            self.proxy.cuts.extend([*through, self.chance.choice(_CUTS)])
        return crawls.start("crawl", *command, *(options or named), folder=self.folder, **self.environment)

    def files(self) -> list[Path]:
        """Return the outputs' files that are there."""
        found = (path for output in self.outputs for path in self.folder.glob(_pattern(output)))
        return sorted(path for path in found if path.is_file())

    def let_others_work(self) -> None:
        """Let others touch an output, sometimes."""
        files = self.files()
        if not files or self.chance.random() > _OTHERS_COME:
            return
        path = self.chance.choice(files)
        if self.chance.random() < 0.2:
            link = path.with_name(f"link{self.chance.randrange(10**9)}{''.join(path.suffixes)}")
            link.symlink_to(path.name)
            elsewhere = {**self.environment, "IG_STORE": "sqlite:///other.db"}
            named = ("crawl", *OTHER, "-o", link.name)
            crawls.start(*named, folder=self.folder, **elsewhere).wait(60)
            link.unlink()
        else:
            self.chance.choice(OTHERS)(path, self)
        # What others remove themselves, nobody else has lost.
        there = self._everything()
        self.foreign = [mark for mark in self.foreign if mark.encode() in there]

    def check_foreign(self) -> None:
        """Look for what others wrote.

        Raises:
            BrokenError: something of it is gone.
        """
        there = self._everything()
        gone = [mark for mark in self.foreign if mark.encode() not in there]
        if gone:
            raise BrokenError(f"of what others wrote, {len(gone)} are gone, e.g. {gone[0]}")

    def _everything(self) -> bytes:
        return b"".join(contents(path) for path in self.folder.iterdir() if path.is_file())

    def written(self) -> dict[str, Counter[Any]]:
        """Return every record of each output and every row, without its times, and how often it is there."""
        written: dict[str, Counter[Any]] = {output: self._records(output) for output in self.outputs}
        if self.database is not None:
            with psycopg.connect(self.database) as connection:
                written |= {name: Counter(connection.execute(_ROWS.format(name)).fetchall()) for name in _TABLES}
        return written

    def _records(self, output: str) -> Counter[Any]:
        """Return the crawl's own records in an output, without their times."""
        records = (record for path in self.files() if path.match(_pattern(output)) for record in read(path))
        own = (record for record in records if record.get("walk") not in {None, *_OTHER_WALKS})
        return Counter(
            orjson.dumps({name: value for name, value in record.items() if name not in _TIMES}) for record in own
        )


def _pattern(output: str) -> str:
    return "part-*.jsonl" if output == "batches" else f"out.{output}"


@contextmanager
def ground(
    simulator: Simulator, store: str, outputs: Sequence[str], chance: random.Random, **settings: str
) -> Iterator[Ground]:
    """Give a fresh place to crawl at.

    Args:
        simulator: what is asked.
        store: sqlite or postgres.
        outputs: names of `OUTPUTS`.
        chance: of all that is random.
        settings: of the crawl, beside those that lead it to the simulator.
    """
    with (
        tempfile.TemporaryDirectory(prefix="igcrawl-torture-", dir=os.environ.get(ROOT_OF_TESTS)) as name,
        _store(store) as database,
        proxy_in_thread(database) if database else nullcontext((None, None)) as (proxy, address),
    ):
        simulator.write_session(Path(name) / "session.json")
        environment = {
            "IG_MOBILE_URL": simulator.mobile_url,
            "IG_WEB_URL": simulator.web_url,
            "IG_SESSION": "session.json",
            **({"IG_STORE": address} if address else {}),
            # So that each life tells how many pages it has asked again.
            "IG_SYNC_SECONDS": "0",
            **settings,
        }
        yield Ground(Path(name), simulator, environment, database, outputs, chance, proxy=proxy)


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
            left = pace.requests - len({_call(request) for asked in lives.asked for request in asked})
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


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--page-size", type=int, default=20)
    parser.add_argument("--outputs", default=",".join(OUTPUTS), help="names, or none (default: all at once)")
    parser.add_argument("--medium", action="store_true", help="crawls of a few hundred follows")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}: {arguments.kills} kills on {arguments.store}, {arguments.outputs}", flush=True)
    try:
        names = [name for name in arguments.outputs.split(",") if name != "none"]
        given = arguments.kills, arguments.seed, arguments.page_size, names
        print(torture(arguments.store, *given, long=not arguments.medium))
    except BrokenError as broken:
        sys.exit(f"broken: {broken}")
