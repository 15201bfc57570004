"""AskingWalk: what a call needs to know of the walk that asks it."""

from __future__ import annotations

from typing import Protocol


class AskingWalk(Protocol):
    """The walk a call is asked for.

    Args:
        id: operation and target, e.g. ``followers/25025320``.
        rank_token: one for the whole walk; also tells one run of a walk from another.
        requests: sent for the walk so far, retries included.
        answered_at: time of the last answer, UTC, ISO 8601.
        pages: read so far.
    """

    rank_token: str
    requests: int
    answered_at: str
    pages: int

    @property
    def can_begin_again(self) -> bool:
        """True if it may go back to its first page."""

    @property
    def id(self) -> str:
        """Operation and target."""
