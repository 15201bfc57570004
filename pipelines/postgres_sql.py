"""The statements that write records into Postgres, built from the tables' data.

Each page is copied into temporary tables and goes from there to its own with `INSERT … ON CONFLICT`, in the order of
the keys, so that two workers that write the same rows wait for each other instead of locking each other out.
"""
# ruff: noqa: S608 - names come from the tables' data, values from nowhere but COPY and parameters.

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from .postgres_tables import FOLLOWS, HISTORY, PROFILES, TABLES, Column, Table

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

#: A list that tells who is missing from it. A walk that is asked again is the same list.
ADD_COMPLETE_LIST: Final = """
    INSERT INTO complete_lists VALUES (%(owner_pk)s, %(direction)s, %(walk)s, %(ended_at)s::timestamptz)
    ON CONFLICT DO NOTHING
"""
#: Accounts that a list did not hold: missing since the first complete list after the walk that saw them last, gone
#: since the second, in the order of the walks' numbers, whichever ended first. Rows that another worker is writing at
#: this moment, or has just written, are passed over: so nobody waits. The next complete list finds them.
#: They are found once, and materialized: without statistics of a new table Postgres would find them for each row again.
MARK_GONE: Final = """
    WITH found AS MATERIALIZED (
        SELECT known.pk, least(known.missed_walk, missed.walk) AS walk,
            CASE WHEN known.missed_walk < missed.walk THEN known.missing_since ELSE missed.since END AS since,
            CASE WHEN known.missed_walk < missed.walk THEN missed.since ELSE missed.gone END AS gone
        FROM follows AS known CROSS JOIN LATERAL (
            SELECT known.last_walk AS after, min(walk) AS walk, (array_agg(ended_at ORDER BY walk))[1] AS since,
                (array_agg(ended_at ORDER BY walk))[2] AS gone
            FROM (
                SELECT walk, ended_at FROM complete_lists
                WHERE owner_pk = %(owner_pk)s AND direction = %(direction)s AND walk > known.last_walk
                ORDER BY walk LIMIT 2
            ) AS later
        ) AS missed
        WHERE known.owner_pk = %(owner_pk)s AND known.direction = %(direction)s AND known.gone_at IS NULL
            AND known.last_walk < %(walk)s AND known.last_walk = missed.after
        FOR NO KEY UPDATE OF known SKIP LOCKED
    )
    UPDATE follows AS edge SET missed_walk = found.walk, missing_since = found.since, gone_at = found.gone
    FROM found
    WHERE edge.owner_pk = %(owner_pk)s AND edge.direction = %(direction)s AND edge.pk = found.pk
        AND (edge.missed_walk, edge.gone_at) IS DISTINCT FROM (found.walk, found.gone)
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
    if table is FOLLOWS:
        return _upsert_follows()
    derived = dict(table.derived)
    staged = {column.name: column.unstaged for column in table.staged}
    names = (*table.key, *table.latest)
    values = ", ".join(f"{derived[name]} AS {name}" if name in derived else staged[name] for name in names)
    changes = [*map(_latest, table.latest), *_TIMES]
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


def _upsert_follows() -> str:
    """The greatest walk number decides; an edge is missing if later lists that have ended already did not hold it."""
    missed = ("missed_walk", "missing_since", "gone_at")
    # A list that missed it may have ended since this statement began.
    decides = "EXCLUDED.last_walk >= known.last_walk AND (known.missed_walk > EXCLUDED.last_walk) IS NOT TRUE"
    changes = [f"{name} = CASE WHEN {decides} THEN EXCLUDED.{name} ELSE known.{name} END" for name in missed]
    changes += [
        "first_walk = least(known.first_walk, EXCLUDED.first_walk)",
        "last_walk = greatest(known.last_walk, EXCLUDED.last_walk)",
        *_TIMES,
    ]
    key = ", ".join(FOLLOWS.key)
    return (
        f"INSERT INTO follows AS known ({key}, first_walk, last_walk, first_seen, last_seen, {', '.join(missed)}) "
        f"SELECT {key}, walk, walk, {_SEEN}, {_SEEN}, missed[1], times[1], times[2] "
        f"FROM {FOLLOWS.stage} LEFT JOIN ("
        "SELECT owner_pk, direction, list.walk, array_agg(complete.walk ORDER BY complete.walk) AS missed, "
        "array_agg(ended_at ORDER BY complete.walk) AS times "
        f"FROM (SELECT DISTINCT owner_pk, direction, walk FROM {FOLLOWS.stage}) AS list "
        "JOIN complete_lists AS complete USING (owner_pk, direction) WHERE complete.walk > list.walk "
        "GROUP BY owner_pk, direction, list.walk"
        f") AS later USING (owner_pk, direction, walk) ORDER BY {key} "
        f"ON CONFLICT ({key}) DO UPDATE SET {', '.join(changes)}"
    )


def _latest(name: str) -> str:
    """An answer that came late fills what was not known; null erases nothing."""
    return (
        f"{name} = CASE WHEN EXCLUDED.last_seen >= known.last_seen "
        f"THEN coalesce(EXCLUDED.{name}, known.{name}) ELSE coalesce(known.{name}, EXCLUDED.{name}) END"
    )


def _names(columns: Iterable[Column]) -> str:
    return ", ".join(column.name for column in columns)
