"""State of a session in a few words, and unparking."""

from __future__ import annotations

import time

from igcrawl.budget.session_state import EXPIRED, SessionState
from igcrawl.budget.state_store import change_state
from igcrawl.store import Store
from igcrawl.times import clock_time


def state_of(state: SessionState, fingerprint: str, now: float) -> str:
    """Return a session's state in a few words: ``ok``, ``parked since …``, ``expired since …``, ``cooling until …``.

    Args:
        state: as the store has it.
        fingerprint: of the session that would be used, see `Session.fingerprint`.
        now: seconds since 1970.
    """
    if state.parked is not None and not state.is_replaced_by(fingerprint):
        return f"{state.parked} since {clock_time(state.parked_at, now)}"
    return f"cooling until {clock_time(state.cooling_until, now)}" if state.cooling_until > now else "ok"


async def replace_expired(store: Store, account: str, fingerprint: str) -> bool:
    """Let an account whose login had expired go on when this is another session of it; return whether it does.

    Raises:
        StoreError: the store failed.
    """

    def replace(state: SessionState) -> bool:
        if not state.is_replaced_by(fingerprint):
            return False
        state.resume()
        return True

    return await change_state(store, account, replace)


async def resume(store: Store, account: str, fingerprint: str | None) -> tuple[str, bool]:
    """Unpark a session after its operator has looked.

    Args:
        store: opened.
        account: its ds_user_id.
        fingerprint: of the session that would be used; None when there is no file of it.

    Returns:
        What it was parked for, for the operator, and whether it may be used now.

    Raises:
        StoreError: the store failed.
    """

    def unpark(state: SessionState) -> tuple[str, bool]:
        if state.parked is None:
            return "is not parked", True
        told = f"{state.parked} since {clock_time(state.parked_at, time.time())}: {state.parked_why}"
        if state.parked == EXPIRED and (fingerprint is None or not state.is_replaced_by(fingerprint)):
            return f"{told}; log in again by hand, then: scrapy session import FILE", False
        state.resume()
        return f"was {told}; it goes on now", True

    return await change_state(store, account, unpark)
