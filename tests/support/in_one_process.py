"""Crawls by `run_crawl`, many of them in one process that goes on living: with its reactor, as a service would.

``python -m tests.support.in_one_process`` is that process: it takes an order a line and answers each with a line.
"""

from __future__ import annotations

import asyncio
import atexit
import gc
import json
import logging
import os
import re
import select
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

#: How long a crawl may take, whatever else the machine does.
_SECONDS = 60
_FORMAT = "%(asctime)s [%(name)s] %(levelname)s: %(message)s"


@dataclass
class Order:
    """One crawl.

    Args:
        spider: its name, or ``module:class`` of a class.
        arguments: as ``-a`` gives them.
        settings: the crawl's.
        until: a file; when there is something in it, nobody waits for the crawl any more.
        folder: where it runs, by itself: relative paths and the user's states are there; where the process is, when
            left out.
    """

    spider: str
    arguments: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    until: str | None = None
    folder: str | None = None


def order_of(words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Order | None:
    """Return what ``scrapy crawl`` would do in a folder as a crawl of `run_crawl`.

    Args:
        words: those behind ``crawl``.
        folder: where it would run.
        environment: its settings.

    Returns:
        None where only the command itself can do it: it has further options, or outputs that are no files by a plain
        name.
    """
    from scrapy.settings import Settings

    from igcrawl.output.cli_outputs import feeds_of

    spider, *options = words
    if len(options) % 2 or not all(name.startswith("IG_") for name in environment):
        return None
    outputs: list[tuple[str, bool]] = []
    order = Order(spider, settings=dict(environment), folder=str(folder))
    for option, value in batched(options):
        name, is_pair, given = value.partition("=")
        if option == "-a" and is_pair:
            order.arguments[name] = given
        elif option == "-s" and is_pair and not name.startswith("LOG_"):
            order.settings[name] = given
        elif option in {"-O", "-o"} and re.fullmatch(r"[\w./-]+", value):
            outputs.append((value, option == "-O"))
        else:
            return None
    if outputs and "FEEDS" in order.settings:
        return None
    if outputs:
        order.settings["FEEDS"] = feeds_of(Settings(), outputs)
    return order


def batched(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Give words by twos."""
    return zip(words[::2], words[1::2], strict=True)


@dataclass
class Done:
    """What became of a crawl.

    Args:
        outcome: the fields of its `Outcome` that JSON can hold; empty when it was given up.
        lines: what it logged, by the task it ran in.
        own_lines: what it logged, by igcrawl's own reckoning.
    """

    outcome: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    own_lines: list[str] = field(default_factory=list)

    @property
    def log(self) -> str:
        """Its lines, and the one with which it was refused."""
        return "\n".join([*self.lines, *filter(None, [self.outcome.get("refused")])])

    @property
    def printed(self) -> str:
        """What ``scrapy crawl`` would have printed: log, plan, summary, and the line with which it was refused."""
        plan, refused = self.outcome["plan"], self.outcome["refused"]
        lines = [*self.lines, *filter(None, [plan]), *self.outcome["summary"]]
        lines += [f"igcrawl: {refused}"] if refused else []
        return "".join(f"{line}\n" for line in lines)


@dataclass
class Finished:
    """What became of an order of crawls.

    Args:
        done: each crawl, in the order's order.
        stray: lines that were no crawl's.
        figures: of the process: pid, resident memory in MB, open files; for an order of no crawls.
    """

    done: list[Done]
    stray: list[str]
    figures: dict[str, float] = field(default_factory=dict)


class OneProcess:
    """This side of the process."""

    def __init__(self) -> None:
        from tests.conftest import scrapy_environment

        # Nothing that a crawl names by a relative path is anybody's.
        self._folder = tempfile.TemporaryDirectory(prefix="igcrawl-")
        self._process = subprocess.Popen(
            [sys.executable, "-W", "default", "-m", "tests.support.in_one_process"],
            cwd=self._folder.name,
            env=scrapy_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # A Ctrl-C at the terminal is for pytest, which then closes stdin.
            start_new_session=True,
        )

    def run(self, orders: Sequence[Order], at_once: int = 1) -> Finished:
        """Run crawls to their ends, so many of them at once."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"orders": [asdict(each) for each in orders], "at_once": at_once}) + "\n")
        self._process.stdin.flush()
        if not select.select([self._process.stdout], [], [], _SECONDS * max(len(orders), 1))[0]:
            # Who comes next has another one.
            one_process.cache_clear()
            self._process.kill()
            raise AssertionError(f"a crawl does not end: {orders}")
        answer = self._process.stdout.readline()
        assert answer, "the process of the crawls has ended"
        told = json.loads(answer)
        return Finished([Done(**each) for each in told["done"]], told["stray"], told["figures"])

    def figures(self) -> dict[str, float]:
        """Return the figures of the process while nothing runs in it."""
        return self.run([]).figures

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(60)
        self._folder.cleanup()


@cache
def one_process() -> OneProcess:
    """Return the process of this test run, which one test after another uses."""
    process = OneProcess()
    atexit.register(process.close)
    return process


_done: ContextVar[Done | None] = ContextVar("done", default=None)


class _Collector(logging.Handler):
    """Gives each line to the crawl in whose task it was written, and to the one that igcrawl takes it for."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(logging.Formatter(_FORMAT, "%Y-%m-%d %H:%M:%S"))
        self.stray: list[str] = []
        self.of_lines: dict[Any, Done] = {}

    def emit(self, record: logging.LogRecord) -> None:
        from igcrawl.sessions.log_guard import LogLines

        line, done, lines = self.format(record), _done.get(), LogLines.of(record)
        (done.lines if done is not None else self.stray).append(line)
        if done is not None and lines is not None:
            self.of_lines.setdefault(lines, done).own_lines.append(line)


async def _crawl(order: Mapping[str, Any]) -> Done:
    from igcrawl.running import run_crawl

    done = Done()
    _done.set(done)
    spider: Any = order["spider"]
    if ":" in spider:
        from scrapy.utils.misc import load_object

        spider = load_object(spider.replace(":", "."))
    crawl = asyncio.create_task(run_crawl(spider, order["arguments"], order["settings"]))
    if order["until"] is not None:
        await _until(Path(order["until"]))
        crawl.cancel()
    try:
        outcome = await crawl
    except asyncio.CancelledError:
        return done
    plain = {name: getattr(outcome, name) for name in ("refused", "plan", "finish_reason")}
    done.outcome = {
        **plain,
        "exit_code": int(outcome.exit_code),
        "verdicts": {verdict.value: walks for verdict, walks in outcome.verdicts.items()},
        "summary": list(_summary(outcome)),
        "stats": {name: value for name, value in outcome.stats.items() if isinstance(value, (int, float, str))},
    }
    return done


@contextmanager
def _at(folder: str | None) -> Iterator[None]:
    """Be in a folder, as the command would be."""
    if folder is None:
        yield
        return
    from tests.support.session_states import state_home

    with chdir(folder), mock.patch.dict(os.environ, {"XDG_STATE_HOME": str(state_home(Path(folder)))}):
        yield


async def _until(path: Path) -> None:
    while not path.exists() or not path.stat().st_size:
        await asyncio.sleep(0.005)


def _summary(outcome: Any) -> Iterator[str]:
    from igcrawl.running.summary import summary_lines

    return iter(()) if outcome.summary is None else summary_lines(outcome.summary)


async def _carry_out(order: Mapping[str, Any], collector: _Collector) -> dict[str, Any]:
    places = asyncio.Semaphore(order["at_once"])

    async def one(each: Mapping[str, Any]) -> Done:
        async with places:
            assert each["folder"] is None or order["at_once"] == 1
            with _at(each["folder"]):
                return await asyncio.create_task(_crawl(each))

    done = await asyncio.gather(*map(one, order["orders"]))
    stray, collector.stray = collector.stray, []
    collector.of_lines.clear()
    # They take longer than a short crawl.
    figures = {} if order["orders"] else _figures()
    return {"done": [asdict(each) for each in done], "stray": stray, "figures": figures}


def resident_mb() -> float:
    """Return the resident memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _figures() -> dict[str, float]:
    # What the first pass frees was known to others, who forget it then.
    for _ in range(3):
        gc.collect()
    files = len(list(Path("/proc/self/fd").iterdir()))
    return {"pid": os.getpid(), "resident_mb": resident_mb(), "files": files}


async def _serve() -> None:
    collector = _Collector()
    logging.root.addHandler(collector)
    logging.root.setLevel(logging.INFO)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(await _carry_out(json.loads(line), collector)), flush=True)


def in_reactor(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine in Twisted's asyncio reactor to its end."""
    from scrapy.utils.reactor import install_reactor

    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor

    def ended(task: asyncio.Task[None]) -> None:
        if error := task.exception():
            traceback.print_exception(error)
        reactor.stop()

    reactor.callWhenRunning(lambda: asyncio.ensure_future(main()).add_done_callback(ended))
    reactor.run()


if __name__ == "__main__":
    in_reactor(_serve)
