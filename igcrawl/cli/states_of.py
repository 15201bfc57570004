"""Session states for a command."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from igcrawl.budget.session_states import SessionStates, opened_states
from igcrawl.config.config import Config
from igcrawl.store import opened


@asynccontextmanager
async def states_of(config: Config) -> AsyncIterator[SessionStates]:
    """Open the session states that a crawl with these settings would use.

    Raises:
        BadInput: a place, or the store, cannot be used.
        StoreError: it failed.
    """
    async with opened(config.store) as store, opened_states(config.state, config.server, store) as states:
        yield states
