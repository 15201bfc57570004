"""The gate of a run, made of its settings."""

from __future__ import annotations

from typing import TypeVar

from igcrawl.budget.gate import Gate
from igcrawl.budget.session_states import SessionStates
from igcrawl.config.config import Config
from igcrawl.stopping import Stopping
from igcrawl.store import Store

_G = TypeVar("_G", bound=Gate)


def states_for(config: Config, store: Store | None) -> SessionStates:
    """Return the session states that a run uses, not yet opened.

    Args:
        config: of the run.
        store: of the run, opened; None where there is none yet.
    """
    return SessionStates(config.state, config.server, store)


def gate_for(kind: type[_G], config: Config, states: SessionStates, store: Store, stopping: Stopping) -> _G:
    """Return the gate for the session of a run.

    Args:
        kind: of gate.
        config: of the run.
        states: of sessions, opened.
        store: whose worker the run is.
        stopping: of the run.

    Raises:
        BadInput: the session cannot be used.
    """
    session = config.check_session()
    name, file = config.session_name, config.session_file
    return kind(states, store.worker, session, name, config.rules, stopping, file)
