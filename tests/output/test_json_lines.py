"""JSON lines are read back as they were written, in one call a page."""

from __future__ import annotations

import json
import random

import pytest

from igcrawl.output.json_lines import rows_of, to_lines


@pytest.mark.parametrize("long", [False, True])
def test_a_page_of_lines_is_read_back_whatever_its_numbers_and_texts(long: bool) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _ in range(200):
        rows = [
            {"n": number(chance, long=long), "in": [number(chance, long=long)], "text": text(chance)} for _ in "123"
        ]
        lines = to_lines(rows)
        assert rows_of(lines) == rows == [json.loads(line) for line in lines.splitlines()]
    assert rows_of(b"") == []


def number(chance: random.Random, *, long: bool) -> int:
    """A whole number of up to 18 digits, or of up to 30."""
    return chance.choice([1, -1]) * chance.randrange(10 ** chance.randint(1, 30 if long else 18))


def text(chance: random.Random) -> str:
    """A text in which a number, a quote, a line's end or an order to a terminal may stand."""
    return "".join(
        chance.choices([",[:", str(chance.randrange(10**25)), '"', "\\", "\n", "\r", "\x85", "\u2028", "ø"], k=4)
    )
