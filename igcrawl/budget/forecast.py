"""Forecast of the time a session needs for a number of requests. Pure: the clock is an argument."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from igcrawl.budget.limits import Budget, Pace, WindowLimits, distance, free_at
from igcrawl.budget.session_state import SessionState
from igcrawl.times import DAY, HOUR

#: More requests than these are not played through one by one: by then only the rate counts.
_PLAYED: Final = 50_000


def seconds_for(
    requests: Mapping[str, int], budget: Budget | None, state: SessionState | None = None, now: float = 0.0
) -> float:
    """Return how many seconds pass at least until the last request is sent; answers are taken to cost no time.

    Args:
        requests: how many, by the family of their operations.
        budget: what the operator allows; None for no limit.
        state: of the session; None for one that has sent nothing.
        now: seconds since 1970.
    """
    state, total = state or SessionState(), sum(requests.values())
    if total < 1:
        return 0.0
    if budget is None:
        return state.next_free(None, now).wait
    ends = [_last_sent(total, budget, state, now, "")]
    ends += [
        _last_sent(requests[family], budget, state, now, family)
        for family in budget.families
        if requests.get(family, 0) > 0
    ]
    return max(ends) - now


def _last_sent(requests: int, budget: Budget, state: SessionState, now: float, family: str) -> float:
    """Return when the last of the requests of a family is sent; of all families for ""."""
    share = budget.families.get(family)
    sent = state.sent.times(now, None if share is None else family)
    at = now + state.next_free(budget, now, family).wait
    learned = state.hour is not None or state.day is not None
    limits = _limits(budget, state, share, now)
    for _ in range(min(requests, _PLAYED)):
        if learned:
            limits = _limits(budget, state, share, at)
        at = max(at, free_at(sent, limits.hour, HOUR), free_at(sent, limits.day, DAY))
        sent.append(at)
        if budget.pace is Pace.EVEN:
            at += distance(limits.hour)
    return sent[-1] + max(0, requests - _PLAYED) * max(HOUR / limits.hour, DAY / limits.day)


def _limits(budget: Budget, state: SessionState, share: WindowLimits | None, at: float) -> WindowLimits:
    whole = state.limits(budget, at)
    return whole if share is None else WindowLimits(min(share.hour, whole.hour), min(share.day, whole.day))
