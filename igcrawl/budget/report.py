"""Report on the budget of a session, for the operator. Pure: the clock is an argument."""

from __future__ import annotations

from collections.abc import Iterator

from igcrawl.budget.limits import Budget, WindowLimits, distance, sent_within
from igcrawl.budget.session_state import EXPIRED, SessionState
from igcrawl.errors import SessionExpired, Trouble
from igcrawl.times import DAY, HOUR, moment, span


def room_lines(state: SessionState, budget: Budget, now: float) -> Iterator[str]:
    """Give what is used and left, in all and of each family with a budget of its own.

    Args:
        state: of the session.
        budget: what the operator allows.
        now: seconds since 1970.
    """
    limits = state.limits(budget, now)
    yield _used("all", state.sent.times(now), limits, now)
    for family, share in budget.families.items():
        yield _used(family, state.sent.times(now, family), share, now)


def _used(name: str, sent: list[float], share: WindowLimits, now: float) -> str:
    told = [
        f"{window}: {used:,} of {limit:,} used, {max(0, limit - used):,} left"
        for window, limit, used in (
            ("last hour", share.hour, sent_within(sent, HOUR, now)),
            ("last 24 hours", share.day, sent_within(sent, DAY, now)),
        )
    ]
    return f"{name}: {'; '.join(told)}"


def state_lines(
    state: SessionState, budget: Budget | None, name: str, now: float, fingerprint: str | None = None
) -> list[str]:
    """Return all that there is to say about a session, a line each.

    Args:
        state: of the session.
        budget: what the operator allows; None where none holds.
        name: how the operator calls the session.
        now: seconds since 1970.
        fingerprint: of the session that would be used, see `Session.fingerprint`; None when there is no file of it.
    """
    lines = list(_standing(state, name, now, fingerprint))
    if budget is not None:
        lines += room_lines(state, budget, now)
        lines += _learned(state, budget, now)
    if state.parked is None or (fingerprint is not None and state.is_replaced_by(fingerprint)):
        permit = state.next_free(budget, now)
        lines.append(
            f"next request: {moment(now + permit.wait, now)} ({permit.why})" if permit.wait > 0 else "next request: now"
        )
    return lines


def _standing(state: SessionState, name: str, now: float, fingerprint: str | None) -> Iterator[str]:
    if state.parked is not None:
        since = f"{state.parked} since {moment(state.parked_at, now)}: {state.parked_why}"
        if fingerprint is not None and state.is_replaced_by(fingerprint):
            yield f"was {since}; a newer session has come, and the next run uses it"
        else:
            advice = (SessionExpired if state.parked == EXPIRED else Trouble).advice
            yield f"{since}; nothing is sent: {advice.format(session=name)}"
    if (until := state.cools_until(now)) > now:
        yield f"cooling down until {moment(until, now)}: the server asked it to slow down"


def _learned(state: SessionState, budget: Budget, now: float) -> Iterator[str]:
    """Yield the learned limits below the budget and the pace they allow."""
    limits = state.limits(budget, now)
    for window, learned, limit, whole in (
        ("an hour", state.hour, limits.hour, budget.whole.hour),
        ("a day", state.day, limits.day, budget.whole.day),
    ):
        if learned is not None and limit < whole:
            pace = f", one every {span(distance(limit))}" if window == "an hour" else ""
            yield (
                f"learned at {moment(learned.learned_at.by(now), now)}: the server took {learned.requests:,} {window}, "
                f"so {limit:,} of {whole:,} are sent now{pace}; scrapy budget --forget drops this"
            )


def forget(state: SessionState, now: float) -> str:
    """Drop the learned limits and the cooldown of a session. Sent requests stay counted. Return what was dropped."""
    dropped = [
        f"the learned limit of {learned.requests:,} {window}"
        for window, learned in (("an hour", state.hour), ("a day", state.day))
        if learned is not None
    ]
    if (until := state.cools_until(now)) > now:
        dropped.append(f"the cooldown until {moment(until, now)}")
    state.hour = state.day = state.cooling = None
    state.cooldown_seconds = 0.0
    state.cooldowns_in_row = 0
    stays = "; it stays parked" if state.parked is not None else ""
    if not dropped:
        return f"nothing to drop: no limit was learned, and it is not cooling down{stays}"
    return f"dropped {' and '.join(dropped)}{stays}"


def no_budget(paced: bool) -> str:
    """Return the line for a run whose session has no budget.

    Args:
        paced: whether requests reach Instagram itself.
    """
    if paced:
        return "no budget applies: IG_BUDGET=False"
    return "no budget applies on loopback, unless IG_BUDGET or another of its settings is given"
