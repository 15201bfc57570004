"""The place where an operator works: a project's folder, its stores and outputs, and what must hold there."""

from __future__ import annotations

import os
import pty
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson

from igcrawl.simulator.faults import Fault
from tests import ROOT_OF_TESTS
from tests.conftest import scrapy_environment
from tests.operators.circumstances import OBEY_MODES, Circumstance
from tests.operators.commands import COMMANDS, Command, Key, at_simulator, keys, peace, simulator
from tests.output.world import contents, read
from tests.support import crawls
from tests.support.leaks import found_in
from tests.support.place import ACCOUNT
from tests.support.session_file import secrets_of
from tests.support.session_states import at, change_state

PLAIN: Final = Circumstance("as always")
#: How a run may be ended: signals, one after another.
SIGNALS: Final = {
    "kill -9": (signal.SIGKILL,),
    "Ctrl-C": (signal.SIGINT,),
    "Ctrl-C twice": (signal.SIGINT, signal.SIGINT),
    "SIGTERM": (signal.SIGTERM,),
    "SIGTERM twice": (signal.SIGTERM, signal.SIGTERM),
    "SIGHUP": (signal.SIGHUP,),
    "SIGQUIT": (signal.SIGQUIT,),
    "SIGPIPE": (signal.SIGPIPE,),
    "SIGSTOP and on": (signal.SIGSTOP, signal.SIGCONT),
    "a closed terminal": (signal.SIGHUP,),
}
_GENTLE: Final = {"SIGSTOP and on": {0}, "SIGPIPE": {0}, "Ctrl-C": {0, 1}, "SIGTERM": {0, 1}}
#: Never in what a run says.
_NOT_SAID: Final = ("Traceback", "Warning:", "never awaited", "Unhandled", "Exception ignored")


class BrokenError(AssertionError):
    """A promise did not hold."""


@dataclass(frozen=True)
class Ending:
    """How somebody ends a run.

    Args:
        how: a name in `SIGNALS`.
        requests: after so many of its requests.
    """

    how: str
    requests: int


@dataclass
class Output:
    """A file that the operator named, and the last command that named it.

    Args:
        replaces: whether it was named by -O.
        command: whose records it is to hold.
        store: which has them.
        may_repeat: whether records of a store that is gone may stand above.
        forgotten: whether no store knows any more what the file holds.
    """

    replaces: bool
    command: Command
    store: Path
    may_repeat: bool = False
    forgotten: bool = False


@dataclass
class Run:
    """A crawl that was started.

    Args:
        command, name, circumstance: what was started.
        process, log: of it.
        since: number of the requests before it.
    """

    command: Command
    name: str
    circumstance: Circumstance
    process: crawls.CrawlProcess
    log: Path
    since: int
    terminal: tuple[int, int] | None = None
    ended_by: str = ""


