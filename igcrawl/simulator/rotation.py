"""Rotation on a schedule: at a given request or moment an operation gets another registered id.

[[rotation]]
operation = "followers"
at_request = 100               # counted over all requests from 1; or after_seconds = 2.5, since the start
new = "28479…"                 # made up from the seed unless given
keep_old = false               # whether the old id goes on working
old_answer = "400"             # what it answers: 400, errors (in a 200), or please_wait (401)
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from hashlib import blake2b

from igcrawl.simulator.errors import SimulatorError
from igcrawl.simulator.operations import OPERATIONS, DocIds, Operation

OLD_ANSWERS = {"400": 400, "errors": 200, "please_wait": 401}
"""Answers to an id that was rotated away, and their statuses."""


@dataclass(slots=True)
class Rotation:
    """One rotation; `done` tells that it has happened, `new` then holds the id."""

    operation: str
    at_request: int | None = None
    after_seconds: float | None = None
    new: str | None = None
    keep_old: bool = False
    old_answer: str = "400"
    done: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        _check(self)

    def is_due(self, requests: int, seconds: float) -> bool:
        """Tell whether it happens now, after so many requests and seconds."""
        return requests >= self.at_request if self.at_request is not None else seconds >= (self.after_seconds or 0)


KEYS = tuple(each.name for each in fields(Rotation) if each.init)
"""Keys that `Rotations.add` and a `[[rotation]]` table take."""


class Rotations:
    """The rotations of one simulator; may be scripted from any thread while it runs."""

    def __init__(
        self,
        doc_ids: DocIds,
        seed: int,
        rotations: Iterable[Rotation | Mapping[str, object]] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._doc_ids = doc_ids
        self._key = seed.to_bytes(8, "big", signed=True)
        self._clock = clock
        self._began = clock()
        self._requests = 0
        self._lock = threading.Lock()
        self._waiting: list[Rotation] = []
        for rotation in rotations:
            if isinstance(rotation, Rotation):
                self._waiting.append(rotation)
            else:
                self.add(**rotation)

    def add(self, **keys: object) -> Rotation:
        """Schedule a rotation, see `Rotation`; without a time it happens before the next request.

        Raises SimulatorError for an unknown key or operation, or a value out of range.
        """
        rotation = make_rotation(**keys)
        with self._lock:
            self._waiting.append(rotation)
        return rotation

    def now(self, operation: str, *, new: str | None = None, keep_old: bool = False, old_answer: str = "400") -> str:
        """Rotate at once and return the new id; raises SimulatorError as `add` does."""
        return self._rotate(Rotation(operation, new=new, keep_old=keep_old, old_answer=old_answer))

    def count_request(self) -> None:
        """Count a request that has arrived, and rotate what is due before it is answered."""
        with self._lock:
            self._requests += 1
            passed = self._clock() - self._began
            due = [each for each in self._waiting if each.is_due(self._requests, passed)]
            self._waiting = [each for each in self._waiting if not each.is_due(self._requests, passed)]
        for rotation in due:
            self._rotate(rotation)

    def _rotate(self, rotation: Rotation) -> str:
        new = rotation.new or self._made_up(OPERATIONS[rotation.operation])
        self._doc_ids.rotate(
            rotation.operation, new, keep_old=rotation.keep_old, old_status=OLD_ANSWERS[rotation.old_answer]
        )
        rotation.new, rotation.done = new, True
        return new

    def _made_up(self, operation: Operation) -> str:
        """Make an id of the operation's kind: as long as its first one, and never one that was there before."""
        before = self._doc_ids.current(operation.name)
        digest = blake2b(f"{operation.name} {before}".encode(), digest_size=16, key=self._key).hexdigest()
        if len(operation.doc_id) == 32:
            return digest
        return "3" + str(int(digest, 16)).zfill(39)[-len(operation.doc_id) + 1 :]


def make_rotation(**keys: object) -> Rotation:
    """Return the rotation that keys describe; raises SimulatorError for one that cannot be."""
    unknown = [key for key in keys if key not in KEYS]
    if unknown:
        raise SimulatorError(f"unknown rotation key {unknown[0]!r} (allowed: {', '.join(KEYS)})")
    if "operation" not in keys:
        raise SimulatorError("a rotation needs an 'operation'")
    return Rotation(**keys)  # type: ignore[arg-type]


def _check(rotation: Rotation) -> None:
    rotated = [name for name, operation in OPERATIONS.items() if operation.doc_id]
    if rotation.operation not in rotated:
        raise SimulatorError(f"unknown operation {rotation.operation!r} (allowed: {', '.join(rotated)})")
    if rotation.old_answer not in OLD_ANSWERS:
        raise SimulatorError(
            f"rotation key 'old_answer' is one of {', '.join(OLD_ANSWERS)}, not {rotation.old_answer!r}"
        )
    at, after = rotation.at_request, rotation.after_seconds
    if at is not None and after is not None:
        raise SimulatorError("a rotation takes at_request or after_seconds, not both")
    if at is not None and (type(at) is not int or at < 1):
        raise SimulatorError(f"rotation key 'at_request' is a whole number from 1, not {at!r}")
    if after is not None and (type(after) not in (int, float) or not 0 <= after <= 86400):
        raise SimulatorError(f"rotation key 'after_seconds' is a number from 0 to 86400, not {after!r}")
    if rotation.new is not None and not (isinstance(rotation.new, str) and rotation.new.isalnum()):
        raise SimulatorError(f"rotation key 'new' is an id as text, not {rotation.new!r}")
    if type(rotation.keep_old) is not bool:
        raise SimulatorError(f"rotation key 'keep_old' is true or false, not {rotation.keep_old!r}")
