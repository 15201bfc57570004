"""Limits on what one account may ask, and the treatment of an account that asks for more.

A request with a good session is allowed when every limit that counts it has room; else it is answered as throttled,
which is a violation. After `challenge_after` violations within `violation_window` seconds every further request gets a
challenge, until `pardon`. Limits stand before faults: no fault strikes or counts a request that a limit answers.

Windows slide: a request leaves a window exactly `seconds` after it came. They belong to the account, as the server's
do, so a new login (`sessions.renew`) does not empty them. Times are seconds on the simulator's clock.
"""

import threading
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from math import ceil
from random import Random

from igcrawl.simulator.answers import Answer
from igcrawl.simulator.errors import SimulatorError
from igcrawl.simulator.families import FAMILIES
from igcrawl.simulator.fault_kinds import fault_answer
from igcrawl.simulator.validation import check_number, check_whole, check_word

_LONGEST = 366 * 86400.0
_GRAPHQL = ("mobile", "web")
_SAID: dict[str, tuple[str, int | None]] = {
    "throttle": ("throttle", 429),
    "throttle_400": ("throttle", 400),
    "throttle_401": ("throttle", 401),
    "rate_limit_error": ("rate_limit_error", None),
    "throttle_graphql": ("throttle_graphql", None),
}

THROTTLES = tuple(_SAID)
"""The ways to say throttled: "Please wait a few minutes" with 429, 400 or 401, `rate_limit_error` with 400, and error
code 1675004 with 200, which is GraphQL's alone (elsewhere 429 comes in its place)."""

_VARIED = "varied"
_EXACT = "exact"


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests in any so many seconds.

    `family` is one of `families.FAMILIES`, None for all requests together. `answer` is one of THROTTLES, or "varied"
    for all of them by turns that the seed decides. `retry_after` adds the header: a number of seconds, or "exact" for
    the time until there is room. With `counts_throttled` throttled requests take room, too.

    Raises SimulatorError for an unknown family or answer, or a number out of range.
    """

    requests: int
    seconds: float
    family: str | None = None
    answer: str = "throttle"
    retry_after: float | str | None = None
    counts_throttled: bool = False

    def __post_init__(self) -> None:
        check_whole("limit key 'requests'", self.requests, 1, 10**9)
        check_number("limit key 'seconds'", self.seconds, 0.001, _LONGEST)
        if self.family is not None:
            check_word("family", self.family, FAMILIES)
        check_word("limit answer", self.answer, (*THROTTLES, _VARIED))
        if isinstance(self.retry_after, str):
            check_word("retry_after", self.retry_after, (_EXACT,))
        elif self.retry_after is not None:
            check_number("limit key 'retry_after'", self.retry_after, 0, _LONGEST)
        if type(self.counts_throttled) is not bool:
            raise SimulatorError(f"limit key 'counts_throttled' is true or false, not {self.counts_throttled!r}")

    def counts(self, family: str | None) -> bool:
        """Tell whether requests of this family take room here."""
        return self.family is None or self.family == family


KEYS = tuple(each.name for each in fields(Limit))
"""Keys that `Limits.add` and a `[[limit]]` table take."""


@dataclass(slots=True)
class _Window:
    limit: Limit
    times: deque[float] = field(default_factory=deque)

    def free_at(self, now: float) -> float:
        """Return when the next request has room: now, or later."""
        while self.times and self.times[0] + self.limit.seconds <= now:
            self.times.popleft()
        over = len(self.times) - self.limit.requests
        return now if over < 0 else self.times[over] + self.limit.seconds


@dataclass(frozen=True, slots=True)
class Ruling:
    """Substitute for a request's answer: throttled, or a challenge."""

    answer: Answer
    challenged: bool


