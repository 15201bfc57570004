"""How a session stands in the store, and unparking it."""

from __future__ import annotations

import time

from igcrawl.budget.session_state import EXPIRED, Health
from igcrawl.budget.state_store import change_health
from igcrawl.store import Store
from igcrawl.times import clock_time


def state_of(health: Health, mark: str, now: float) -> str:
    """Return a session's state in a few words: ``ok``, ``parked since …``, ``expired since …``, ``cooling until …``.

    Args:
        health: as the store has it.
        mark: of the session that would be used, see `Session.mark`.
        now: seconds since 1970.
    """
    if health.parked is not None and not health.is_replaced_by(mark):
        return f"{health.parked} since {clock_time(health.parked_at, now)}"
    return f"cooling until {clock_time(health.cooling_until, now)}" if health.cooling_until > now else "ok"


async def replace_expired(store: Store, account: str, mark: str) -> bool:
    """Let an account whose login had expired go on when this is another session of it; return whether it does.

    Raises:
        StoreError: the store failed.
    """

    def replace(health: Health) -> bool:
        if not health.is_replaced_by(mark):
            return False
        health.resume()
        return True

    return await change_health(store, account, replace)


async def resume(store: Store, account: str, mark: str | None) -> tuple[str, bool]:
    """Unpark a session after its operator has looked.

    Args:
        store: opened.
        account: its ds_user_id.
        mark: of the session that would be used; None when there is no file of it.

    Returns:
        What it was parked for, for the operator, and whether it may be used now.

    Raises:
        StoreError: the store failed.
    """

    def unpark(health: Health) -> tuple[str, bool]:
        if health.parked is None:
            return "is not parked", True
        told = f"{health.parked} since {clock_time(health.parked_at, time.time())}: {health.parked_why}"
        if health.parked == EXPIRED and (mark is None or not health.is_replaced_by(mark)):
            return f"{told}; log in again by hand, then: scrapy session import FILE", False
        health.resume()
        return f"was {told}; it goes on now", True

    return await change_health(store, account, unpark)
