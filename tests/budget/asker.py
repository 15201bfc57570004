"""A session that asks for its turn, by a clock that is told to go."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace

from igcrawl.budget.limits import Budget, Pace, WindowLimits
from igcrawl.budget.session_state import Permit, SessionState

START = 1_800_000_000.0
BURST = Budget(WindowLimits(20, 60), pace=Pace.BURST)
EVEN = Budget(WindowLimits(120, 500))
#: So large that the hour decides.
ALL_DAY = 100_000


def most_within(times: Sequence[float], window: float) -> int:
    """The most that any window of this length holds."""
    return max((number - bisect_right(times, at - window) for number, at in enumerate(times, 1)), default=0)


class Asker:
    """Asks for its turn, again and again, and notes when it was let go."""

    def __init__(self, budget: Budget, state: SessionState | None = None, now: float = START, seed: int = 1) -> None:
        self.budget, self.state, self.now = budget, state or SessionState(), now
        self.chance = random.Random(seed)
        self.sent: list[float] = []

    def ask(self, family: str = "relations") -> Permit:
        permit = self.state.ask(self.budget, family, self.now, self.chance.random())
        if permit.wait <= 0:
            self.sent.append(self.now)
        return permit

    def send(self, family: str = "relations") -> float:
        """Wait as long as it is told to, send, and return when."""
        while (permit := self.ask(family)).wait > 0:
            self.now += permit.wait
        return self.now

    def send_until(self, end: float, family: str = "relations", latency: Callable[[], float] = lambda: 0.0) -> None:
        while self.send(family) < end:
            self.now += latency()
        self.sent.pop()


def throttled(asker: Asker, retry_after: float | None = None) -> float:
    """Take in a throttled answer and return how long the session rests."""
    return asker.state.throttled(asker.budget, asker.now, retry_after, 60.0) - asker.now


def learned_from(sent: int, budget: Budget = EVEN) -> Asker:
    """A session that was throttled at its last of so many requests."""
    asker = Asker(replace(budget, pace=Pace.BURST))
    for _ in range(sent):
        asker.send()
        asker.now += 20
    throttled(asker)
    return asker
