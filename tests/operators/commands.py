"""The commands that an operator gives, and what each must bring."""

from __future__ import annotations

import atexit
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from igcrawl.simulator import Simulator
from tests.output.world import read
from tests.support import crawls

#: Accounts that follow the first one, and accounts a page.
USERS, PAGE = 70, 15
#: What tells a record from all others of its crawl.
Key = tuple[str, ...]


@dataclass(frozen=True)
class Command:
    """A crawl with a name.

    Args:
        name: its own.
        words: what follows ``scrapy crawl``.
        main: the type of its records in a CSV.
        walk: how the names of its walks begin.
    """

    name: str
    words: tuple[str, ...]
    main: str
    walk: str

    @property
    def given(self) -> tuple[str, ...]:
        """All words of the command line but its outputs and settings."""
        return ("crawl", *self.words, "-a", f"crawl={self.name}")


COMMANDS = (
    Command("list", ("followers", "-a", "user_id=25025320"), "follow", "followers/"),
    Command(
        "graph",
        ("following", *("-a", "user_id=100000013", "-a", "depth=2", "-a", "max_walks=4", "-a", "max_pages=2")),
        "follow",
        "following/",
    ),
    Command(
        "profiles", ("profiles", "-a", "user_ids=100000011,100000012,100000013,100000014"), "profile", "user_profile/"
    ),
)


@cache
def simulator() -> Simulator:
    """Return the server of all places; it stays until the process ends."""
    server = Simulator(USERS, page_size=PAGE).start()
    atexit.register(server.stop)
    return server


def at_simulator() -> dict[str, str]:
    """Return the settings that lead a crawl to it, with a budget that nobody reaches, each page committed by itself."""
    server = simulator()
    return {
        "IG_MOBILE_URL": server.mobile_url,
        "IG_WEB_URL": server.web_url,
        "IG_SESSION": "session.json",
        "IG_BUDGET_HOUR": "100000",
        "IG_BUDGET_DAY": "100000",
        "IG_PACE": "burst",
        "IG_WAIT_MAX": "0",
        "IG_SYNC_SECONDS": "0",
    }


@dataclass(frozen=True)
class Peace:
    """What a command brings when nobody disturbs it.

    Args:
        records: each with how often it is there.
        requests: how many it takes.
    """

    records: Counter[Key]
    requests: int

    def of_format(self, path: Path, command: Command) -> Counter[Key]:
        """Return the records that a file of this name is to hold."""
        if ".csv" not in path.name:
            return self.records
        return Counter({key: count for key, count in self.records.items() if key[0] == command.main})


@cache
def peace(command: Command) -> Peace:
    """Run a command where nobody disturbs it."""
    with tempfile.TemporaryDirectory(prefix="igcrawl-peace-") as name:
        folder, begun = Path(name) / "project", len(simulator().requests)
        folder.mkdir()
        simulator().write_session(folder / "session.json")
        words = (*command.given, "-O", "peace.jsonl")
        process = crawls.run(*words, folder=folder, log=folder / "log.txt", **at_simulator())
        assert process.wait() == 0, process.log
        records = Counter(keys(read(folder / "peace.jsonl"), command))
        return Peace(records, len(simulator().requests) - begun)


def keys(records: Iterable[Mapping[str, Any]], command: Command) -> list[Key]:
    """Return the keys of a command's own records among others."""
    own = (each for each in records if str(each.get("walk") or "").startswith(command.walk))
    return [tuple(str(each.get(name) or "") for name in ("type", "walk", "pk", "position")) for each in own]
