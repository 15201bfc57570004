"""Snapshot of a crawl as plain values. It names no targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Window:
    """Use of a window: requests sent in an hour or a day, and the limit that applies now."""

    used: int
    limit: int

    @property
    def left(self) -> int:
        """Number of requests left in the window."""
        return max(0, self.limit - self.used)


@dataclass(frozen=True, slots=True)
class Current:
    """The walk that is being walked.

    Args:
        operation: its name.
        pages: so far.
        records: so far.
        expected: how many there should be, None when it is not known.
    """

    operation: str
    pages: int
    records: int
    expected: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Snapshot of a crawl.

    Args:
        at: seconds since 1970.
        elapsed: seconds since the run began.
        verdicts: how many walks this run has ended with each verdict.
        progress: of the targets that were given, such as ``37 of 500 accounts``; empty for a single one.
        open: walks of the crawl that wait or are being walked; None while it is not known.
        records: brought by this run, as walk records count them: without profiles that were asked beside a list.
        requests: sent by this run.
        current: None between two walks.
        hour, day: of the session; None where no budget holds.
        pace: seconds between two requests; None when they are sent as they come.
        waits_until: from when on the next request may be sent, seconds since 1970; 0 while nothing waits.
        waits_for: why.
        cooling_until: until when the session cools down, seconds since 1970.
        requests_left: what the crawl probably still needs; None when nothing tells.
        ends_at: when those will have been sent at the earliest, seconds since 1970; None when nothing tells.
    """

    at: float
    elapsed: float
    verdicts: Mapping[str, int] = field(default_factory=dict)
    progress: str = ""
    open: int | None = None
    records: int = 0
    requests: int = 0
    current: Current | None = None
    hour: Window | None = None
    day: Window | None = None
    pace: float | None = None
    waits_until: float = 0.0
    waits_for: str = ""
    cooling_until: float = 0.0
    requests_left: int | None = None
    ends_at: float | None = None

    @property
    def done(self) -> int:
        """Number of walks that this run has ended."""
        return sum(self.verdicts.values())

    @property
    def records_a_request(self) -> float:
        """Records per request so far."""
        return self.records / self.requests if self.requests else 0.0
