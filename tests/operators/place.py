"""The place where an operator works: a project's folder, its stores and outputs, and what must hold there."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson

from igcrawl.simulator.faults import Fault
from tests import ROOT_OF_TESTS
from tests.conftest import scrapy_environment
from tests.operators.circumstances import PLAIN, Circumstance
from tests.operators.commands import Command, Key, at_simulator, keys, peace, simulator
from tests.operators.runs import GENTLE, Run
from tests.output.world import contents, read
from tests.support import crawls
from tests.support.leaks import found_in
from tests.support.place import ACCOUNT
from tests.support.session_file import secrets_of
from tests.support.session_states import at, change_state, state_home

#: Never in what a run says.
_NOT_SAID: Final = ("Traceback", "Warning:", "never awaited", "Unhandled", "Exception ignored")


class BrokenError(AssertionError):
    """A promise did not hold."""


@dataclass
class Output:
    """A file that the operator named, and the last command that named it.

    Args:
        replaces: whether it was named by -O.
        command: whose records it is to hold.
        store: which has them.
        real: its path behind all links.
        may_repeat: whether records may stand above that no store knows any more.
        forgotten: whether no store knows any more what the file holds.
    """

    replaces: bool
    command: Command
    store: Path
    real: str
    may_repeat: bool = False
    forgotten: bool = False


@dataclass
class Place:
    """A project's folder, in which an operator acts.

    Args:
        folder: empty.
        chance: of all that is random.
    """

    folder: Path
    chance: random.Random
    #: The last one is used.
    stores: list[Path] = field(default_factory=list)
    outputs: dict[str, Output] = field(default_factory=dict)
    #: Marks of what others wrote into outputs.
    foreign: list[str] = field(default_factory=list)
    #: What was done, for who reads of a breach.
    story: list[str] = field(default_factory=list)
    #: What is to be done before all can be well again.
    undo: list[Callable[[], object]] = field(default_factory=list)
    #: What the server will answer some day.
    challenge: Fault | None = None
    #: Whether it has said stop.
    parked: bool = False
    #: How many requests may be sent beyond those of crawls in peace.
    again: int = 0
    #: The crawls that were begun.
    begun: set[tuple[Command, Path]] = field(default_factory=set)
    _clock_was_wrong: bool = False
    _secrets: set[str] = field(default_factory=set)
    _runs: int = 0

    def __post_init__(self) -> None:
        self.stores.append(self.folder / ".igcrawl")
        self._since = len(simulator().requests)
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
        self._know_session()

    def _know_session(self) -> None:
        """Remember what the session's file holds, which refreshes change, where it can be read."""
        with suppress(OSError, ValueError, KeyError):
            self._secrets |= set(secrets_of(orjson.loads(self.session.read_bytes())).values())

    @property
    def environment(self) -> dict[str, str]:
        """What all commands of this place find."""
        return {
            "XDG_STATE_HOME": str(state_home(self.folder)),
            "SCRAPY_SETTINGS_MODULE": "mine",
            "IG_STORE": f"sqlite:///{self.stores[-1]}/store.db",
            **at_simulator(),
        }

    def know(self, command: Command) -> None:
        """Find out, before anything is wrong, what a command brings in peace."""
        before = len(simulator().requests)
        peace(command)
        self._since += len(simulator().requests) - before

    def start(
        self,
        command: Command,
        output: str,
        *,
        replaces: bool,
        circumstance: Circumstance = PLAIN,
        below: str = "",
        terminal: bool = False,
    ) -> Run:
        """Begin a run.

        Args:
            command: what is crawled.
            output: its name, "" for none.
            replaces: whether it is named by -O.
            circumstance: in which it runs.
            below: the folder from which it is started, in this one.
            terminal: whether what it says goes to a terminal.
        """
        self._runs += 1
        self._clock_was_wrong |= "a clock" in circumstance.name
        self.begun.add((command, self.stores[-1]))
        (self.folder / "mine.py").write_text(f"from igcrawl.settings import *\n{circumstance.settings}\n")
        shutil.rmtree(self.folder / "__pycache__", ignore_errors=True)
        folder = self.folder / below
        folder.mkdir(exist_ok=True)
        words = ["scrapy", *command.given, *circumstance.words]
        if output:
            words += ["-O" if replaces else "-o", os.path.relpath(self.folder / output, folder)]
            self._expect(command, output, replaces=replaces)
        environment = {**self.environment, **circumstance.environment}
        log = self.folder / "logs" / f"{self._runs}.txt"
        run = Run(command, output, circumstance, log, len(simulator().requests))
        run.start(words, folder, scrapy_environment(**environment), terminal=terminal)
        return run

    def _expect(self, command: Command, name: str, *, replaces: bool) -> None:
        """Remember what an output is to hold from now on."""
        known, store, path = self.outputs.get(name), self.stores[-1], self.folder / name
        real = os.path.realpath(path)
        is_same = known is not None and (known.command, known.store, known.real) == (command, store, real)
        if replaces and path.is_file() and (known is None or not is_same or known.forgotten):
            # It is another's, or older: that is what -O says.
            there = contents(path)
            self.foreign = [mark for mark in self.foreign if mark.encode() not in there]
        if known is not None and is_same:
            known.replaces = replaces
            return
        forgotten = known is not None and (known.forgotten or known.may_repeat or known.store != store)
        self.outputs[name] = Output(replaces, command, store, real, forgotten=forgotten)

    def end(self, run: Run, how: str, requests: int) -> None:
        """End a run after so many requests, see `Run.end`."""
        run.end(how, requests, self.chance)
        if how not in GENTLE:
            self.again += 1

    def judge(self, run: Run, *, alone: bool = True) -> int:
        """Wait for the end of a run, hold it against the promises, and return its exit code.

        Args:
            run: which.
            alone: whether no other ran at the same time.

        Raises:
            BrokenError: one of them did not hold.
        """
        code = run.wait()
        self.story.append(f"  {run.log.name}: exit code {code}, {len(run.requests)} requests")
        self.story += [f"    {line}" for line in run.refusals]
        problem = self._problem(run, code, alone=alone)
        if problem is not None:
            raise BrokenError(f"{problem}:\n{run.said[-3000:]}")
        self.again += code == 1
        self.parked |= code == 3
        output = self.outputs.get(run.output)
        if output is not None and output.forgotten and code not in {2, 3}:
            output.may_repeat |= not output.replaces or code != 0
            output.forgotten = code != 0
        if code == 0 and alone and run.output and not run.ended_by:
            self.check(run.output)
        self._know_session()
        return code

    def _problem(self, run: Run, code: int, *, alone: bool) -> str | None:
        """Return which promise a run has broken; None where it kept all."""
        for word in _NOT_SAID:
            if word in run.said and not (run.was_ended_before_it_began and "KeyboardInterrupt" in run.said):
                return f"the run says {word}"
        if code == 2 and alone and run.requests:
            return f"refused after {len(run.requests)} requests"
        if code == 2 and len(run.refusals) != 1 and not run.circumstance.silent and not run.ended_by:
            return f"refused in {len(run.refusals)} lines"
        challenged = self.challenge is not None and self.challenge.strikes > 0
        if self.parked and ((alone and run.requests) or code == 0):
            return f"{len(run.requests)} requests, exit code {code}, after a challenge"
        if code == 3 and not self.parked and not challenged:
            return "parked without a challenge"
        if code in {0, 1, 2} and challenged and not self.parked and not run.ended_by:
            return f"exit code {code} where the server has said stop"
        allowed = self._allowed(run, code)
        return None if code in allowed else f"exit code {code}, not one of {sorted(allowed)}"

    def _allowed(self, run: Run, code: int) -> set[int]:
        """Return the exit codes that a run may have."""
        allowed = run.circumstance.codes | {3}
        if self.undo:
            allowed |= {1, 2}
        if run.ended_by:
            allowed |= GENTLE.get(run.ended_by, {0, 1, 2, code})
        if run.was_ended_before_it_began:
            allowed |= {code}
        if any(line.startswith("igcrawl: -o ") for line in run.refusals):
            # What others made of the file is none to go on with.
            allowed |= {2}
        return set(allowed)

    def check(self, name: str) -> None:
        """Hold an output that a run has called good against the truth.

        Raises:
            BrokenError: something is missing, there twice, or of another crawl.
        """
        output, path = self.outputs[name], self.folder / name
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
        while self.undo:
            self.undo.pop()()
        simulator().faults.clear()
        if self.parked:
            self._resume()
        for name, output in list(self.outputs.items()):
            self.stores.append(output.store)
            self.story.append(f"at last: {output.command.name} into {name}")
            code = self.judge(self.start(output.command, name, replaces=output.replaces))
            if code == 2:
                (self.folder / name).rename(self.folder / f"given-up-{name}")
                code = self.judge(self.start(output.command, name, replaces=output.replaces))
            if code != 0:
                raise BrokenError(f"exit code {code} where nothing stands in the way")
        self._check_foreign()
        self._check_requests()
        self._check_secrets()

    def _resume(self) -> None:
        process = crawls.run(
            *("session", "resume", ACCOUNT),
            folder=self.folder,
            log=self.folder / "logs" / "resume.txt",
            **at_simulator(),
        )
        if process.wait() != 0:
            raise BrokenError(f"the session cannot be resumed:\n{process.log}")
        self.parked = False

    def forget(self, store: Path) -> None:
        """Take note that a store no longer knows all that it knew."""
        self.again += sum(peace(command).requests for command, known in self.begun if known == store)
        for output in self.outputs.values():
            output.forgotten |= output.store == store

    def everything(self) -> bytes:
        """Return what stands in all files, unpacked."""
        return b"".join(contents(path) for path in self.folder.rglob("*") if path.is_file())

    def _check_foreign(self) -> None:
        there = self.everything()
        gone = [mark for mark in self.foreign if mark.encode() not in there]
        if gone:
            raise BrokenError(f"of what others wrote, {len(gone)} are gone, e.g. {gone[0]}")

    def _check_requests(self) -> None:
        sent = len(simulator().requests) - self._since
        most = sum(peace(command).requests for command, _ in self.begun) + self.again
        if sent > most:
            raise BrokenError(f"{sent} requests, {most} at most")
        state = change_state(self.folder, ACCOUNT, server=at(simulator()))
        counted = len(state.sent.times(time.time()))
        if counted < sent and not self._clock_was_wrong:
            raise BrokenError(f"{counted} requests are counted, {sent} were sent")

    def _check_secrets(self) -> None:
        files = (path for path in self.folder.rglob("*") if path.is_file() and path != self.session)
        named = {f"secret {number}": value for number, value in enumerate(sorted(self._secrets))}
        leaks = found_in({str(path): contents(path) for path in files}, named)
        if leaks:
            raise BrokenError(f"leaks: {leaks[:3]}")


@contextmanager
def place(seed: int) -> Iterator[Place]:
    """Give a fresh place."""
    with tempfile.TemporaryDirectory(prefix="igcrawl-operator-", dir=os.environ.get(ROOT_OF_TESTS)) as name:
        folder = Path(name) / "project"
        folder.mkdir()
        try:
            yield Place(folder, random.Random(seed))
        finally:
            folder.chmod(0o755)
            simulator().faults.clear()
