"""Things that fail at the very moment when a session must be parked, and only then."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg

from tests.support.session_states import state_home

#: Fails when a session is parked.
_STATES = """
    CREATE TRIGGER hindrance_{when} BEFORE {when} ON session_states WHEN NEW.state LIKE '%"parked":"parked"%'
    BEGIN SELECT RAISE(ABORT, 'the disk is full'); END
"""
#: Fails when the walk is told to be blocked.
_WALKS = """
    CREATE TRIGGER hindrance BEFORE UPDATE ON walks WHEN NEW.verdict = 'blocked'
    BEGIN SELECT RAISE(ABORT, 'the disk is full'); END
"""
_POSTGRES = """
    CREATE FUNCTION hindrance() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$;
    CREATE TRIGGER hindrance BEFORE UPDATE ON session_states FOR EACH ROW
        WHEN (NEW.state LIKE '%"parked":"parked"%') EXECUTE FUNCTION hindrance();
    CREATE TRIGGER hindrance BEFORE UPDATE ON walks FOR EACH ROW
        WHEN (NEW.verdict = 'blocked') EXECUTE FUNCTION hindrance();
"""


def state_fails(folder: Path) -> None:
    """Let the user's own state fail."""
    with closing(sqlite3.connect(state_home(folder) / "igcrawl" / "sessions.db")) as connection:
        for when in ("INSERT", "UPDATE"):
            connection.execute(_STATES.format(when=when))


def store_fails(folder: Path) -> None:
    """Let the store of each project fail."""
    for path in folder.glob("*/.igcrawl/store.db"):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(_WALKS)


def both_fail(folder: Path) -> None:
    """Let both fail."""
    state_fails(folder)
    store_fails(folder)


def postgres_fails(url: str) -> Callable[[Path], None]:
    """Let a Postgres store fail."""

    def hinder(folder: Path) -> None:
        with psycopg.connect(url) as connection:
            connection.execute(_POSTGRES)

    return hinder


HINDRANCES: dict[str, Callable[[Path], None]] = {
    "nothing": lambda folder: None,
    "the state": state_fails,
    "the store": store_fails,
    "both": both_fail,
}
