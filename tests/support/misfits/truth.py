"""What each place of an answer decides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from tests.support.misfits.answers import MISSING, Answer, Outcome, Place

#: What a null or an empty list may have been.
_UNKNOWN: Final = ("x", 7, True, "7", {}, [])
_PROBES: Final = len(_UNKNOWN)


def places_in(value: Any, place: Place) -> Iterator[Place]:
    """Yield a value's own place, then all those in it."""
    yield place
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        yield from places_in(entry, (*place, key))


class Truth:
    """What each place of an answer decides.

    Args:
        answer: the recorded answer.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.whole = answer.read(answer.documents)
        assert self.whole.error is None, f"{answer.file}: {self.whole.error}"
        self.places = [
            place
            for number, document in enumerate(answer.documents)
            for place in places_in(document, (number,))
            if len(place) > 1
        ]
        self._leaves = [
            place for place in self.places if not (value := answer.at(place)) or not isinstance(value, dict | list)
        ]
        self._decided: dict[Place, set[tuple[int, str]]] = {}

    def decided(self, place: Place) -> set[tuple[int, str]]:
        """Return what a place decides: what its leaves do."""
        if place not in self._decided:
            leaves = [leaf for leaf in self._leaves if leaf[: len(place)] == place]
            moved = self._decided[place] = set()
            for probe in range(_PROBES):
                changes = [(leaf, _other(self.answer.at(leaf), probe)) for leaf in leaves]
                moved |= self._probe([(leaf, change) for leaf, change in changes if change is not MISSING])
        return self._decided[place]

    def _probe(self, changes: list[tuple[Place, Any]]) -> set[tuple[int, str]]:
        """Return what each change by itself moves: of a group that moves nothing, no member does."""
        if not changes:
            return set()
        moved = self._moved(self.answer.read(self.answer.changed(dict(changes))))
        if not moved or len(changes) == 1:
            return moved
        middle = len(changes) // 2
        return self._probe(changes[:middle]) | self._probe(changes[middle:])

    def _moved(self, outcome: Outcome) -> set[tuple[int, str]]:
        """Return which fields of which records are no longer what they were."""
        whole = self.whole.records
        if outcome.error is not None:
            return {(-1, "error")}
        moved = {(-1, "end")} if outcome.end != self.whole.end else set()
        if len(outcome.records) != len(whole):
            # An id in a stream: what belongs together is no longer known to.
            moved.add((-1, "number"))
        for number, record in enumerate(whole):
            if len(outcome.records) != len(whole):
                now = record if record in outcome.records else {}
            else:
                now = outcome.records[number]
            moved |= {(number, name) for name, value in record.items() if now.get(name, MISSING) != value}
        return moved


def _other(value: Any, probe: int) -> Any:
    """Return another value of the same kind, of null one of some kind."""
    if value is None or value in ([], {}):
        return _UNKNOWN[probe] if _UNKNOWN[probe] != value else MISSING
    if probe:
        return MISSING
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    found = re.fullmatch(r"([0-9]{1,18})([0-9])(_[0-9]+)?|([0-9])", value)
    if found is None:
        return value + "x"
    # The last digit of the first number is another one.
    first = re.match(r"[0-9]+", value)
    assert first is not None
    return first.group()[:-1] + str((int(first.group()[-1]) + 1) % 10) + value[first.end() :]
