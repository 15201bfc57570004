"""The operator's rules for budget and waiting."""

from __future__ import annotations

from dataclasses import dataclass

from igcrawl.budget.limits import Budget


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The operator's rules for budget and waiting.

    Args:
        budget: what the session may send; None for no limit.
        counts: whether requests are counted, for later runs, where no budget holds.
        wait_max: seconds; a run that would have to wait longer ends. None waits as long as it takes.
        first_cooldown: seconds of the first cooldown of a throttled session when the server names no time.
    """

    budget: Budget | None = None
    counts: bool = False
    wait_max: float | None = None
    first_cooldown: float = 60.0
