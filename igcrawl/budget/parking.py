"""State of a session in a few words, and unparking."""

from __future__ import annotations

import time
from typing import Final

from igcrawl.budget.session_state import EXPIRED, SessionState
from igcrawl.budget.session_states import SessionStates
from igcrawl.times import clock_time

OK: Final = "ok"
NOT_PARKED: Final = "is not parked"


def state_of(state: SessionState, fingerprint: str, now: float) -> str:
    """Return a session's state: ``ok``, ``parked since …``, ``expired since …``, ``cooling down until …``.

    Args:
        state: the session's.
        fingerprint: of the session that would be used, see `Session.fingerprint`.
        now: seconds since 1970.
    """
    if state.parked is not None and not state.is_replaced_by(fingerprint):
        return f"{state.parked} since {clock_time(state.parked_at, now)}"
    until = state.cools_until(now)
    return f"cooling down until {clock_time(until, now)}" if until > now else OK


async def replace_expired(states: SessionStates, account: str, fingerprint: str) -> bool:
    """Let an account whose login had expired go on when this is another session of it; return whether it does.

    Raises:
        StoreError: the store failed.
    """

    def replace(state: SessionState) -> bool:
        if not state.is_replaced_by(fingerprint):
            return False
        state.resume()
        return True

    return any(await states.change(account, replace))


def still_parked(state: SessionState, fingerprint: str, name: str) -> str | None:
    """Return why a session that was just imported may not send, and what to do; None if it may.

    Args:
        state: the account's.
        fingerprint: of the session.
        name: of the session.
    """
    if state.parked is None or state.is_replaced_by(fingerprint):
        return None
    since = f"{state.parked} since {clock_time(state.parked_at, time.time())}"
    if state.parked == EXPIRED:
        return f"{since}, and this is the same login: log in again by hand, then import that one"
    return f"{since}: {state.parked_why}; do by hand what Instagram asks, then: scrapy session resume {name}"


async def resume(states: SessionStates, account: str, fingerprint: str | None) -> tuple[str, bool]:
    """Unpark a session after its operator has looked.

    Args:
        states: of sessions, opened.
        account: its ds_user_id.
        fingerprint: of the session that would be used; None when there is no file of it.

    Returns:
        What it was parked for, for the operator, and whether it may be used now.

    Raises:
        StoreError: the store failed.
    """

    def unpark(state: SessionState) -> tuple[str, bool]:
        if state.parked is None:
            return NOT_PARKED, True
        told = f"{state.parked} since {clock_time(state.parked_at, time.time())}: {state.parked_why}"
        if state.parked == EXPIRED and (fingerprint is None or not state.is_replaced_by(fingerprint)):
            return f"{told}; log in again by hand, then: scrapy session import FILE", False
        state.resume()
        return f"was {told}; it may send again now", True

    told = await states.change(account, unpark)
    for local in await states.on_loopback(account):
        told += await local.change(account, unpark)
    await states.forget_earlier_parking(account)
    # Of two places, the one where it was parked.
    return next((each for each in told if each[0] != NOT_PARKED), told[0])
