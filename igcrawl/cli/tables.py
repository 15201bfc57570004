"""Tables of the commands. On a terminal a table fits, its cells wrapped in their columns; elsewhere nothing is cut."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Final
from unicodedata import combining, east_asian_width

from igcrawl.printable import printable, say

_GAP: Final = "  "
_INDENT: Final = "  "
#: Where not even so much is left for a column, each row becomes a list of its cells.
_NARROWEST: Final = 8


class Table:
    """A table whose columns are as wide as the cells that are printed first.

    Args:
        names: of the columns.
        numbers: names of the columns whose cells stand at the right.
        width: columns of the terminal; None for lines as long as they come.
    """

    def __init__(self, names: Sequence[str], numbers: Iterable[str] = (), width: int | None = None) -> None:
        self._names, self._numbers, self._width = tuple(names), frozenset(numbers), width
        self._widths: list[int] | None = None
        self._begun = False

    def lines(self, rows: Iterable[Sequence[str]]) -> Iterator[str]:
        """Yield the lines of further rows; before the first, the one that names the columns."""
        cells = [[printable(cell) for cell in row] for row in rows]
        if not self._begun:
            self._begun = True
            natural = [max(map(shown_width, column)) for column in zip(self._names, *cells, strict=True)]
            self._widths = natural if self._width is None else _fitting(natural, self._width)
            if self._widths is not None:
                cells.insert(0, list(self._names))
        for row in cells:
            yield from self._as_list(row) if self._widths is None else self._in_columns(row, self._widths)

    def _in_columns(self, row: list[str], widths: list[int]) -> Iterator[str]:
        cut = self._width is not None
        cells = [wrapped(cell, most) if cut else [cell] for cell, most in zip(row, widths, strict=True)]
        for pieces in zip_longest(*cells, fillvalue=""):
            yield _GAP.join(map(self._padded, self._names, pieces, widths)).rstrip()

    def _padded(self, name: str, piece: str, width: int) -> str:
        blanks = " " * (width - shown_width(piece))
        return blanks + piece if name in self._numbers else piece + blanks

    def _as_list(self, row: list[str]) -> Iterator[str]:
        width = self._width or 1
        for place, (name, cell) in enumerate(zip(self._names, row, strict=True)):
            indent = _INDENT if place and width > 2 * len(_INDENT) else ""
            text = f"{name}: {cell}" if name else cell
            yield from (indent + line for line in wrapped(text, width - len(indent)))


def print_columns(rows: Iterable[Sequence[str]]) -> None:
    """Print rows of cells below each other; the first row names the columns."""
    names, *others = rows
    for line in Table(names, width=terminal_width()).lines(others):
        say(line)


def terminal_width() -> int | None:
    """Return the columns of the terminal that standard output is; None where it is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def wrapped(text: str, width: int) -> list[str]:
    """Return a text in lines of this width at most, broken at blanks, or behind a slash or underscore."""
    lines = []
    while shown_width(text) > width:
        end = _longest(text, width)
        blank, joint = text.rfind(" ", 1, end + 1), max(text.rfind("/", 1, end), text.rfind("_", 1, end))
        if blank > 0:
            lines.append(text[:blank].rstrip())
            text = text[blank + 1 :]
            continue
        end = joint + 1 if joint > 0 else end
        lines.append(text[:end])
        text = text[end:]
    return [*lines, text]


def shown_width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    return 0 if combining(character) else 2 if east_asian_width(character) in "WF" else 1


def _longest(text: str, width: int) -> int:
    """Return how many characters of a text fit, one at least."""
    taken = 0
    for place, character in enumerate(text):
        taken += _columns(character)
        if taken > width:
            return max(place, 1)
    return len(text)


def _fitting(natural: list[int], width: int) -> list[int] | None:
    """Return the widths of columns that fit; None where there is no room. The widest are cut, the others stay."""
    room = width - len(_GAP) * (len(natural) - 1)
    for most in range(max(_NARROWEST, *natural), _NARROWEST - 1, -1):
        widths = [min(each, most) for each in natural]
        if sum(widths) <= room:
            break
    else:
        return None
    # What is left goes to those that were cut, from the left.
    spare = room - sum(widths)
    for place, each in enumerate(natural):
        more = min(spare, each - widths[place])
        widths[place], spare = widths[place] + more, spare - more
    return widths
