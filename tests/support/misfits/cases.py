"""A value of a recorded answer, changed, and what is wrong with what comes out of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.support.misfits.answers import ID_KEYS, MISSING, RAW, Outcome, Place
from tests.support.misfits.changes import ALIKE, BYTES, OTHERS
from tests.support.misfits.judge import Judge, plain_step
from tests.support.misfits.truth import Truth


@dataclass(frozen=True, slots=True)
class Case:
    """One value of a recorded answer, changed.

    Args:
        truth: of the answer.
        place: of the value.
        change: what is done to it: a name in `OTHERS`, `BYTES` or `ALIKE`, or ``named`` and the key it gets.
    """

    truth: Truth
    place: Place
    change: str

    def __str__(self) -> str:
        answer = self.truth.answer
        return f"{answer.operation} of {answer.file}, {'.'.join(map(plain_step, self.place))}: {self.change}"

    def outcome(self) -> Outcome:
        """Read the answer."""
        answer, value = self.truth.answer, self.truth.answer.at(self.place)
        if self.change in BYTES:
            return answer.read(answer.changed({self.place: RAW}), BYTES[self.change])
        if self.change.startswith("named "):
            renamed = (*self.place[:-1], self.change.removeprefix("named "))
            return answer.read(answer.changed({self.place: MISSING, renamed: value}))
        changed = OTHERS[self.change] if self.change in OTHERS else ALIKE[self.change](value)
        return answer.read(answer.changed({self.place: changed}))

    def problem(self) -> str | None:
        """Return what is wrong with what comes out, None if nothing is."""
        outcome = self.outcome()
        found = Judge(self, outcome)
        problem = found.of_error() if outcome.error is not None else found.of_page()
        return None if problem is None else f"{self}: {problem}"


def cases(truth: Truth) -> Iterator[Case]:
    """Yield every case of an answer."""
    for place in truth.places:
        value = truth.answer.at(place)
        # Paths of a stream count the entries of its lists.
        counted = isinstance(place[-1], int) and len(truth.answer.documents) > 1
        yield from (Case(truth, place, change) for change in (*OTHERS, *BYTES) if not (counted and change == "missing"))
        yield from (Case(truth, place, name) for name, change in ALIKE.items() if change(value) is not MISSING)
        if place[-1] in ID_KEYS:
            siblings = truth.answer.at(place[:-1])
            yield from (Case(truth, place, f"named {key}") for key in ID_KEYS if key not in siblings)
