"""A session's health in the store: read, or changed in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from igcrawl.budget.session_state import Health
from igcrawl.store import Store

_T = TypeVar("_T")


async def read_health(store: Store | None, account: str) -> Health:
    """Return the health of an account's session; that of a fresh one where there is no store yet.

    Raises:
        StoreError: the store failed.
    """
    return Health.read(await store.session(account) if store is not None else {})


async def change_health(store: Store, account: str, change: Callable[[Health], _T]) -> _T:
    """Change the health of an account's session, in one transaction, and return what the change returns.

    Args:
        store: opened.
        account: its ds_user_id.
        change: changes the health in place; when it raises, nothing is changed.

    Raises:
        StoreError: the store failed.
    """

    def in_row(row: dict[str, Any]) -> _T:
        health = Health.read(row)
        result = change(health)
        health.write(row)
        return result

    return await store.change_session(account, in_row)
