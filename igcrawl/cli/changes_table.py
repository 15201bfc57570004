"""Table of what a capture changes, a line a query."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from igcrawl.capture.changes import QueryChange, State
from igcrawl.cli.tables import print_columns
from igcrawl.printable import say

_COLUMNS: Final = ("state", "query", "operation", "surface", "old id", "new id", "variables")


def print_changes(changes: Sequence[QueryChange]) -> None:
    """Print what a capture changes, a line a query with names and ids only, and how many there are of each state.

    Before a variable, ``+`` says that the capture sent it and the operation does not, ``-`` the opposite, and ``?``
    that igcrawl has no value for it.
    """
    print_columns([_COLUMNS, *map(_row, changes)])
    counts = Counter(change.state for change in changes)
    say(", ".join(f"{counts[state]} {state}" for state in State if counts[state] or state is not State.ELSEWHERE))


def _row(change: QueryChange) -> tuple[str, ...]:
    variables = [
        *(f"+{name}" for name in change.variables),
        *(f"-{name}" for name in change.without),
        *(f"?{name}" for name in change.unknown if change.state is not State.NEW),
    ]
    return (
        change.state,
        change.name,
        " ".join(change.operations) or "-",
        change.surface,
        change.old or "-",
        change.new,
        " ".join(variables) or "-",
    )
