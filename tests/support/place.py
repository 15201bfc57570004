"""A folder where crawls of one simulator run one after another, as an operator runs them again."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from igcrawl.budget.session_state import SessionState
from igcrawl.simulator import LoggedRequest, Simulator
from igcrawl.store import is_postgres_url
from igcrawl.verdict import ExitCode
from tests.conftest import AT_ONCE
from tests.support import crawls
from tests.support.in_one_process import Order, one_process, order_of
from tests.support.session_states import at, change_state, end_rest

#: With it a throttled run ends, however slow the machine is.
LONG_REST = ("-s", "IG_COOLDOWN=60")
_SPIDER_ARGUMENT = re.compile(r"[a-z_]+=")
#: Whose session the simulator accepts.
ACCOUNT = "58001234567"
BAD_INPUT = int(ExitCode.BAD_INPUT)
_TIMES = ("fetched_at", "started_at", "ended_at")


@dataclass
class Done:
    """What one run did.

    Args:
        code: its exit code.
        log: what it said.
        asked: what it asked for.
        written: its file, as it was after it.
    """

    code: int
    log: str
    asked: list[LoggedRequest]
    written: bytes = b""

    @cached_property
    def records(self) -> list[dict[str, Any]]:
        """Its JSON lines, as they were after it."""
        return [orjson.loads(line) for line in self.written.splitlines()]

    @property
    def operations(self) -> list[str]:
        """The operations it asked for, in their order."""
        return [request.operation for request in self.asked]

    @property
    def walks(self) -> list[dict[str, Any]]:
        """The walk records."""
        return [record for record in self.records if record["type"] == "walk"]

    @property
    def follows(self) -> list[str]:
        """The accounts in the lists."""
        return [record["pk"] for record in self.records if record["type"] == "follow"]


class Running:
    """A crawl that runs."""

    def __init__(self, place: Place, process: crawls.CrawlProcess, asked_before: int, output: tuple[str, ...]) -> None:
        self._place, self.process, self._asked_before, self._output = place, process, asked_before, output

    def wait_for(self, requests: int) -> None:
        """Wait until it has asked so often."""
        self.wait_until(lambda: len(self._place.simulator.requests) - self._asked_before >= requests)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait for something that it will do."""
        deadline = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < deadline, self.process.log
            time.sleep(0.005)

    def done(self) -> Done:
        """Wait for its end."""
        code = self.process.wait()
        asked = self._place.simulator.requests[self._asked_before :]
        log = self.process.log
        assert "Traceback" not in log, log
        return Done(code, log, asked, _content_of(self._place.folder, self._output))


class Place:
    """A folder with a session, from which a simulator is crawled.

    Args:
        simulator: what is asked.
        folder: empty.
        environment: settings of all its crawls, beside those that lead them to the simulator.
    """

    def __init__(self, simulator: Simulator, folder: Path, **environment: str) -> None:
        self.simulator, self.folder = simulator, folder
        simulator.write_session(folder / "session.json")
        at_simulator = {"IG_MOBILE_URL": simulator.mobile_url, "IG_WEB_URL": simulator.web_url}
        self.environment = {**at_simulator, "IG_SESSION": "session.json", **AT_ONCE, **environment}
        self._runs = 0

    def start(self, *command: str, output: tuple[str, ...] = ("-O", "out.jsonl")) -> Running:
        """Begin ``scrapy crawl``; what looks like ``name=value`` is an argument of the spider's."""
        self._runs += 1
        before = len(self.simulator.requests)
        process = crawls.start(
            "crawl",
            *_words(command),
            *output,
            folder=self.folder,
            log=self.folder / f"run-{self._runs}.txt",
            **self.environment,
        )
        return Running(self, process, before, output)

    def crawl(self, *command: str, output: tuple[str, ...] = ("-O", "out.jsonl"), code: int = 0) -> Done:
        """Run ``scrapy crawl`` to its end, which is this exit code.

        What `run_crawl` can do, it does, in a process that the tests share: that takes a third of the time. What is
        refused is the command's to say.
        """
        order = order_of([*_words(command), *output], self.folder, self.environment) if code != BAD_INPUT else None
        done = self.start(*command, output=output).done() if order is None else self._done(order, output)
        assert done.code == code, done.log
        return done

    def _done(self, order: Order, output: tuple[str, ...]) -> Done:
        before = len(self.simulator.requests)
        (done,) = one_process().run([order]).done
        assert "Traceback" not in done.log, done.log
        asked = self.simulator.requests[before:]
        return Done(done.outcome["exit_code"], done.printed, asked, _content_of(self.folder, output))

    def crawl_throttled(self, *command: str) -> Done:
        """Run ``scrapy crawl`` until a throttled answer ends it; the next run finds the session's rest over."""
        done = self.crawl(*command, *LONG_REST, code=1)
        self.state(end_rest)
        return done

    def state(self, change: Callable[[SessionState], object] = lambda state: None) -> SessionState:
        """Change what is known of the session, and return it."""

        store = self.environment.get("IG_STORE", "")
        return change_state(self.folder, ACCOUNT, change, at(self.simulator), store if is_postgres_url(store) else None)

    def refused(self, *command: str, output: tuple[str, ...] = ("-O", "out.jsonl")) -> str:
        """Run ``scrapy crawl``, which is refused in one line before any request, and return that line."""
        done = self.crawl(*command, output=output, code=BAD_INPUT)
        assert done.asked == []
        (line,) = [line for line in done.log.splitlines() if not re.match(r"\d{4}-\d\d-\d\d .*(INFO|DEBUG)", line)]
        assert line.startswith("igcrawl: ")
        return line


def _words(command: tuple[str, ...]) -> list[str]:
    return [part for word in command for part in (("-a", word) if _SPIDER_ARGUMENT.match(word) else (word,))]


def _content_of(folder: Path, output: tuple[str, ...]) -> bytes:
    """Return what stands in the last file that a command writes."""
    path = folder / output[-1] if output else None
    return path.read_bytes() if path is not None and path.exists() else b""


def timeless(records: list[dict[str, Any]], *but: str) -> list[dict[str, Any]]:
    """Records without their times, and without these fields."""
    return [{name: value for name, value in record.items() if name not in {*_TIMES, *but}} for record in records]
