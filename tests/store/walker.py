"""Processes that work on a store, begin when they are told, and say what they do.

They are forked from a server that has imported all they need, see `multiprocessing`.
"""

from __future__ import annotations

import asyncio
import fcntl
import multiprocessing
import os
import random
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from igcrawl.budget.limits import Budget, Pace, WindowLimits
from igcrawl.budget.session_state import Permit, SessionState
from igcrawl.budget.session_states import opened_states
from igcrawl.store import CrawlRow, PageCommit, Store, WalkRow
from tests.store.samples import LATER, NO_LIMITS, NOW, begun, opened, page, seed

#: Pages a walk.
PAGES = 3
#: What a session may send, and when it does.
SPENT = Budget(WindowLimits(800, 800), pace=Pace.BURST)
SPENT_AT = 1_800_000_000.0

#: Its processes begin at once.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__])
#: Where a process says what it does.
_listener: ContextVar[Connection] = ContextVar("listener")


class Working:
    """A process that works.

    Args:
        what: begin, hold, walk or spend.
        url: of the store.
        place: what `walk` and `spend` need: a folder for locks, the name of a server.
    """

    def __init__(self, what: str, url: str, place: str = "") -> None:
        self._pipe, other = FORKS.Pipe()
        self._process = FORKS.Process(target=_work, args=(other, what, url, place), daemon=True)
        self._process.start()
        other.close()

    def line(self) -> str:
        """Return the next line that it says."""
        return str(self._pipe.recv())

    def go(self) -> None:
        """Let it begin."""
        self._pipe.send("")

    def kill(self) -> None:
        """Kill it by a signal that it cannot handle."""
        self._process.kill()
        self._process.join()

    def rest(self) -> list[str]:
        """Return what else it says until its end."""
        lines = []
        with suppress(EOFError, ConnectionResetError):
            while self._pipe.poll(60):
                lines.append(self.line())
        return lines


def _work(listener: Connection, what: str, url: str, place: str) -> None:
    _listener.set(listener)
    asyncio.run(main(what, url, place))


def open_and_join(url: str) -> None:
    """Open a store, and join its workers."""

    async def joined() -> None:
        async with opened(url) as store:
            await store.worker.join()

    asyncio.run(joined())


def say(*words: object) -> None:
    _listener.get().send(" ".join(map(str, words)))


async def the_crawl(store: Store) -> CrawlRow:
    crawl = await store.crawls.find("key")
    assert crawl is not None
    return crawl


async def begin(store: Store) -> None:
    crawl = await begun(store, [seed(number) for number in range(50)])
    say(crawl.id, crawl.generation)


async def hold(store: Store) -> None:
    """Claim a walk, commit its first page, and never come back."""
    walk = await store.walks.claim((await the_crawl(store)).id, NO_LIMITS, NOW)
    assert walk is not None
    await store.walks.commit([PageCommit(walk=replace(walk, cursor="second", pages=1), found=page(1, 2))], {})
    say(walk.id)
    await asyncio.sleep(600)


async def spend(store: Store, place: str) -> None:
    """Take turns of one session until the budget is spent, and say how many they were."""
    turns = 0

    def take(state: SessionState) -> Permit:
        return state.ask(SPENT, "relations", SPENT_AT, random.random())

    def take_back(state: SessionState, permit: Permit) -> None:
        state.take_back("relations", permit)

    async with opened_states("", place, store) as states:
        while (await states.ask("1", take, take_back)).wait <= 0:
            turns += 1
            say(turns)
    say("spent")


async def walk_all(store: Store, folder: Path) -> None:
    """Walk what there is, and say so when somebody else walks it, too."""
    crawl = await the_crawl(store)
    while True:
        walk = await store.walks.claim(crawl.id, NO_LIMITS, NOW)
        if walk is None:
            if not await store.walks.busy(crawl.id):
                break
            await asyncio.sleep(0.01)
            continue
        file = os.open(folder / str(walk.id), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("twice", walk.id)
        await walk_one(store, walk, file)
    say("done")


async def walk_one(store: Store, walk: WalkRow, file: int) -> None:
    """Walk the rest of a walk; the file is its lock."""
    while walk.pages < PAGES:
        await asyncio.sleep(random.uniform(0, 0.01))
        walk = replace(walk, pages=walk.pages + 1, cursor=str(walk.pages + 1))
        last = walk.pages == PAGES
        if last:
            walk = replace(walk, verdict="complete", ended_at=LATER)
            # Before others may claim it again.
            os.close(file)
        await store.walks.commit([PageCommit(walk=walk, found=page(walk.pages))], {})


async def main(what: str, url: str, place: str) -> None:
    say("ready")
    _listener.get().recv()
    async with opened(url) as store:
        if what == "begin":
            await begin(store)
        elif what == "spend":
            await spend(store, place)
        elif what == "hold":
            await hold(store)
        else:
            await walk_all(store, Path(place))
