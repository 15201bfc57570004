"""Histories of lists in the simulator, drawn from seeds: between crawls people join, leave, come back, are renamed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from igcrawl.simulator import Simulator
from tests.conftest import AT_ONCE
from tests.support.in_one_process import Order, one_process

OWNER = 100000010
OTHER = 100000013
CRAWLS = 3
PAGE = 7
#: A body that is no answer.
ODD = {"data": {"xdt_api__v1__friendships__followers": {"users": 5, "next_max_id": None}}}
#: Fates of a list that is not whole, each with its verdict; half of the lists are whole.
FATES = {
    "cut": "limited",
    "short": "suspect",
    "stopped": "stopped",
    "broken": "failed",
    "looping": "looped",
    "throttled": "throttled",
    "blocked": "blocked",
}
_FAULTS: dict[str, dict[str, Any]] = {
    "broken": {"kind": "raw", "body": ODD, "after_cursor": True},
    "looping": {"kind": "repeat_cursor", "after_cursor": True},
    "throttled": {"kind": "throttle", "after_cursor": True},
    "blocked": {"kind": "challenge", "after_cursor": True},
}


@dataclass(frozen=True)
class Read:
    """A list as it was when it was read: its members with their names, and what became of it."""

    members: dict[str, str]
    fate: str

    @property
    def is_whole(self) -> bool:
        return self.fate == "whole"


@dataclass
class Drawn:
    """A history.

    Args:
        seed: draws it.
        simulator: answers.
        folder: holds its stores and sessions.
        url: of its store.
    """

    seed: int
    simulator: Simulator
    folder: Path
    url: str
    reads: list[Read] = field(default_factory=list)
    following: dict[str, str] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.people = [self.simulator.graph.id_at(number) for number in range(100)]
        self.members = self.random.sample(self.people, self.random.randint(4 * PAGE, 8 * PAGE))
        self.simulator.write_session(self.folder / "session.json")

    def live(self) -> None:
        """Let some leave, some join or come back at the front, and some be renamed."""
        graph, random = self.simulator.graph, self.random
        staying = [each for each in self.members if random.random() > 0.2]
        outside = [each for each in self.people if each not in self.members]
        self.members = random.sample(outside, random.randint(3, 10)) + staying
        for each in random.sample(self.people, 10):
            graph.rename(each, f"{graph.username(each)[:20]}.{random.randint(0, 9999)}")

    def names(self, members: Sequence[int]) -> dict[str, str]:
        return {str(each): self.simulator.graph.username(each) for each in members}

    def orders(self, number: int) -> list[Order]:
        """What is crawled next; the last time of one history in three, two other lists, too."""
        graph = self.simulator.graph
        fate = self.random.choice(["whole"] * len(FATES) + list(FATES))
        if number:
            self.live()
        listed = self.members[: len(self.members) // 2] if fate in {"cut", "short"} else self.members
        graph.set_list(OWNER, "followers", listed, len(self.members), cut=fate == "cut")
        if fate in _FAULTS:
            self.simulator.faults.add(operation="followers", target=str(OWNER), times=10**6, **_FAULTS[fate])
        if fate == "broken":
            # Its substitute is no way out.
            odd = {"users": 5, "status": "ok"}
            self.simulator.faults.add(operation="followers_rest", target=str(OWNER), kind="raw", body=odd)
        self.reads.append(Read(self.names(self.members), fate))
        arguments = {"max_pages": "2"} if fate == "stopped" else {}
        orders = [self._order("followers", OWNER, f"week{number}", arguments)]
        if number == CRAWLS - 1 and self.seed % 3 == 0:
            following, others = (self.random.sample(self.people, 40) for _ in range(2))
            graph.set_list(OWNER, "following", following)
            graph.set_list(OTHER, "followers", others)
            self.following, self.others = self.names(following), self.names(others)
            orders += [self._order("following", OWNER, "following"), self._order("followers", OTHER, "other")]
        return orders

    def _order(self, spider: str, target: int, crawl: str, more: dict[str, str] | None = None) -> Order:
        settings = {
            "IG_MOBILE_URL": self.simulator.mobile_url,
            "IG_WEB_URL": self.simulator.web_url,
            "IG_SESSION": str(self.folder / "session.json"),
            "IG_STORE": self.url,
            # A session that was throttled or blocked rests, but not here.
            "IG_STATE": str(self.folder / crawl),
            **AT_ONCE,
        }
        return Order(spider, {"user_id": str(target), "crawl": crawl, **(more or {})}, settings)


@contextmanager
def crawled(seeds: Sequence[int], folder: Path, urls: Sequence[str]) -> Iterator[list[Drawn]]:
    """Histories, each crawled to its end into a store of its own."""
    with ExitStack() as running:
        drawn = []
        for seed, url in zip(seeds, urls, strict=True):
            own = folder / str(seed)
            own.mkdir()
            simulator = running.enter_context(Simulator(100, page_size=PAGE))
            drawn.append(Drawn(seed, simulator, own, url))
        for number in range(CRAWLS):
            orders = {each.seed: each.orders(number) for each in drawn}
            done = one_process().run([order for own in orders.values() for order in own], at_once=4).done
            left = iter(done)
            for each in drawn:
                verdicts = [next(left).outcome["verdicts"] for _ in orders[each.seed]]
                fate = each.reads[-1].fate
                assert verdicts[0] == {FATES.get(fate, "complete"): 1}, f"SEED={each.seed}: {fate} was {verdicts}"
                each.simulator.faults.clear()
        yield drawn
