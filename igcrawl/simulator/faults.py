"""Scripted faults: which request they strike, and what they do to it.

A fault strikes the requests it matches by `operation`, `target` and `after_cursor`; among those the `nth` (counted from
1 since the fault was added), every `every`-th, or a share `rate`; without any of the three, all. `times` ends it after
so many strikes. The first fault that strikes wins; a fault counts every request it matches, struck or not.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from random import Random

from igcrawl.simulator.errors import SimulatorError
from igcrawl.simulator.fault_kinds import KINDS
from igcrawl.simulator.operations import OPERATIONS
from igcrawl.simulator.parsed_request import Ask
from igcrawl.simulator.validation import check_word


@dataclass(slots=True)
class Fault:
    """One scripted fault.

    `kind` says what happens (see `fault_kinds.KINDS`); `status`, `body` (text, bytes, or anything that is JSON) and
    `headers` override what that kind would answer, `delay` (seconds) comes before it. `after_cursor` is True for
    requests with any cursor, False for those without, or one cursor. `revoke` belongs to the kind refresh: the
    authorization used until now stops working. `strikes` counts.
    """

    kind: str = "status"
    operation: str | None = None
    target: str | None = None
    nth: int | None = None
    every: int | None = None
    rate: float | None = None
    times: int | None = None
    status: int | None = None
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    after_cursor: str | bool | None = None
    revoke: bool = False
    matched: int = field(default=0, init=False)
    strikes: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        _check(self)

    def takes(self, ask: Ask, random: Random) -> bool:
        """Count a request and tell whether it is struck."""
        if self.operation is not None and ask.operation != self.operation:
            return False
        if self.target is not None and ask.target != str(self.target):
            return False
        if isinstance(self.after_cursor, bool) and (ask.cursor is not None) != self.after_cursor:
            return False
        if isinstance(self.after_cursor, str) and ask.cursor != self.after_cursor:
            return False
        self.matched += 1
        if self.times is not None and self.strikes >= self.times:
            return False
        struck = (
            (self.nth is None or self.matched == self.nth)
            and (self.every is None or self.matched % self.every == 0)
            and (self.rate is None or random.random() < self.rate)
        )
        self.strikes += struck
        return struck


KEYS = tuple(each.name for each in fields(Fault) if each.init)
"""Keys that `Faults.add` and a `[[fault]]` table take."""


class Faults:
    """The faults of one simulator; may be scripted from any thread while it runs."""

    def __init__(self, seed: int, faults: Iterable[Fault | Mapping[str, object]] = ()) -> None:
        self._random = Random(seed)  # noqa: S311 - the same faults for the same seed
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        for fault in faults:
            if isinstance(fault, Fault):
                self._faults.append(fault)
            else:
                self.add(**fault)

    def add(self, /, **keys: object) -> Fault:
        """Add a fault and return it, to read its `strikes` later.

        Raises SimulatorError for an unknown key, kind or operation, or a value out of range.
        """
        for key in keys:
            check_word("fault key", key, KEYS)
        fault = Fault(**keys)  # type: ignore[arg-type]
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Forget every fault."""
        with self._lock:
            self._faults.clear()

    def strike(self, ask: Ask) -> Fault | None:
        """Return the fault that strikes this request, if any."""
        with self._lock:
            struck = [fault for fault in self._faults if fault.takes(ask, self._random)]
        return struck[0] if struck else None


def _check(fault: Fault) -> None:
    check_word("fault kind", fault.kind, KINDS)
    if fault.operation is not None:
        check_word("operation", fault.operation, OPERATIONS)
    for name in ("nth", "every", "times"):
        value = getattr(fault, name)
        if value is not None and (type(value) is not int or value < 1):
            raise SimulatorError(f"fault key {name!r} is a whole number from 1, not {value!r}")
    for name, lowest, highest in (("rate", 0, 1), ("delay", 0, 3600)):
        value = getattr(fault, name)
        if value is not None and (type(value) not in (int, float) or not lowest <= value <= highest):
            raise SimulatorError(f"fault key {name!r} is a number from {lowest} to {highest}, not {value!r}")
    if fault.status is not None and (type(fault.status) is not int or not 200 <= fault.status <= 599):
        raise SimulatorError(f"fault key 'status' is an HTTP status from 200 to 599, not {fault.status!r}")
    if not isinstance(fault.headers, Mapping):
        raise SimulatorError(f"fault key 'headers' is a table of names and values, not {fault.headers!r}")
    if fault.kind == "raw" and fault.body is None:
        raise SimulatorError("a fault of kind 'raw' needs a 'body'")
