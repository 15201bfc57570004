"""A session under clocks that are wrong for a run, with what it has truly sent."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import orjson

from igcrawl.budget.limits import Budget, Pace, WindowLimits
from igcrawl.budget.session_state import SessionState
from igcrawl.times import DAY, HOUR
from tests.siege.tally import Tally

START = 1_800_000_000.0
BUDGET = Budget(WindowLimits(5, 12), pace=Pace.BURST)


@dataclass
class World:
    """A session under a clock that jumps, and what it has truly sent."""

    budget: Budget = BUDGET
    state: SessionState = field(default_factory=SessionState)
    real: float = START
    #: The clock is ahead of real time by so much.
    ahead: float = 0.0
    sent: list[float] = field(default_factory=list)

    def ask(self) -> bool:
        """Ask for a request, through the store, and return whether it was sent."""
        row: dict[str, object] = {}
        self.state.write(row)
        self.state = SessionState.read(orjson.loads(orjson.dumps(row)))
        may = self.state.ask(self.budget, "relations", self.real + self.ahead, 0.5).wait <= 0
        if may:
            self.sent.append(self.real)
        return may

    def ask_often(self, times: int = 20) -> int:
        """Ask so often at one moment, and return how many requests were sent."""
        return sum(self.ask() for _ in range(times))

    @property
    def over(self) -> int:
        """How many requests too many the windows of real time hold that end now."""
        hour = sum(at > self.real - HOUR for at in self.sent) - self.budget.whole.hour
        day = sum(at > self.real - DAY for at in self.sent) - self.budget.whole.day
        return max(hour, day, 0)

    def check(self) -> None:
        """Hold the last request against the windows that end with it."""
        assert not self.over


def jump(seed: int, tally: Tally) -> None:
    """Let right clocks and wrong ones take turns, and count what is sent too much.

    A clock that is ahead may send what it takes to be free; the right one after it may not.
    """
    chance, world = random.Random(seed), World()
    direction, over = chance.choice([1, -1]), 0
    for _ in range(60):
        for _ in range(1 + chance.randrange(8)):
            world.real += chance.choice([0.0, 0.0, 1.0, 50.0, 600.0, chance.expovariate(1 / 3_000), DAY / 2])
            over += world.over if world.ask() else 0
        # A run that is over before its clock comes to where the right one was.
        world.ahead = direction * chance.choice([HOUR, DAY, 400 * DAY, chance.uniform(HOUR, 10 * DAY)])
        for _ in range(chance.randrange(8)):
            world.real += chance.choice([0.0, 0.0, 1.0, 50.0, 300.0])
            over += world.over if world.ask() and direction < 0 else 0
        world.ahead = 0.0
    tally.note(f"clocks, seed {seed}", "over_budget", over)
