"""How a session stands with its budget, for the operator's eyes. Pure: the clock is an argument."""

from __future__ import annotations

from collections.abc import Iterator

from igcrawl.budget.limits import Budget, Share, distance, sent_within
from igcrawl.budget.session_state import EXPIRED, Health
from igcrawl.errors import SessionExpired, Trouble
from igcrawl.times import DAY, HOUR, moment, span


def room_lines(health: Health, budget: Budget, now: float) -> Iterator[str]:
    """Give what is used and left, in all and of each family with a budget of its own.

    Args:
        health: of the session.
        budget: what the operator allows.
        now: seconds since 1970.
    """
    limits = health.limits(budget, now)
    yield _used("all", health.times(), Share(limits.hour, limits.day), now)
    for family, share in budget.families.items():
        yield _used(family, health.sent.get(family, []), share, now)


def _used(name: str, sent: list[float], share: Share, now: float) -> str:
    told = [
        f"{window}: {used:,} of {limit:,} used, {max(0, limit - used):,} left"
        for window, limit, used in (
            ("last hour", share.hour, sent_within(sent, HOUR, now)),
            ("last 24 hours", share.day, sent_within(sent, DAY, now)),
        )
    ]
    return f"{name}: {'; '.join(told)}"


def health_lines(health: Health, budget: Budget | None, name: str, now: float, mark: str | None = None) -> list[str]:
    """Return all that there is to say about a session, a line each.

    Args:
        health: of the session.
        budget: what the operator allows; None where none holds.
        name: how the operator calls the session.
        now: seconds since 1970.
        mark: of the session that would be used, see `Session.mark`; None when there is no file of it.
    """
    lines = list(_standing(health, name, now, mark))
    if budget is not None:
        lines += room_lines(health, budget, now)
        lines += _learned(health, budget, now)
    if health.parked is None or (mark is not None and health.is_replaced_by(mark)):
        permit = health.next_free(budget, now)
        lines.append(
            f"next request: {moment(now + permit.wait, now)} ({permit.why})" if permit.wait > 0 else "next request: now"
        )
    return lines


def _standing(health: Health, name: str, now: float, mark: str | None) -> Iterator[str]:
    if health.parked is not None:
        since = f"{health.parked} since {moment(health.parked_at, now)}: {health.parked_why}"
        if mark is not None and health.is_replaced_by(mark):
            yield f"was {since}; a newer session has come, and the next run goes on with it"
        else:
            advice = (SessionExpired if health.parked == EXPIRED else Trouble).advice
            yield f"{since}; nothing is sent: {advice.format(session=name)}"
    if health.cooling_until > now:
        yield f"cooling until {moment(health.cooling_until, now)}: the server wanted it slower"


def _learned(health: Health, budget: Budget, now: float) -> Iterator[str]:
    """Give the learned ceilings that are lower than the budget, and the pace that they leave."""
    limits = health.limits(budget, now)
    for window, ceiling, limit, whole in (
        ("an hour", health.hour, limits.hour, budget.whole.hour),
        ("a day", health.day, limits.day, budget.whole.day),
    ):
        if ceiling is not None and limit < whole:
            pace = f", one each {span(distance(limit))}" if window == "an hour" else ""
            yield (
                f"learned at {moment(ceiling.learned_at, now)}: the server took {ceiling.requests:,} {window}, "
                f"so {limit:,} of {whole:,} are sent now{pace}; scrapy budget --forget drops this"
            )


def forget(health: Health, now: float) -> str:
    """Drop learned ceilings and the rest of a session, and return what was dropped. What was sent stays counted."""
    dropped = [
        f"the ceiling of {ceiling.requests:,} {window}"
        for window, ceiling in (("an hour", health.hour), ("a day", health.day))
        if ceiling is not None
    ]
    if health.cooling_until > now:
        dropped.append(f"the rest until {moment(health.cooling_until, now)}")
    health.hour = health.day = None
    health.cooling_until = health.rest = 0.0
    health.rests = 0
    stays = "; it stays parked" if health.parked is not None else ""
    if not dropped:
        return f"nothing to drop: no ceiling was learned, and it does not rest{stays}"
    return f"dropped {' and '.join(dropped)}{stays}"


def no_budget(paced: bool) -> str:
    """Return the line for a run whose session has no budget.

    Args:
        paced: whether requests reach Instagram itself.
    """
    if paced:
        return "no budget holds: IG_BUDGET=False"
    return "no budget holds on loopback, unless IG_BUDGET or another of its settings is given"
