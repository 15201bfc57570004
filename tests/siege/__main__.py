"""`make siege`: attacks for some minutes, from one seed; prints what they did, and fails unless that is nothing."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from igcrawl.simulator import Simulator
from tests.siege.answers import repeat
from tests.siege.clocks import jump
from tests.siege.hindrances import HINDRANCES, postgres_fails
from tests.siege.places import challenge, spend
from tests.siege.refreshes import spoil
from tests.siege.rotation import rotate
from tests.siege.tally import Tally
from tests.support.postgres import database


@contextmanager
def _scene() -> Iterator[tuple[Simulator, Path]]:
    with Simulator() as simulator, tempfile.TemporaryDirectory(prefix="igcrawl-siege-") as name:
        folder = Path(name) / "scene"
        folder.mkdir()
        yield simulator, folder


class Siege:
    """Every kind of attack, each drawn from one seed.

    Args:
        seed: of all.
    """

    def __init__(self, seed: int) -> None:
        self.tally, self._chance = Tally(), random.Random(seed)

    @property
    def attacks(self) -> list[Callable[[], None]]:
        """The kinds, in their order."""
        return [self.places, self.challenges, self.refreshes, self.answers, self.rotation, self.clocks]

    def places(self) -> None:
        """Spend one budget from everywhere."""
        with _scene() as (simulator, folder), database() as url:
            spend(simulator, folder, self._draw(), self.tally, self._chance.choice([None, url]))

    def challenges(self) -> None:
        """Meet a challenge while something fails."""
        for hinder in HINDRANCES.values():
            with _scene() as (simulator, folder):
                challenge(simulator, folder, self._draw(), self.tally, hinder=hinder)
        with _scene() as (simulator, folder), database() as url:
            challenge(simulator, folder, self._draw(), self.tally, url, postgres_fails(url))

    def refreshes(self) -> None:
        """Refresh a session with what is none."""
        with tempfile.TemporaryDirectory() as name:
            for _ in range(100):
                spoil(Path(name), self._draw(), self.tally)

    def answers(self) -> None:
        """Repeat the session in answers."""
        for _ in range(20):
            with tempfile.TemporaryDirectory() as name:
                repeat(Path(name), self._draw(), self.tally)

    def rotation(self) -> None:
        """Rotate a session that two processes share."""
        with _scene() as (simulator, folder):
            rotate(simulator, folder, self._draw(), self.tally)

    def clocks(self) -> None:
        """Put clocks forward and back."""
        for _ in range(60):
            jump(self._draw(), self.tally)

    def _draw(self) -> int:
        return self._chance.randrange(1 << 32)


def main() -> int:
    """Attack so many rounds, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--rounds", type=int, default=12)
    options = parser.parse_args()
    siege = Siege(options.seed)
    print(f"seed {options.seed}, {options.rounds} rounds", flush=True)
    for attack in siege.attacks:
        began = time.monotonic()
        for _ in range(options.rounds):
            attack()
        print(f"{attack.__name__}: {options.rounds} rounds in {time.monotonic() - began:.0f} s", flush=True)
    print(*siege.tally.lines, *siege.tally.notes, sep="\n")
    return 0 if siege.tally.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
