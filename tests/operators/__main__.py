"""Plays sequences of acts: ``python -m tests.operators --sequences 500``, or one of them by its ``--seed``."""

from __future__ import annotations

import argparse
import random
import sys

from tests.operators.acts import play
from tests.operators.place import place


def main() -> int:
    """Play them, print each breach with its seed, and return 1 if there is one."""
    options = argparse.ArgumentParser()
    options.add_argument("--sequences", type=int, default=100)
    options.add_argument("--seed", type=int)
    given = options.parse_args()
    seeds = [given.seed] if given.seed is not None else random.sample(range(1 << 32), given.sequences)
    broken = 0
    for number, seed in enumerate(seeds, start=1):
        with place(seed) as own:
            try:
                play(own)
            except AssertionError as error:
                broken += 1
                print(f"--- {number}: seed {seed}", *own.story, error, sep="\n", flush=True)
    print(f"{len(seeds)} sequences, {broken} breaches")
    return min(broken, 1)


if __name__ == "__main__":
    sys.exit(main())
