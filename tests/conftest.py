"""Fixtures: a simulator, a session file, and `scrapy` as the operator runs it."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from igcrawl.simulator import Simulator
from tests import REAL_STATES, ROOT_OF_TESTS
from tests.support.crawl import Crawl, read_jsonl
from tests.support.session_file import write_session

if TYPE_CHECKING:
    from tests.support.place import Place

__all__ = ["AT_ONCE", "ROOT", "Crawl", "Run", "Scrapy", "asked", "read_jsonl", "scrapy_environment"]

ROOT = Path(__file__).parents[1]
_STATES = pytest.StashKey[list[tuple[str, int]]]()
#: A throttled crawl ends at once, and the next one may go on at once. What waits is in `test_budget.py`. A slow machine
#: may see the rest over before the crawl ends: where that matters, `Place.crawl_throttled` has a long one.
AT_ONCE = {"IG_WAIT_MAX": "0", "IG_COOLDOWN": "0.02"}

#: Bytes that the tests' folders may take.
_ROOM = 6 << 30


def _in_memory() -> str | None:
    """Return a folder in memory, where the disk does not decide how long stores take; None where none is large."""
    memory = Path("/dev/shm")
    if not memory.is_dir():
        return None
    state = os.statvfs(memory)
    can_run = not state.f_flag & os.ST_NOEXEC
    return str(memory) if can_run and state.f_bavail * state.f_frsize >= _ROOM else None


if (_folder := _in_memory()) is not None:
    # Here pytest makes the folders of tests.
    os.environ.setdefault(ROOT_OF_TESTS, _folder)


#: Files whose tests take longest: at the end of a run they would let all processes but one wait.
_FIRST = ("end_to_end/test_scrapyd.py", "test_torture.py", "test_days.py", "running/test_many.py", "test_workers.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the longest tests come first."""
    first = {Path(__file__).parent / name for name in _FIRST}
    assert all(path.is_file() for path in first)
    items.sort(key=lambda item: item.path not in first)


# What is imported and collected stays until the end: to look for garbage in it takes a third of that time.
gc.disable()


def pytest_collection_finish() -> None:
    """Look for garbage again, but never among what was collected."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_configure(config: pytest.Config) -> None:
    """Remember what the folder of the user who runs the tests holds; put all temporary folders beside the tests' own.

    That is done here, since benches import this file, too, and measure the disk.
    """
    config.stash[_STATES] = _states_of_user()
    if ROOT_OF_TESTS in os.environ:
        os.environ.setdefault("TMPDIR", os.environ[ROOT_OF_TESTS])
        tempfile.tempdir = None


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail where a test has touched it."""
    if _states_of_user() != session.config.stash[_STATES]:
        print(f"\na test has written to {REAL_STATES}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _states_of_user() -> list[tuple[str, int]]:
    return sorted((str(path), path.stat().st_mtime_ns) for path in REAL_STATES.rglob("*"))


@dataclass
class Run:
    """What a `scrapy` command did."""

    code: int
    out: str
    err: str


Scrapy = Callable[..., Run]


def scrapy_environment(**extra: str) -> dict[str, str]:
    """The environment of a `scrapy` command that runs outside the project's folder."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("IG_")}
    path = {"PYTHONPATH": str(ROOT), "SCRAPY_SETTINGS_MODULE": "igcrawl.settings", "PYTHONWARNINGS": "default"}
    return clean | path | extra


@pytest.fixture
def scrapy(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Scrapy:
    """Runs `scrapy …` in an empty folder."""
    from tests.support import crawls
    from tests.support.session_states import state_home

    def run(*arguments: str, timeout: float = 60, stdin: bytes = b"", **environment: str) -> Run:
        whole = scrapy_environment(**{"XDG_STATE_HOME": str(state_home(tmp_path)), **environment})
        order, streams = {"arguments": arguments}, tmp_path_factory.mktemp("streams")
        return Run(*crawls.captured(order, tmp_path, streams, whole, stdin=stdin, timeout=timeout))

    return run


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A simulator with 1,000 users."""
    with Simulator() as running:
        yield running


@pytest.fixture
def at_simulator(simulator: Simulator, tmp_path: Path) -> dict[str, str]:
    """The environment that leads a crawl to the simulator."""
    session_file = tmp_path / "session.json"
    simulator.write_session(session_file)
    return {
        "IG_MOBILE_URL": simulator.mobile_url,
        "IG_WEB_URL": simulator.web_url,
        "IG_SESSION": str(session_file),
        **AT_ONCE,
    }


@pytest.fixture
def place(simulator: Simulator, tmp_path: Path) -> Place:
    """A folder from which the simulator is crawled, as often as one likes."""
    from tests.support.place import Place

    return Place(simulator, tmp_path)


@pytest.fixture
def session_file(tmp_path: Path) -> Path:
    """A session file for servers that do not check it."""
    return write_session(tmp_path / "session.json")


@pytest.fixture
def crawl(at_simulator: dict[str, str], tmp_path: Path) -> Crawl:
    """Crawls the simulator, by `run_crawl`."""
    return Crawl(at_simulator, tmp_path)


def asked(simulator: Simulator) -> list[str]:
    """The operations that a simulator was asked for, in their order."""
    return [request.operation for request in simulator.requests]