@dataclass
class Place:
    """A project's folder, in which an operator acts.

    Args:
        folder: empty.
        chance: of all that is random.
    """

    folder: Path
    chance: random.Random
    stores: list[Path] = field(default_factory=list)
    outputs: dict[str, Output] = field(default_factory=dict)
    #: Marks of what others wrote into outputs.
    foreign: list[str] = field(default_factory=list)
    #: What was done, for who reads of a breach.
    story: list[str] = field(default_factory=list)
    #: Whether the server has said stop.
    parked: bool = False
    #: What must be undone before all can be well again.
    undo: list[object] = field(default_factory=list)
    #: How many requests may be asked beyond those of undisturbed crawls.
    again: int = 0
    #: What the server will answer some day.
    challenge: Fault | None = None
    wrong_clock: bool = False
    #: The crawls that were begun.
    crawled: set[tuple[Command, Path]] = field(default_factory=set)
    since: int = 0
    secrets: dict[str, str] = field(default_factory=dict)
    _runs: int = 0

    def __post_init__(self) -> None:
        for command in COMMANDS:
            peace(command)
        self.stores.append(self.folder / ".igcrawl")
        self.since = len(simulator().requests)
        (self.folder / "scrapy.cfg").write_text("[settings]\ndefault = mine\n")
        (self.folder / "logs").mkdir()
        self.write_session()

    @property
    def session(self) -> Path:
        """The session's file."""
        return self.folder / "session.json"

    def write_session(self) -> None:
        """Write the session's file as it was at first."""
        self.session.unlink(missing_ok=True)
        simulator().write_session(self.session)
        self.know_secrets()

    def know_secrets(self) -> None:
        """Remember what the session's file holds, which refreshes change."""
        self.secrets |= {
            f"{name} {len(self.secrets)}": value
            for name, value in secrets_of(orjson.loads(self.session.read_bytes())).items()
            if value not in self.secrets.values()
        }

    def path(self, name: str) -> Path:
        """Return the file of an output."""
        return self.folder / name

    def start(
        self,
        command: Command,
        name: str,
        *,
        replaces: bool,
        circumstance: Circumstance = PLAIN,
        below: str = "",
        terminal: bool = False,
    ) -> Run:
        """Begin a run of a command.

        Args:
            command: what is crawled.
            name: of its output, "" for none.
            replaces: whether it is named by -O.
            circumstance: in which it runs.
            below: the folder from which it is started, in this one.
            terminal: whether what it says goes to one.
        """
        self._runs += 1
        store = self.stores[-1]
        log = self.folder / "logs" / f"{self._runs}.txt"
        (self.folder / "mine.py").write_text(f"from igcrawl.settings import *\n{circumstance.settings}\n")
        shutil.rmtree(self.folder / "__pycache__", ignore_errors=True)
        self.wrong_clock |= "a clock" in circumstance.name
        start = self.folder / below
        start.mkdir(exist_ok=True)
        words = list(command.given)
        self.crawled.add((command, store))
        if name:
            words += ["-O" if replaces else "-o", os.path.relpath(self.path(name), start)]
            self._expect(command, name, store, replaces=replaces)
        words = ["scrapy", *words, *circumstance.words]
        order = {
            "program": f"{OBEY_MODES}{circumstance.program}\n"
            f"from scrapy.cmdline import execute; import sys; sys.argv = {words!r}; execute({words!r})"
        }
        environment = scrapy_environment(
            **{
                "XDG_STATE_HOME": str(self.folder.with_name(f"{self.folder.name}-state")),
                "SCRAPY_SETTINGS_MODULE": "mine",
                "IG_STORE": f"sqlite:///{store}/store.db",
                **at_simulator(),
                **circumstance.environment,
            }
        )
        if "IG_BUDGET_HOUR" in circumstance.settings:
            del environment["IG_BUDGET_HOUR"]
        ends = pty.openpty() if terminal else None
        if ends is not None:
            order["errors"] = os.ttyname(ends[1])
        since = len(simulator().requests)
        process = crawls.begin(order, start, log, environment)
        return Run(command, name, circumstance, process, log, since, ends)

    def _expect(self, command: Command, name: str, store: Path, *, replaces: bool) -> None:
        known = self.outputs.get(name)
        if known is None or (known.command, known.store) != (command, store):
            path = self.path(name)
            if replaces and path.is_file():
                # It is another's, or older: that is what -O says.
                there = contents(path)
                self.foreign = [mark for mark in self.foreign if mark.encode() not in there]
            forgotten = known is not None and known.command is command
            self.outputs[name] = Output(replaces, command, store, forgotten=forgotten)
        else:
            known.replaces = replaces

    def end(self, run: Run, ending: Ending) -> None:
        """Wait until a run has asked so often, and end it."""
        while len(simulator().requests) - run.since < ending.requests and not run.process.ended_within(0.001):
            if run.terminal is not None:
                self._read(run.terminal[0], run.log)
        run.ended_by = ending.how
        if run.terminal is not None:
            for each in run.terminal:
                os.close(each)
            run.terminal = None
        for number, each in enumerate(SIGNALS[ending.how]):
            if number:
                time.sleep(self.chance.choice([0.0, 0.01, 0.05]))
            run.process.signal(each)
        if {0, 1} != _GENTLE.get(ending.how):
            self.again += 1

    @staticmethod
    def _read(master: int, log: Path) -> None:
        os.set_blocking(master, False)
        try:
            said = os.read(master, 65536)
        except (BlockingIOError, OSError):
            return
        with log.open("ab") as file:
            file.write(said)

    def judge(self, run: Run, *, alone: bool = True) -> int:
        """Wait for the end of a run, hold it against the promises, and return its exit code.

        Raises:
            BrokenError: one of them did not hold.
        """
        while run.terminal is not None and not run.process.ended_within(0.001):
            self._read(run.terminal[0], run.log)
        code = run.process.wait(60)
        if run.terminal is not None:
            self._read(run.terminal[0], run.log)
            for each in run.terminal:
                os.close(each)
        log = run.log.read_text(errors="replace")
        asked = simulator().requests[run.since :] if alone else []
        self.story.append(f"  {run.log.name}: exit code {code}, {len(asked)} requests")
        # What ends it before Scrapy has begun is Python's own matter.
        early = bool(run.ended_by) and not asked
        said = [word for word in _NOT_SAID if word in log and not (early and "KeyboardInterrupt" in log)]
        if said:
            raise BrokenError(f"the run says {said[0]}:\n{log[-3000:]}")
        if code == 2 and asked:
            raise BrokenError(f"refused after {len(asked)} requests:\n{log[-3000:]}")
        if self.parked and (asked or code == 0):
            raise BrokenError(f"{len(asked)} requests, exit code {code}, after a challenge:\n{log[-3000:]}")
        challenged = self.challenge is not None and self.challenge.strikes > 0
        if code == 3:
            if not self.parked and not challenged:
                raise BrokenError(f"parked without a challenge:\n{log[-3000:]}")
            self.parked = True
        elif challenged and code >= 0 and not run.ended_by:
            raise BrokenError(f"not parked, exit code {code}, after a challenge:\n{log[-3000:]}")
        self._check_code(run, code, log, early=early)
        output = self.outputs.get(run.name)
        if output is not None and output.forgotten and code not in {2, 3}:
            output.may_repeat |= not output.replaces or code != 0
            output.forgotten = code != 0
        if code == 1:
            self.again += 1
        if code == 0 and alone and run.name and not run.ended_by:
            self.check(run.name)
        self.know_secrets_if_there()
        return code

    def know_secrets_if_there(self) -> None:
        """Remember a session that was refreshed, where the file can be read."""
        try:
            self.know_secrets()
        except (OSError, ValueError, KeyError):
            return

    def _check_code(self, run: Run, code: int, log: str, *, early: bool) -> None:
        allowed = set(run.circumstance.codes) | {3}
        if run.ended_by:
            allowed |= _GENTLE.get(run.ended_by, {0, 1, 2, code}) | ({code} if early else set())
        if self.undo:
            allowed |= {1, 2}
        refused = [line for line in log.splitlines() if line.startswith("igcrawl: ")]
        if code == 2 and not run.circumstance.silent and not run.ended_by:
            if len(refused) != 1:
                raise BrokenError(f"refused in {len(refused)} lines:\n{log[-3000:]}")
            self.story.append(f"    {refused[0]}")
        if code == 2 and any(line.startswith("igcrawl: -o ") for line in refused):
            # What others made of it may not be one that -o can go on with.
            allowed |= {2}
        if code not in allowed:
            raise BrokenError(f"exit code {code}, not one of {sorted(allowed)}:\n{log[-3000:]}")

    def check(self, name: str) -> None:
        """Hold an output that a run has called good against the truth.

        Raises:
            BrokenError: something is missing, there twice, or of another crawl.
        """
        output, path = self.outputs[name], self.path(name)
        try:
            there = read(path)
        except (AssertionError, ValueError, OSError) as error:
            raise BrokenError(f"{name} is not valid: {error!r}") from error
        found = Counter(keys(there, output.command))
        wanted = peace(output.command).of_format(path, output.command)
        lost, extra = wanted - found, found - wanted
        if output.may_repeat:
            extra = Counter[Key]({key: 1 for key in extra if key not in wanted})
        if lost or extra:
            raise BrokenError(
                f"{name}: {lost.total()} lost, {extra.total()} too many, e.g. {[*lost][:1]}, {[*extra][:1]}"
            )

    def settle(self) -> None:
        """Undo what stands in the way, let each command end, and hold all against the truth.

        Raises:
            BrokenError: something is not as it must be.
        """
        for back in reversed(self.undo):
            back()  # type: ignore[operator]
        self.undo.clear()
        simulator().faults.clear()
        if self.parked:
            self._resume()
        for name, output in list(self.outputs.items()):
            self.stores[-1:] = [output.store]
            self.story.append(f"at last: {output.command.name} into {name}")
            code = self.judge(self.start(output.command, name, replaces=output.replaces))
            if code == 2:
                path = self.path(name)
                path.rename(path.with_name(f"given-up-{path.name}"))
                code = self.judge(self.start(output.command, name, replaces=output.replaces))
            if code != 0:
                raise BrokenError(f"exit code {code} where nothing stands in the way")
        self._check_foreign()
        self._check_requests()
        files = (path for path in self.folder.rglob("*") if path.is_file() and path != self.session)
        leaks = found_in({str(path): contents(path) for path in files}, self.secrets)
        if leaks:
            raise BrokenError(f"leaks: {leaks[:3]}")

    def _resume(self) -> None:
        environment = at_simulator() | {"XDG_STATE_HOME": str(self.folder.with_name(f"{self.folder.name}-state"))}
        log = self.folder / "logs" / "resume.txt"
        process = crawls.run("session", "resume", ACCOUNT, folder=self.folder, log=log, **environment)
        if process.wait() != 0:
            raise BrokenError(f"the session cannot be resumed:\n{process.log}")
        self.parked = False

    def _check_foreign(self) -> None:
        there = self.everything()
        gone = [mark for mark in self.foreign if mark.encode() not in there]
        if gone:
            raise BrokenError(f"of what others wrote, {len(gone)} are gone, e.g. {gone[0]}")

    def everything(self) -> bytes:
        """Return what stands in all files, unpacked."""
        return b"".join(contents(path) for path in self.folder.rglob("*") if path.is_file())

    def _check_requests(self) -> None:
        asked = len(simulator().requests) - self.since
        most = sum(peace(command).requests for command, _ in self.crawled) + self.again
        if asked > most:
            raise BrokenError(f"{asked} requests, {most} at most")
        state = change_state(self.folder, ACCOUNT, server=at(simulator()))
        counted = len(state.sent.times(time.time()))
        if counted < asked and not self.wrong_clock:
            raise BrokenError(f"{counted} requests are counted, {asked} were sent")


@contextmanager
def place(seed: int) -> Iterator[Place]:
    """Give a fresh place."""
    root = os.environ.get(ROOT_OF_TESTS)
    with tempfile.TemporaryDirectory(prefix="igcrawl-operator-", dir=root) as name:
        folder = Path(name) / "project"
        folder.mkdir()
        try:
            yield Place(folder, random.Random(seed))
        finally:
            simulator().faults.clear()
