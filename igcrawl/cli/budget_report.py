"""Budgets of sessions, printed in lines, and what was learned of a session dropped."""

from __future__ import annotations

import time

from igcrawl.budget.report import forget, no_budget, state_lines
from igcrawl.budget.session_state import SessionState
from igcrawl.budget.share import Share, added, share_of
from igcrawl.cli.states_of import states_of
from igcrawl.config.config import Config
from igcrawl.errors import BadInput
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.printable import say
from igcrawl.sessions.source import SessionSource
from igcrawl.store import opened


async def print_budgets(config: Config, *, every: bool) -> None:
    """Print what the session of IG_SESSION has used, what is left, when it may send, and what the requests brought.

    Args:
        config: the command's settings.
        every: all accounts that have a state, as without IG_SESSION.

    Raises:
        BadInput: the session or the store cannot be used.
        StoreError: the store failed.
    """
    now, budget = time.time(), config.rules.budget
    if budget is None:
        say(no_budget(config.paced))
    session = config.check_session() if _is_given(config) and not every else None
    async with states_of(config) as states:
        accounts = await states.accounts() if session is None else [session.ds_user_id]
        if not accounts:
            say("no session has sent anything yet")
        for account in accounts:
            await states.take_in_marks(account, config.session_file if session is not None else None)
            state = await states.read(account)
            name = account if session is None else config.session_name
            say(f"session {name}" + (f", account {account}" if name != account else ""))
            for line in state_lines(state, budget, name, now, session.fingerprint if session is not None else None):
                say(f"  {line}")
    for share in await _shares(config):
        say(f"all walks of the store, {share.told}")


async def _shares(config: Config) -> list[Share]:
    """Return what the walks of the store have brought of the possible."""
    async with opened(config.store) as store:
        spent = await store.walks.spent() if store is not None else []
    # A store may know operations that are gone.
    shares = (
        share_of(OPERATIONS[each.operation], {"page_size": each.page_size}, each.records, each.requests)
        for each in spent
        if each.operation in OPERATIONS
    )
    return list(added(share for share in shares if share is not None))


async def drop_learned(config: Config, *, every: bool) -> None:
    """Drop what was learned of the session of IG_SESSION: its learned limits and its cooldown.

    Args:
        config: the command's settings.
        every: whether all accounts were asked for, which is refused.

    Raises:
        BadInput: there is not one session, or the session or the store cannot be used.
        StoreError: the store failed.
    """
    if every or not _is_given(config):
        raise BadInput("scrapy budget --forget: give one session, IG_SESSION=…")
    account, now = config.check_session().ds_user_id, time.time()

    def drop(state: SessionState) -> str:
        return forget(state, now)

    async with states_of(config) as states:
        await states.take_in_marks(account, config.session_file)
        said = await states.change(account, drop)
    # Of two places, the one that knew more.
    say(f"session {config.session_name}: {max(said, key=len)}")


def _is_given(config: Config) -> bool:
    return config.session_source != SessionSource()
