"""The state of a session in the store: read, or changed in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from igcrawl.budget.session_state import SessionState
from igcrawl.store import Store

_T = TypeVar("_T")


async def read_state(store: Store | None, account: str) -> SessionState:
    """Return the state of an account's session; that of a fresh one where there is no store yet.

    Raises:
        StoreError: the store failed.
    """
    return SessionState.read(await store.sessions.read(account) if store is not None else {})


async def change_state(store: Store, account: str, change: Callable[[SessionState], _T]) -> _T:
    """Change the state of an account's session, in one transaction, and return what the change returns.

    Args:
        store: opened.
        account: its ds_user_id.
        change: changes the state in place; when it raises, nothing is changed.

    Raises:
        StoreError: the store failed.
    """

    def in_row(row: dict[str, Any]) -> _T:
        state = SessionState.read(row)
        result = change(state)
        state.write(row)
        return result

    return await store.sessions.change(account, in_row)
