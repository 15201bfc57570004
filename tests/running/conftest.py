"""Crawls of accounts of their own, with sessions of their own, in one process."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pytest

from igcrawl.simulator import Simulator
from igcrawl.simulator.parsed_request import Ask
from tests.conftest import AT_ONCE
from tests.support.crawl import read_jsonl
from tests.support.in_one_process import Order
from tests.support.session_file import secrets_of, write_session
from tests.support.sessions import own_sessions


class Own:
    """One crawl's own account, session and folder.

    Args:
        target: the account whose followers it asks for.
        session: its session's settings.
        folder: holds its session, its store and its output.
    """

    def __init__(self, target: str, session: dict[str, Any], folder: Path) -> None:
        self.target, self.session, self.folder = target, session, folder
        folder.mkdir()
        write_session(folder / "session.json", session)

    @property
    def secrets(self) -> dict[str, str]:
        """The values that no other crawl's session has."""
        shared = {"sessionid", "authorization", "cookies.sessionid", "ig_u_rur", "ig_www_claim"}
        return {name: value for name, value in secrets_of(self.session).items() if name not in shared}

    @property
    def records(self) -> list[dict[str, Any]]:
        """Its output."""
        return read_jsonl(self.folder / "out.jsonl")


class Many:
    """Crawls of a simulator, each of an account of its own.

    Args:
        simulator: what is asked.
        folder: empty.
    """

    def __init__(self, simulator: Simulator, folder: Path) -> None:
        self.simulator, self._folder = simulator, folder
        self._sessions = own_sessions(simulator.session)
        graph = simulator.graph
        accounts = (graph.id_at(number) for number in range(graph.users))
        self._targets = (str(account) for account in accounts if not graph.is_private(account))
        #: The headers and the body of each request, by target.
        self.asked: list[tuple[str | None, str]] = []
        counted = simulator.sessions.count

        def count(ask: Ask) -> None:
            self.asked.append((ask.target, f"{ask.headers} {ask.form} {ask.arguments}"))
            counted(ask)

        simulator.sessions.count = count  # type: ignore[method-assign]

    def own(self, number: int) -> list[Own]:
        """Return what so many crawls have of their own."""
        targets = list(islice(self._targets, number))
        assert len(targets) == number, "the simulator has fewer accounts"
        return [Own(target, next(self._sessions), self._folder / target) for target in targets]

    def order(self, own: Own, *arguments: str, **settings: Any) -> Order:
        """Return the order of a crawl."""
        given = {
            "IG_MOBILE_URL": self.simulator.mobile_url,
            "IG_WEB_URL": self.simulator.web_url,
            "IG_SESSION": str(own.folder / "session.json"),
            "IG_STORE": f"sqlite:///{own.folder / 'store.db'}",
            "IG_STATE": str(own.folder / "state"),
            "IG_JSONL": str(own.folder / "out.jsonl"),
            **AT_ONCE,
            **settings,
        }
        return Order("followers", {"user_id": own.target, **dict(each.split("=", 1) for each in arguments)}, given)


@contextmanager
def in_memory() -> Iterator[Path]:
    """A folder in memory: a thousand stores would have the disk decide how long it takes."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None, prefix="igcrawl-") as folder:
        yield Path(folder)


@pytest.fixture
def many(simulator: Simulator) -> Iterator[Many]:
    """Crawls of the simulator."""
    with in_memory() as folder:
        yield Many(simulator, folder)


def of_session(path: Path) -> Any:
    """The content of a session file."""
    return orjson.loads(path.read_bytes())


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., str]:
    """Writes a file of targets and returns the argument that names it."""

    def write(*lines: str, name: str = "targets.csv") -> str:
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines))
        return f"file={tmp_path / name}"

    return write
