"""One session, started from everywhere: other folders, subfolders, stores that are new, deleted or used at once."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

from igcrawl.simulator import Simulator
from tests.conftest import AT_ONCE
from tests.siege.tally import Tally
from tests.support import crawls
from tests.support.session_states import state_home

#: Requests that an hour has room for.
BUDGET = 5
#: Clear words that a human must look.
TROUBLES = ("challenge", "checkpoint", "consent", "feedback")
_CFG = "[settings]\ndefault = igcrawl.settings\n"


class Everywhere:
    """Places from which the same user crawls the same server with the same session.

    Args:
        simulator: the server.
        folder: empty.
        shared_store: a Postgres store that some of them use, None for none.
        budget: requests that an hour has room for.
    """

    def __init__(
        self, simulator: Simulator, folder: Path, shared_store: str | None = None, budget: int = BUDGET
    ) -> None:
        self._simulator, self._folder, self._runs, self._budget = simulator, folder, 0, budget
        self._shared_store = shared_store
        self.session_file = folder / "session.json"
        simulator.write_session(self.session_file)
        for name in ("one", "two"):
            (folder / name / "deep" / "deeper").mkdir(parents=True)
            (folder / name / "scrapy.cfg").write_text(_CFG)

    def start(self, chance: random.Random) -> crawls.CrawlProcess:
        """Start a crawl from one of the places."""
        begin = chance.choice([self.in_folder, self.in_subfolder, self.with_other_store, self.after_deletion])
        return begin(chance)

    def in_folder(self, chance: random.Random) -> crawls.CrawlProcess:
        """Start in one of two projects."""
        return self._crawl(chance.choice(["one", "two"]), chance)

    def in_first(self, chance: random.Random) -> crawls.CrawlProcess:
        """Start in the first project."""
        return self._crawl("one", chance)

    def in_subfolder(self, chance: random.Random) -> crawls.CrawlProcess:
        """Start below one of two projects."""
        return self._crawl(chance.choice(["one/deep", "two/deep/deeper"]), chance)

    def with_other_store(self, chance: random.Random) -> crawls.CrawlProcess:
        """Start with a store of its own, or the shared one."""
        store = self._shared_store if self._shared_store and chance.random() < 0.7 else f"sqlite:///s{self._runs}.db"
        return self._crawl("one", chance, IG_STORE=store)

    def with_shared_store(self, chance: random.Random) -> crawls.CrawlProcess:
        """Start with the shared store."""
        assert self._shared_store is not None
        return self._crawl("one", chance, IG_STORE=self._shared_store)

    def after_deletion(self, chance: random.Random) -> crawls.CrawlProcess:
        """Start where the store was deleted."""
        shutil.rmtree(self._folder / "two" / ".igcrawl", ignore_errors=True)
        return self._crawl("two", chance)

    def _crawl(self, name: str, chance: random.Random, **environment: str) -> crawls.CrawlProcess:
        self._runs += 1
        return crawls.start(
            "crawl", "followers", "-a", f"user_id={100_000_000 + chance.randrange(30)}", "-a", "max_pages=2",
            folder=self._folder / name,
            log=self._folder / f"run-{self._runs}.txt",
            **{
                "IG_MOBILE_URL": self._simulator.mobile_url,
                "IG_WEB_URL": self._simulator.web_url,
                "IG_SESSION": str(self.session_file),
                "IG_BUDGET_HOUR": str(self._budget),
                "IG_BUDGET_DAY": str(self._budget),
                "IG_PACE": "burst",
                "XDG_STATE_HOME": str(state_home(self._folder)),
                **AT_ONCE,
                **environment,
            },
        )  # fmt: skip


def spend(simulator: Simulator, folder: Path, seed: int, tally: Tally, shared_store: str | None = None) -> None:
    """Spend a budget from everywhere, two crawls at a time, and count what was sent beyond it."""
    chance, places = random.Random(seed), Everywhere(simulator, folder, shared_store)
    before = len(simulator.requests)
    for _ in range(4):
        for process in [places.start(chance) for _ in range(2)]:
            process.wait()
    sent = len(simulator.requests) - before
    assert sent >= BUDGET, f"seed {seed}: only {sent} requests were sent"
    tally.note(f"places, seed {seed}: {sent} of {BUDGET}", "over_budget", sent - BUDGET)


def challenge(
    simulator: Simulator,
    folder: Path,
    seed: int,
    tally: Tally,
    shared_store: str | None = None,
    hinder: Callable[[Path], None] = lambda folder: None,
) -> crawls.CrawlProcess:
    """Meet a challenge, then start from everywhere, and count what is sent after it.

    Args:
        simulator: the server.
        folder: empty.
        seed: of all that is random.
        tally: takes the harm.
        shared_store: see `Everywhere`.
        hinder: makes something fail at the moment of the challenge.

    Returns:
        The crawl that met it.
    """
    chance, places = random.Random(seed), Everywhere(simulator, folder, shared_store, budget=1_000)
    # It makes the stores, the project's own or the shared one.
    begin = places.with_shared_store if shared_store else places.in_first
    begin(chance).wait()
    hinder(folder)
    simulator.faults.add(kind=chance.choice(TROUBLES))
    challenged = begin(chance)
    challenged.wait()
    simulator.faults.clear()
    before = len(simulator.requests)
    for _ in range(4):
        places.start(chance).wait()
    tally.note(f"challenge, seed {seed}", "requests_after_trouble", len(simulator.requests) - before)
    return challenged
