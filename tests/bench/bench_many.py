"""`make bench-many`: what many crawls cost that live in one process, each with a session of its own.

Each row is measured in a process of its own, against a simulator in another one. A crawl is one page of followers; a
waiting crawl has got its first page, and its budget lets it ask for the second in an hour.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, LiteralString

from igcrawl.running import run_crawl
from igcrawl.store import make_store
from igcrawl.verdict import ExitCode
from tests.support.in_one_process import in_reactor, resident_mb
from tests.support.sessions import own_sessions

#: What each figure should be at most.
AIMS: Final = {
    "waiting": {"MB": 220},
    "postgres": {"connections": 10, "MB": 220},
    "start": {"ms of CPU a start": 30, "ms of CPU without a turn of the loop": 300},
    "after": {"µs a log line": 100, "MB more": 5},
}
_USER: Final = "25025320"
_WARM: Final = 100
_AT_ONCE: Final = 8
#: The first page passes, the next one waits.
_WAITS: Final = {"IG_BUDGET_HOUR": "1", "IG_PACE": "burst", "IG_WAIT_MAX": ""}
Figures = dict[str, float]


class Crawls:
    """The crawls of one process.

    Args:
        server: addresses, session and folder of a simulator.
        store: the store of all of them; None gives each one of its own.
    """

    def __init__(self, server: dict[str, str], store: str | None = None) -> None:
        self._server, self._store, self._folder = server, store, Path(server["folder"])
        self._sessions = own_sessions(json.loads(Path(server["session"]).read_text()))
        self._number = 0

    def begin(self, **settings: str) -> asyncio.Task[Any]:
        """Begin a crawl that no other one goes on with."""
        self._number += 1
        own = self._folder / str(self._number)
        own.mkdir()
        session = own / "session.json"
        session.touch(0o600)
        session.write_text(json.dumps(next(self._sessions)))
        given = {
            "IG_MOBILE_URL": self._server["url"],
            "IG_WEB_URL": self._server["web"],
            "IG_SESSION": str(session),
            "IG_STORE": self._store or f"sqlite:///{own / 'store.db'}",
            "IG_JSONL": str(own / "out.jsonl"),
            **settings,
        }
        arguments = {"user_id": _USER, "verify": "0", "crawl": f"n{self._number}"}
        if not settings:
            arguments["max_pages"] = "1"
        return asyncio.create_task(run_crawl("followers", arguments, given))

    async def through(self, number: int) -> None:
        """Run crawls to their ends, some at once."""
        left = iter(range(number))

        async def work() -> None:
            for _ in left:
                outcome = await self.begin()
                assert outcome.exit_code is ExitCode.OK, outcome

        await asyncio.gather(*(work() for _ in range(_AT_ONCE)))

    async def waiting(self, number: int, then: Callable[[], Figures], wait: Callable[[], int] | None = None) -> Figures:
        """Begin crawls at once, and measure when all of them wait.

        Args:
            number: how many.
            then: measures.
            wait: returns how many wait; without it these are the crawls that have written their first page.
        """
        tasks = [self.begin(**_WAITS) for _ in range(number)]
        while (wait or self._written)() < number:
            for task in tasks:
                assert not task.done(), task.result()
            await asyncio.sleep(0.05)
        figures = then()
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
        return figures

    def _written(self) -> int:
        return sum(path.stat().st_size > 0 for path in self._folder.glob("*/out.jsonl"))


async def waiting(server: dict[str, str], number: int) -> Figures:
    """Memory of crawls that wait."""

    def measure() -> Figures:
        return {"MB": resident_mb(), "MB before": before}

    crawls = Crawls(server)
    await crawls.through(1)
    before = resident_mb()
    return await Crawls({**server, "folder": tempfile.mkdtemp(dir=server["folder"])}).waiting(number, measure)


async def start(server: dict[str, str], number: int) -> Figures:
    """CPU of a start, up to the first page, and how long the loop stands still while all start at once."""
    longest, by_the_clock, watched = 0.0, 0.0, True

    async def watch() -> None:
        nonlocal longest, by_the_clock
        while watched:
            cpu, clock = time.process_time(), time.monotonic()
            await asyncio.sleep(0.001)
            if watched:
                longest = max(longest, time.process_time() - cpu)
                by_the_clock = max(by_the_clock, time.monotonic() - clock)

    def measure() -> Figures:
        nonlocal watched
        watched = False
        return {
            "ms of CPU a start": (time.process_time() - began) * 1e3 / number,
            "ms of CPU without a turn of the loop": longest * 1e3,
            "… by the clock": by_the_clock * 1e3,
        }

    await Crawls(server).through(3)
    crawls = Crawls({**server, "folder": tempfile.mkdtemp(dir=server["folder"])})
    watching, began = asyncio.create_task(watch()), time.process_time()
    figures = await crawls.waiting(number, measure)
    await watching
    return figures


async def postgres(server: dict[str, str], number: int) -> Figures:
    """Connections of crawls that share a database and wait for one session, whose budget lets one of them ask."""
    import psycopg

    from tests.support.postgres import database

    def count(connection: Any, sql: LiteralString) -> int:
        return int((connection.execute(sql).fetchone() or [0])[0])

    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with database() as url:
        store = make_store(url)
        await store.open()
        await store.close()
        with psycopg.connect(url, autocommit=True) as connection:
            return await Crawls(server, url).waiting(
                number,
                lambda: {"connections": count(connection, others), "MB": resident_mb()},
                lambda: count(connection, "SELECT count(*) FROM walks WHERE worker IS NOT NULL"),
            )


async def after(server: dict[str, str], number: int) -> Figures:
    """Memory, and cost of a log line, after crawls one after another."""
    crawls = Crawls(server)
    await crawls.through(_WARM)
    _collect()
    before, began, clock = resident_mb(), time.process_time(), time.monotonic()
    await crawls.through(number)
    cpu, clock = time.process_time() - began, time.monotonic() - clock
    _collect()
    return {
        "µs a log line": _line(),
        "MB more": resident_mb() - before,
        "ms of CPU a crawl": cpu / number * 1e3,
        "crawls / s": number / clock,
    }


def _collect() -> None:
    # What the first pass frees was known to others, who forget it then.
    for _ in range(3):
        gc.collect()


def _line() -> float:
    logger, rounds = logging.getLogger("tests.bench"), []
    for _ in range(20):
        began = time.process_time()
        for each in range(500):
            logger.warning("a line with %s and %s", "arguments", each)
        rounds.append((time.process_time() - began) / 500 * 1e6)
    return min(rounds)


ROWS: Final = {"waiting": waiting, "start": start, "postgres": postgres, "after": after}


def _measure(row: str, number: int) -> Figures:
    """Return the figures of a row, measured in a process of its own, which imports nothing but what a crawl needs."""
    from tests.bench.servers import simulator_process

    with simulator_process(2000, 50, compress=False) as server:
        order = json.dumps([row, number, server])
        command = [sys.executable, "-m", "tests.bench.bench_many", "--order", order]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode or not done.stdout:
        raise SystemExit(f"{row}: {done.stderr[-4000:]}")
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def _carry_out(row: str, number: int, server: dict[str, str]) -> None:
    logging.root.addHandler(logging.StreamHandler(open("/dev/null", "w")))  # noqa: PTH123, SIM115
    logging.root.setLevel(logging.INFO)

    async def main() -> None:
        print(json.dumps(await ROWS[row](server, number)))

    in_reactor(main)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", help=", ".join(ROWS))
    parser.add_argument("--waiting", type=int, default=200)
    parser.add_argument("--crawls", type=int, default=1000)
    parser.add_argument("--order", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.order:
        _carry_out(*json.loads(options.order))
        return
    missed = []
    for row in options.rows or ROWS:
        number = options.crawls if row == "after" else options.waiting
        print(f"{row}: {number:,} crawls", flush=True)
        for name, figure in _measure(row, number).items():
            aim = AIMS[row].get(name)
            print(f"  {name:<38}{figure:>9.1f}" + (f"   (aim: at most {aim})" if aim else ""), flush=True)
            missed += [f"{row}: {name}"] if aim and figure > aim else []
    if missed:
        sys.exit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
