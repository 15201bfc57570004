"""Lines of a file that are no target, told in one line: what is wrong is said once, with the numbers of its lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from igcrawl.arguments.targets import shown
from igcrawl.wording import counted

#: A longer message drowns what it says: then only some of the numbers, and of the reasons, are told.
_LONGEST: Final = 1500
_FEW_RANGES: Final = 8
_FEW_REASONS: Final = 6
#: So many ranges of numbers are kept for a reason, and so many reasons: memory stays flat.
_MOST_RANGES: Final = 500
_MOST_REASONS: Final = 50
#: Reasons that differ in a number only are one.
_NUMBER: Final = re.compile(r"\d+")


@dataclass(slots=True)
class _Reason:
    """A reason, the first line that has it, and the numbers of all."""

    problem: str
    text: str
    count: int = 0
    numbered: int = 0
    alike: bool = True
    ranges: list[list[int]] = field(default_factory=list)

    def add(self, number: int, text: str) -> None:
        """Count a line in; numbers come in their order."""
        self.count += 1
        self.alike = self.alike and text == self.text
        if self.ranges and self.ranges[-1][1] == number - 1 and self.numbered == self.count - 1:
            self.ranges[-1][1] = number
        elif len(self.ranges) < _MOST_RANGES:
            self.ranges.append([number, number])
        else:
            return
        self.numbered += 1

    def told(self, most: int) -> str:
        """Return the reason with its lines: so many ranges at most, the other lines as a number."""
        ranges = self.ranges[:most]
        said = [str(first) if first == last else f"{first}–{last}" for first, last in ranges]
        more = self.count - sum(last - first + 1 for first, last in ranges)
        lines = f"line{'s' if self.count > 1 else ''} {', '.join(said)}" + (f" and {more:,} more" if more else "")
        if not self.text:
            return f"{lines}: {self.problem}"
        return f"{lines}{': ' if self.alike else ', such as '}'{shown(self.text)}': {self.problem}"


class LineProblems:
    """Problems of the lines of a file that are no target."""

    def __init__(self) -> None:
        self.count = 0
        self._reasons: dict[str, _Reason] = {}
        self._others = 0

    def add(self, number: int, text: str, problem: str) -> None:
        """Count a line in.

        Args:
            number: of the line, greater than those before.
            text: the part of it that decides; empty where none does.
            problem: why it is no target.
        """
        self.count += 1
        alike = _NUMBER.sub("0", problem)
        if alike not in self._reasons and len(self._reasons) == _MOST_REASONS:
            self._others += 1
            return
        self._reasons.setdefault(alike, _Reason(problem, text)).add(number, text)

    @property
    def all_are_told(self) -> bool:
        """True if the text names every line."""
        kept = not self._others and all(reason.numbered == reason.count for reason in self._reasons.values())
        return kept and len(self._told(_MOST_RANGES)) <= _LONGEST

    def __str__(self) -> str:
        """The lines by what is wrong with them: the most frequent reasons, where there is no room for all."""
        return self._told(_MOST_RANGES) if self.all_are_told else self._told(_FEW_RANGES, _FEW_REASONS)

    def _told(self, most_ranges: int, most_reasons: int = _MOST_REASONS) -> str:
        reasons = list(self._reasons.values())
        if len(reasons) > most_reasons:
            reasons = sorted(reasons, key=lambda reason: reason.count, reverse=True)[:most_reasons]
        told = [reason.told(most_ranges) for reason in reasons]
        if more := self.count - sum(reason.count for reason in reasons):
            told.append(f"{counted(more, 'more line')} for other reasons")
        return "; ".join(told)
