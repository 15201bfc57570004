"""Tables of the commands: columns as wide as their cells, or of fixed width for rows printed one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from igcrawl.capture.changes import QueryChange, State
from igcrawl.printable import say

#: A row of `scrapy session list`: session, account, state, age.
SESSION_LINE: Final = "{:<24} {:<20} {:<36} {:>6}"
#: A row of `scrapy walks`: walk, verdict, pages, records, expected, kept, outputs that have these, age, what is left.
WALK_LINE: Final = "{:<44} {:<13} {:>6} {:>10} {:>10} {:>10} {:>7} {:>6}  {}"
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


def print_columns(rows: Iterable[tuple[str, ...]]) -> None:
    """Print rows of cells below each other."""
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
