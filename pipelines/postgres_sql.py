"""The statements that write records into Postgres, built from the tables' data.

Each page is copied into temporary tables and goes from there to its own with `INSERT … ON CONFLICT`, in the order of
the keys, so that two workers that write the same rows wait for each other instead of locking each other out.
"""
# ruff: noqa: S608 - names come from the tables' data, values from nowhere but COPY and parameters.

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from .postgres_tables import HISTORY, PROFILES, TABLES, Column, Table

_SEEN: Final = "fetched_at::timestamptz"
#: A picture's URL is signed anew with every answer, and its host changes; the file's name stays the picture's.
_PICTURE: Final = "substring(profile_pic_url FROM '([^/?]*)(?:[?].*)?$')"
_TIMES: Final = (
    "first_seen = least(known.first_seen, EXCLUDED.first_seen)",
    "last_seen = greatest(known.last_seen, EXCLUDED.last_seen)",
)

#: Once a connection.
CREATE_STAGES: Final = "\n".join(
    f"CREATE TEMPORARY TABLE IF NOT EXISTS {table.stage.removeprefix('pg_temp.')} ("
    + ", ".join(f"{column.name} {column.staged_type}" for column in table.staged)
    + ") ON COMMIT DELETE ROWS;"
    for table in TABLES
)

#: Accounts that a list did not hold: missing, and gone when an earlier complete list did not hold them either. Rows
#: that another worker is writing at this moment are being seen, and are passed over: so nobody waits, either.
MARK_GONE: Final = """
    UPDATE follows
    SET missing_since = coalesce(missing_since, %(ended_at)s::timestamptz),
        gone_at = CASE WHEN missing_since IS NOT NULL THEN %(ended_at)s::timestamptz END
    WHERE (owner_pk, direction, pk) IN (
        SELECT owner_pk, direction, pk FROM follows
        WHERE owner_pk = %(owner_pk)s AND direction = %(direction)s AND last_seen < %(started_at)s::timestamptz
            AND gone_at IS NULL AND (missing_since IS NULL OR missing_since <= %(started_at)s::timestamptz)
        FOR UPDATE SKIP LOCKED
    )
"""

#: Payloads are never the same twice, so they need no temporary table: JSON is sent as text.
COPY_PAYLOADS: Final = "COPY payloads (type, operation, walk, fetched_at, data) FROM STDIN"


@cache
def copy_into(table: Table) -> str:
    """Return the statement that takes a page's rows into the temporary table."""
    return f"COPY {table.stage} ({_names(table.staged)}) FROM STDIN (FORMAT BINARY)"


def truncate(tables: Iterable[Table]) -> str:
    """Return the statement that empties temporary tables within a transaction."""
    return "TRUNCATE " + ", ".join(table.stage for table in tables)


@cache
def upsert_users(tables: Sequence[Table]) -> str:
    """Return the statement that takes all staged accounts to `users`: one, since locks are taken in one order.

    Args:
        tables: those with staged rows of accounts; no account may be there twice.
    """
    columns = {column.name: column for table in tables for column in table.staged if column.name in table.account}
    sources = " UNION ALL ".join(
        "SELECT pk, "
        + ", ".join(
            column.unstaged if column.name in table.account else f"NULL::{column.type}" for column in columns.values()
        )
        + f", {_SEEN} FROM {table.stage} WHERE {table.of_accounts}"
        for table in tables
    )
    names = _names(columns.values())
    return (
        f"INSERT INTO users AS known (pk, {names}, first_seen, last_seen) "
        f"SELECT pk, {names}, seen, seen FROM ({sources}) AS page (pk, {names}, seen) ORDER BY pk "
        f"ON CONFLICT (pk) DO UPDATE SET {', '.join([*map(_latest, columns), *_TIMES])}"
    )


@cache
def upsert(table: Table) -> str:
    """Return the statement that takes the staged rows to their own table."""
    if table is PROFILES:
        return _append_profiles()
    derived = dict(table.derived)
    staged = {column.name: column.unstaged for column in table.staged}
    names = (*table.key, *table.latest)
    values = ", ".join(f"{derived[name]} AS {name}" if name in derived else staged[name] for name in names)
    changes = [*map(_latest, table.latest), *_TIMES]
    if table.name == "follows":
        changes += [_unless_seen("missing_since"), _unless_seen("gone_at")]
    return (
        f"INSERT INTO {table.name} AS known ({', '.join(names)}, first_seen, last_seen) "
        f"SELECT {values}, {_SEEN}, {_SEEN} FROM {table.stage} ORDER BY {', '.join(table.key)} "
        f"ON CONFLICT ({table.conflict or ', '.join(table.key)}) DO UPDATE SET {', '.join(changes)}"
    )


def _append_profiles() -> str:
    """A row when something differs from the row before it; what an answer does not hold is as it was."""
    names = (*HISTORY, "picture")
    staged = {column.name: column.unstaged for column in PROFILES.staged} | {"picture": f"{_PICTURE} AS picture"}
    together = [f"coalesce(page.{name}, old.{name})" for name in names]
    return (
        f"INSERT INTO profiles (pk, fetched_at, {', '.join(names)}) "
        f"SELECT page.pk, page.seen, {', '.join(together)} "
        f"FROM (SELECT pk, {_SEEN} AS seen, {', '.join(staged[name] for name in names)} FROM {PROFILES.stage}) AS page "
        "LEFT JOIN LATERAL (SELECT * FROM profiles WHERE pk = page.pk AND fetched_at <= page.seen "
        "ORDER BY fetched_at DESC LIMIT 1) AS old ON TRUE "
        f"WHERE old.pk IS NULL OR ({', '.join(together)}) IS DISTINCT FROM ({', '.join(f'old.{n}' for n in names)}) "
        "ORDER BY page.pk "
        f"ON CONFLICT (pk, fetched_at) DO UPDATE SET {', '.join(f'{name} = EXCLUDED.{name}' for name in names)}"
    )


def _latest(name: str) -> str:
    """An answer that came late fills what was not known; null erases nothing."""
    return (
        f"{name} = CASE WHEN EXCLUDED.last_seen >= known.last_seen "
        f"THEN coalesce(EXCLUDED.{name}, known.{name}) ELSE coalesce(known.{name}, EXCLUDED.{name}) END"
    )


def _unless_seen(name: str) -> str:
    return f"{name} = CASE WHEN EXCLUDED.last_seen >= known.missing_since THEN NULL ELSE known.{name} END"


def _names(columns: Iterable[Column]) -> str:
    return ", ".join(column.name for column in columns)
