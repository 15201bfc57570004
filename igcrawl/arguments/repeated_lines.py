"""Lines of a file of targets that repeat an earlier line: their target is asked once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from igcrawl.arguments.targets import Target

#: So many lines are named in a message.
_NAMED: Final = 5


class FirstLines:
    """Remembers the line in which each target stands first.

    Args:
        most: so many different targets are remembered, the first ones; None for all.
    """

    def __init__(self, most: int | None = None) -> None:
        self._most = most
        self._lines: dict[Target, int] = {}

    def earlier(self, target: Target, number: int) -> int | None:
        """Return the line in which a target has stood before this one; None where that is not known."""
        first = self._lines.get(target)
        if first is None and (self._most is None or len(self._lines) < self._most):
            self._lines[target] = number
        return first


@dataclass(slots=True)
class RepeatedLines:
    """The first lines of a file that repeat an earlier one, each with that one."""

    named: list[tuple[int, int]] = field(default_factory=list)

    def add(self, number: int, earlier: int) -> None:
        """Take a line in; numbers come in their order."""
        if len(self.named) < _NAMED:
            self.named.append((number, earlier))

    def told(self, count: int) -> str:
        """Return which lines these are.

        Args:
            count: how many lines of the file repeat another one.
        """
        lines = ", ".join(f"line {number} repeats line {earlier}" for number, earlier in self.named)
        more = count - len(self.named)
        return f"{lines} and {more:,} more: bad_lines=list prints each" if lines and more > 0 else lines