class Limits:
    """The limits of one simulator; may be changed and read from any thread while it runs.

    `throttled` and `challenged` count the requests that were answered so.

    Raises SimulatorError for a limit that cannot be, or an escalation out of range.
    """

    def __init__(
        self,
        seed: int,
        limits: Iterable[Limit | Mapping[str, object]] = (),
        *,
        challenge_after: int | None = None,
        violation_window: float = 3600.0,
    ) -> None:
        if challenge_after is not None:
            check_whole("challenge_after", challenge_after, 1, 10**9)
        check_number("violation_window", violation_window, 0.001, _LONGEST)
        self._challenge_after, self._violation_window = challenge_after, violation_window
        self._random = Random(seed)  # noqa: S311 - the same answers for the same seed
        self._lock = threading.Lock()
        self._windows: list[_Window] = []
        self._violations: deque[float] = deque()
        self._allowed: list[tuple[float, str | None]] = []
        self._locked = False
        self.throttled = 0
        self.challenged = 0
        for limit in limits:
            if isinstance(limit, Limit):
                self._windows.append(_Window(limit))
            else:
                self.add(**limit)

    def add(self, /, **keys: object) -> Limit:
        """Add a limit, whose window is empty, and return it.

        Raises SimulatorError for an unknown or missing key, or a value that cannot be.
        """
        for key in keys:
            check_word("limit key", key, KEYS)
        for key in ("requests", "seconds"):
            if key not in keys:
                raise SimulatorError(f"a limit needs {key!r}")
        limit = Limit(**keys)  # type: ignore[arg-type]
        with self._lock:
            self._windows.append(_Window(limit))
        return limit

    def clear(self) -> None:
        """Forget every limit; a challenge stays."""
        with self._lock:
            self._windows.clear()

    def pardon(self) -> None:
        """Take the challenge away and forget the violations, as when a human passed it; windows stay as they are."""
        with self._lock:
            self._locked = False
            self._violations.clear()

    @property
    def allowed(self) -> list[float]:
        """Return when the requests came that no limit refused."""
        return [at for at, _ in list(self._allowed)]

    def judge(self, surface: str, family: str | None, now: float) -> Ruling | None:
        """Count a request and return what it gets in place of its answer, None when it is allowed."""
        with self._lock:
            if self._locked:
                self.challenged += 1
                return Ruling(_challenge(surface), challenged=True)
            counting = [window for window in self._windows if window.limit.counts(family)]
            full = [window for window in counting if window.free_at(now) > now]
            for window in counting:
                if not full or window.limit.counts_throttled:
                    window.times.append(now)
            if full:
                return self._throttled(max(full, key=lambda window: window.free_at(now)), surface, now)
            self._allowed.append((now, family))
            return None

    def _throttled(self, window: _Window, surface: str, now: float) -> Ruling:
        self.throttled += 1
        self._violations.append(now)
        while self._violations[0] + self._violation_window <= now:
            self._violations.popleft()
        self._locked = self._challenge_after is not None and len(self._violations) >= self._challenge_after
        said, retry_after = window.limit.answer, window.limit.retry_after
        if said == _VARIED:
            said = self._random.choice(THROTTLES)
        if said == "throttle_graphql" and surface not in _GRAPHQL:
            said = "throttle"
        answer = _said(*_SAID[said])
        if retry_after is not None:
            seconds = window.free_at(now) - now if isinstance(retry_after, str) else retry_after
            answer.headers["Retry-After"] = str(ceil(seconds))
        return Ruling(answer, challenged=False)

    def capacity(self, start: float, end: float, family: str | None = None) -> int:
        """Return how many requests would have been allowed at most from `start` until just before `end`.

        It takes what was allowed before `start` into account, and a client that asks whenever there is room. Without
        a family it is about requests that only the limits of all requests count.
        Raises SimulatorError when no limit counts them.
        """
        with self._lock:
            limits = [window.limit for window in self._windows if window.limit.counts(family)]
            allowed = list(self._allowed)
        if not limits:
            raise SimulatorError("nothing limits these requests, so there is no capacity")
        windows = [_Window(limit) for limit in limits]
        for window in windows:
            window.times.extend(at for at, its in allowed if at < start and window.limit.counts(its))
        now, count = start, 0
        while (now := max(window.free_at(now) for window in windows)) < end:
            for window in windows:
                window.times.append(now)
            count += 1
        return count


def _challenge(surface: str) -> Answer:
    return _said("challenge" if surface in ("mobile", "rest") else "challenge_redirect", None)


def _said(kind: str, status: int | None) -> Answer:
    answer = fault_answer(kind, status)
    assert answer is not None
    return answer
