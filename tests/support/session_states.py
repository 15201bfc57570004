"""Session states of a test: beside its folder, never those of the user who runs it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from unittest import mock

from igcrawl.budget.session_state import SessionState
from igcrawl.budget.session_states import SessionStates
from igcrawl.sessions.trusted_hosts import server_name
from igcrawl.simulator import Simulator
from igcrawl.store import make_store

INSTAGRAM = server_name(["https://i.instagram.com"])


def state_home(folder: Path) -> Path:
    """What XDG_STATE_HOME is for the commands that run in a folder."""
    return folder.with_name(f"{folder.name}-state")


def at(simulator: Simulator) -> str:
    """The name of a simulator as a server."""
    return server_name([simulator.mobile_url, simulator.web_url])


def end_rest(state: SessionState) -> None:
    """Let the rest after a throttled answer be over."""
    state.cooldown_seconds = 0.0


def change_state(
    folder: Path,
    account: str,
    change: Callable[[SessionState], object] = lambda state: None,
    server: str = INSTAGRAM,
    store: str | None = None,
) -> SessionState:
    """Change what the commands of a folder know of a session, as a crawl does, and return it.

    Args:
        folder: where they run.
        account: the session's.
        change: changes it in place.
        server: which answers it.
        store: the address of theirs, where that is a Postgres database.
    """

    async def changed() -> SessionState:
        own = make_store(store) if store is not None else None
        if own is not None:
            await own.open()
        states = SessionStates("", server, own)
        await states.open()
        try:
            await states.change(account, change)
            return await states.read(account)
        finally:
            await states.close()
            if own is not None:
                await own.close()

    with mock.patch.dict(os.environ, {"XDG_STATE_HOME": str(state_home(folder))}):
        return asyncio.run(changed())
