"""Plays sequences of acts: ``python -m tests.operators --sequences 500``, or one of them by its ``--seed``."""

from __future__ import annotations

import argparse
import random
import sys
import traceback

from tests.operators.acts import ACTS, RUNS
from tests.operators.place import BrokenError, Place, place


def play(seed: int) -> Place:
    """Play a sequence.

    Raises:
        BrokenError: a promise did not hold.
    """
    with place(seed) as own:
        try:
            for _ in range(own.chance.randrange(3, 9)):
                act = own.chance.choice(RUNS if not own.outputs or own.chance.random() < 0.6 else ACTS)
                act(own)
            own.settle()
        except BrokenError as error:
            raise BrokenError("\n".join([f"seed {seed}", *own.story, str(error)])) from error
        return own


def main() -> int:
    """Play them and print each breach."""
    options = argparse.ArgumentParser()
    options.add_argument("--sequences", type=int, default=100)
    options.add_argument("--seed", type=int)
    given = options.parse_args()
    broken = 0
    seeds = [given.seed] if given.seed is not None else (random.randrange(1 << 32) for _ in range(given.sequences))
    for number, seed in enumerate(seeds):
        try:
            play(seed)
        except BrokenError as error:
            broken += 1
            print(f"--- {error}\n", flush=True)
        except Exception:
            broken += 1
            print(f"--- seed {seed}: the play itself failed", flush=True)
            traceback.print_exc(file=sys.stdout)
    print(f"{number + 1} sequences, {broken} breaches")
    return min(broken, 1)


if __name__ == "__main__":
    sys.exit(main())
