"""When a session will have sent so many requests, after what it has sent. Pure: the clock is an argument."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from igcrawl.budget.limits import Budget, Pace, Share, distance, free_at
from igcrawl.budget.session_state import Health, Limits
from igcrawl.times import DAY, HOUR

#: More requests than these are not played through one by one: by then only the rate counts.
_PLAYED: Final = 50_000


def seconds_for(
    requests: Mapping[str, int], budget: Budget | None, health: Health | None = None, now: float = 0.0
) -> float:
    """Return how many seconds pass at least until the last request is sent; answers are taken to cost no time.

    Args:
        requests: how many, by the family of their operations.
        budget: what the operator allows; None for no limit.
        health: of the session; None for one that has sent nothing.
        now: seconds since 1970.
    """
    health, total = health or Health(), sum(requests.values())
    if total < 1:
        return 0.0
    if budget is None:
        return health.next_free(None, now).wait
    ends = [_last_sent(total, budget, health, now, "")]
    ends += [
        _last_sent(requests[family], budget, health, now, family)
        for family in budget.families
        if requests.get(family, 0) > 0
    ]
    return max(ends) - now


def _last_sent(requests: int, budget: Budget, health: Health, now: float, family: str) -> float:
    """Return when the last of the requests of a family is sent; of all families for ""."""
    share = budget.families.get(family)
    sent = health.times() if share is None else list(health.sent.get(family, ()))
    at = now + health.next_free(budget, now, family).wait
    learned = health.hour is not None or health.day is not None
    limits = _limits(budget, health, share, now)
    for _ in range(min(requests, _PLAYED)):
        if learned:
            limits = _limits(budget, health, share, at)
        at = max(at, free_at(sent, limits.hour, HOUR), free_at(sent, limits.day, DAY))
        sent.append(at)
        if budget.pace is Pace.EVEN:
            at += distance(limits.hour)
    return sent[-1] + max(0, requests - _PLAYED) * max(HOUR / limits.hour, DAY / limits.day)


def _limits(budget: Budget, health: Health, share: Share | None, at: float) -> Limits:
    whole = health.limits(budget, at)
    return whole if share is None else Limits(min(share.hour, whole.hour), min(share.day, whole.day))
