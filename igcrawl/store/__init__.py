"""The store: walks, what they have found, and what a session may do, in SQLite or Postgres."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from igcrawl.errors import BadInput
from igcrawl.paths import expanded, real_path
from igcrawl.store.addresses import is_postgres_url, postgres_url_problem
from igcrawl.store.base import Selection, SessionStateRows, Store, Writer
from igcrawl.store.model import (
    ENDLESS_PAGES,
    Choice,
    ChosenCrawl,
    CrawlRow,
    DocIdRow,
    FoundPage,
    HeldRecords,
    OperatorLimits,
    OutputRow,
    PackedRecords,
    PageCommit,
    Progress,
    RecordPage,
    Seed,
    WalkCount,
    WalkRow,
)

__all__ = [
    "ENDLESS_PAGES",
    "SQLITE_FILES",
    "Choice",
    "ChosenCrawl",
    "CrawlRow",
    "DocIdRow",
    "FoundPage",
    "HeldRecords",
    "OperatorLimits",
    "OutputRow",
    "PackedRecords",
    "PageCommit",
    "Progress",
    "RecordPage",
    "Seed",
    "Selection",
    "SessionStateRows",
    "Store",
    "WalkCount",
    "WalkRow",
    "Writer",
    "check_url",
    "check_writable",
    "describe",
    "is_postgres_url",
    "is_there",
    "make_store",
    "opened",
    "opened_existing",
    "path_of",
    "session_states_in",
]

#: Ends of the names of a SQLite store's files: the store, and what SQLite keeps beside it.
SQLITE_FILES: Final = ("", "-wal", "-shm", "-journal")
_SQLITE: Final = "sqlite:///"


def check_url(url: str, setting: str = "IG_STORE") -> None:
    """Check a store's address. No part of a database's is in an error: it may hold a password.

    Args:
        url: ``sqlite:///relative/path``, ``sqlite:////absolute/path`` or ``postgresql://…``.
        setting: that gives it.

    Raises:
        BadInput: it is neither, or cannot be read without a doubt; its links lead in a circle.
    """
    if is_postgres_url(url):
        problem = postgres_url_problem(url)
        if problem is not None:
            raise BadInput(f"{setting}: {problem}")
    elif not (url.startswith(_SQLITE) and url != _SQLITE):
        raise BadInput(f"{setting}: expected sqlite:///path/to/store.db or postgresql://…")
    else:
        file = url.removeprefix(_SQLITE)
        real_path(expanded(file, setting), f"{setting}: {file}")


def path_of(url: str) -> Path | None:
    """Return the file of a SQLite store's address, None for a database's."""
    return None if is_postgres_url(url) else expanded(url.removeprefix(_SQLITE), "IG_STORE")


def check_writable(path: Path, setting: str) -> None:
    """Check that the files of a SQLite store, where they are there, can be written.

    Args:
        path: the store's file.
        setting: the setting that names it.

    Raises:
        BadInput: one cannot.
    """
    for end in SQLITE_FILES:
        file = Path(f"{path}{end}")
        if os.access(file, os.F_OK) and not os.access(file, os.W_OK):
            raise BadInput(f"{setting}: {file}: it cannot be written; chmod u+w {file}")


def describe(url: str) -> str:
    """Return a store's address for the operator: its file, or the database's name and host; never a password."""
    if not is_postgres_url(url):
        return str(path_of(url))
    from psycopg import Error  # noqa: PLC0415 - psycopg takes a crawl 0.1 s to import
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415

    try:
        options = conninfo_to_dict(url)
    except Error:
        return "a Postgres database"
    name = options.get("dbname") or options.get("user") or "the default database"
    host = options.get("host")
    return f"{name} at {host}" if host else str(name)


def make_store(url: str, setting: str = "IG_STORE") -> Store:
    """Return the store at an address, not yet opened.

    Args:
        url: the address.
        setting: that gives it.

    Raises:
        BadInput: the address is none, see `check_url`.
    """
    check_url(url, setting)
    if is_postgres_url(url):
        from igcrawl.store.postgres.store import postgres_store  # noqa: PLC0415 - psycopg takes a crawl 0.1 s to import

        return postgres_store(url, setting)
    from igcrawl.store.sqlite.store import sqlite_store  # noqa: PLC0415 - as above

    path = path_of(url)
    assert path is not None
    return sqlite_store(path)


def session_states_in(path: Path) -> SessionStateRows:
    """Return the session states in a file of their own, not yet opened."""
    from igcrawl.store.sqlite.session_states import SqliteSessionStates  # noqa: PLC0415 - as above

    return SqliteSessionStates(path)


def is_there(url: str) -> bool:
    """Return whether there is a store already; of a database this is not known, so it counts as there."""
    path = path_of(url)
    return path is None or path.exists()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Store | None]:
    """Open a store for as long as it is used; None when there is none yet, for none is created.

    Args:
        url: its address, see `check_url`.

    Raises:
        BadInput: it cannot be used.
        StoreError: it failed.
    """
    if not is_there(url):
        yield None
        return
    store = make_store(url)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def opened_existing(url: str, use: str) -> AsyncIterator[Store]:
    """Open a store that must be there already, see `opened`.

    Args:
        url: its address.
        use: what there would be nothing to do, such as ``export``.

    Raises:
        BadInput: it is not there, or cannot be used.
        StoreError: it failed.
    """
    async with opened(url) as store:
        if store is None:
            path = path_of(url)
            assert path is not None
            raise BadInput(f"there is no store at {path.absolute()} yet: nothing to {use}")
        yield store
