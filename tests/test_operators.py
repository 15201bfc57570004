"""Whatever an operator does, in whatever order, the promises hold; `make torture` plays 200 sequences of acts."""

from __future__ import annotations

import random

from tests.operators.acts import play
from tests.operators.place import place


def test_the_promises_hold_whatever_an_operator_does() -> None:
    seed = random.randrange(1 << 32)
    print(f"python -m tests.operators --seed {seed}")
    with place(seed) as own:
        try:
            play(own)
        finally:
            print(*own.story, sep="\n")
