"""Guess of the column that holds the targets, where no head tells: the one whose values look like targets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from igcrawl.arguments.target_fields import TargetKind
from igcrawl.arguments.targets import bare, shown

#: So many rows are looked at.
SAMPLE: Final = 500
#: A column whose values look less like targets than this is none.
_LEAST: Final = 0.5
_ADDRESS: Final = re.compile(r"(https?://|www\.|instagram\.com/)", re.IGNORECASE)
#: Shorter numbers count rows, or followers.
_LONG_NUMBER: Final = re.compile(r"[0-9]{7,20}(_[0-9]+)?")
#: A word of a text has neither; names of accounts mostly do.
_HANDLE: Final = re.compile(r"@[\w.]+|(?=.*[0-9._])(?=.*[a-z])[a-z0-9._]+")
_SHORTCODE: Final = re.compile(r"(?=.*[a-z])(?=.*[A-Z])[A-Za-z0-9_-]{9,11}")


@dataclass(frozen=True, slots=True)
class Guess:
    """A column that looks like the one with the targets.

    Args:
        head: its head.
        good: how many of its values are targets.
        filled: how many it has.
    """

    head: str
    good: int
    filled: int

    @property
    def is_headless(self) -> bool:
        """True if the head is a value itself."""
        return bool(self.head[0] == "@" or _ADDRESS.match(self.head) or _LONG_NUMBER.fullmatch(self.head))

    def told(self, targets: str) -> str:
        """Return the guess in words."""
        return f"column={shown(self.head)!r} looks like it: {self.good:,} of its {self.filled:,} values are {targets}"


def guess_column(kind: TargetKind, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Guess | None:
    """Return the column that most probably holds targets; None where none looks so.

    Args:
        kind: what the targets are.
        heads: of the columns; one without a head cannot be named.
        rows: the first rows of the table.
    """
    score, guess = max(_scored(kind, heads, rows), key=lambda scored: scored[0], default=(0.0, None))
    return guess if score > _LEAST else None


def rival_column(kind: TargetKind, heads: Sequence[str], rows: Sequence[Sequence[str]], head: str) -> Guess | None:
    """Return another column that looks at least as much like targets as the one with this head; None for none.

    A column of addresses or long numbers has no rival.

    Args:
        kind: what the targets are.
        heads: of the columns.
        rows: the first rows of the table.
        head: of the column that may be something else.
    """
    scored = _scored(kind, heads, rows)
    own, filled = next(((score, guess.filled) for score, guess in scored if guess.head == head), (0.0, 0))
    likely = [
        (score, guess)
        for score, guess in scored
        # A column with a few words is one of remarks.
        if guess.head != head and score > _LEAST and score >= own and 2 * guess.filled >= filled
    ]
    if own == 1 or not likely:
        return None
    return max(likely, key=lambda scored: scored[0])[1]


def _scored(kind: TargetKind, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[tuple[float, Guess]]:
    """Return each column that has a head and values, with how much it looks like targets, 0 to 1."""
    scored = []
    for place, head in enumerate(heads):
        values = [value for row in rows if place < len(row) and (value := bare(row[place]))]
        if not head or not values:
            continue
        good = sum(map(kind.is_target, values))
        # What stands in many rows is a property of targets, such as their country.
        different = len(set(values)) / len(values)
        score = sum(_looks_like(kind, value) for value in values) / len(values) * different
        scored.append((score, Guess(head, good, len(values))))
    return scored


def _looks_like(kind: TargetKind, value: str) -> float:
    """Return how much a value looks like a target, 0 to 1: most short words could be one."""
    if not kind.is_target(value):
        return 0.0
    if _ADDRESS.match(value) or _LONG_NUMBER.fullmatch(value):
        return 1.0
    sure = _HANDLE if kind.hit == "user" else _SHORTCODE
    if sure.fullmatch(value):
        return 0.95
    if value.isdecimal() or kind.hit != "user":
        return 0.1
    return 0.7 if value == value.lower() else 0.4
