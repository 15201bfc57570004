"""The statements that write records into Postgres, built from the tables' data.

The records of a commit go to the server as JSON, one parameter a table, and from there to their tables with `INSERT …
ON CONFLICT`, in the order of the keys, so that two workers that write the same rows wait for each other instead of
locking each other out.
"""
# ruff: noqa: S608 - names come from the tables' data, values from parameters only.

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from .postgres_tables import HISTORY, PROFILES, WALK, PostgresColumn, PostgresTable

#: A picture's URL is signed anew with every answer, and its host changes; the file's name stays the picture's.
_PICTURE: Final = "substring(profile_pic_url FROM '([^/?]*)(?:[?].*)?$')"
_TIMES: Final = (
    "first_seen = least(known.first_seen, EXCLUDED.first_seen)",
    "last_seen = greatest(known.last_seen, EXCLUDED.last_seen)",
)

#: The parameter with the store's numbers of walks, a JSON object.
WALKS: Final = "walks"

#: A list that tells who is missing from it. A walk that is asked again is the same list.
ADD_COMPLETE_LIST: Final = """
    INSERT INTO complete_lists VALUES (%(owner_pk)s, %(direction)s, %(walk)s, %(ended_at)s::timestamptz)
    ON CONFLICT DO NOTHING
"""
#: Accounts that a list did not hold: missing since the first complete list after the walk that saw them last, gone
#: since the second, in the order of the walks' numbers, whichever ended first. Rows that another worker is writing at
#: this moment, or has just written, are passed over: so nobody waits. The next complete list finds them. A row is found
#: again by its place in its partition: by its owner, a plan made for a short list would read the whole list each time.
MARK_GONE: Final = """
    UPDATE follows AS edge SET missed_walk = found.walk, missing_since = found.since, gone_at = found.gone
    FROM (
        SELECT known.ctid AS place, least(known.missed_walk, missed.walk) AS walk,
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
    ) AS found
    WHERE edge.direction = %(direction)s AND edge.ctid = found.place
        AND (edge.missed_walk, edge.gone_at) IS DISTINCT FROM (found.walk, found.gone)
"""

#: Before it: a list's edges stand in their index by account, in no order of blocks; so they are not read one by one.
BLOCK_BY_BLOCK: Final = "SET LOCAL enable_indexscan = off"
#: After it.
AS_USUAL: Final = "SET LOCAL enable_indexscan TO DEFAULT"

#: Payloads are never the same twice, so they need no temporary table: JSON is sent as text.
COPY_PAYLOADS: Final = "COPY payloads (type, operation, walk, fetched_at, data) FROM STDIN"


@cache
def upsert_users(tables: Sequence[PostgresTable]) -> str:
    """Return the statement that takes all accounts of a commit to `users`: one, since locks are taken in one order.

    Args:
        tables: those with rows of accounts; no account may be there twice.
    """
    columns = {column.name: column for table in tables for column in table.columns if column.name in table.account}
    sources = " UNION ALL ".join(
        "SELECT pk, "
        + ", ".join(name if name in table.account else f"NULL::{column.type}" for name, column in columns.items())
        + f", fetched_at FROM {_page(table)} WHERE {table.of_accounts}"
        for table in tables
    )
    names = _names(columns.values())
    return (
        f"INSERT INTO users AS known (pk, {names}, first_seen, last_seen) "
        f"SELECT pk, {names}, seen, seen FROM ({sources}) AS page (pk, {names}, seen) ORDER BY pk "
        f"ON CONFLICT (pk) DO UPDATE SET {', '.join([*map(_latest, columns), *_TIMES])}"
    )


@cache
def upsert(table: PostgresTable) -> str:
    """Return the statement that takes a commit's rows to their table."""
    if table is PROFILES:
        return _append_profiles()
    if table.direction is not None:
        return _upsert_follows(table)
    derived = dict(table.derived)
    names = (*table.key, *table.latest)
    values = ", ".join(f"{derived[name]} AS {name}" if name in derived else name for name in names)
    changes = [*map(_latest, table.latest), *_TIMES]
    return (
        f"INSERT INTO {table.name} AS known ({', '.join(names)}, first_seen, last_seen) "
        f"SELECT {values}, fetched_at, fetched_at FROM {_page(table)} ORDER BY {', '.join(table.key)} "
        f"ON CONFLICT ({table.conflict or ', '.join(table.key)}) DO UPDATE SET {', '.join(changes)}"
    )


def _append_profiles() -> str:
    """A row when something differs from the row before it; what an answer does not hold is as it was."""
    names = (*HISTORY, "picture")
    together = [f"coalesce(page.{name}, old.{name})" for name in names]
    return (
        f"INSERT INTO profiles (pk, fetched_at, {', '.join(names)}) "
        f"SELECT page.pk, page.fetched_at, {', '.join(together)} "
        f"FROM (SELECT *, {_PICTURE} AS picture FROM {_page(PROFILES)}) AS page "
        "LEFT JOIN LATERAL (SELECT * FROM profiles WHERE pk = page.pk AND fetched_at <= page.fetched_at "
        "ORDER BY fetched_at DESC LIMIT 1) AS old ON TRUE "
        f"WHERE old.pk IS NULL OR ({', '.join(together)}) IS DISTINCT FROM ({', '.join(f'old.{n}' for n in names)}) "
        "ORDER BY page.pk "
        f"ON CONFLICT (pk, fetched_at) DO UPDATE SET {', '.join(f'{name} = EXCLUDED.{name}' for name in names)}"
    )


def _upsert_follows(table: PostgresTable) -> str:
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
    key = ", ".join(table.key)
    number = f"(%({WALKS})s::jsonb ->> {WALK.name})::integer"
    return (
        f"WITH page AS MATERIALIZED (SELECT {key}, {number} AS walk, fetched_at AS seen FROM {_page(table)}) "
        f"INSERT INTO {table.name} AS known "
        f"({key}, direction, first_walk, last_walk, first_seen, last_seen, {', '.join(missed)}) "
        f"SELECT {key}, '{table.direction}', walk, walk, seen, seen, missed[1], times[1], times[2] "
        "FROM page LEFT JOIN ("
        "SELECT * FROM (SELECT DISTINCT owner_pk, walk FROM page) AS list CROSS JOIN LATERAL ("
        "SELECT array_agg(complete.walk ORDER BY complete.walk) AS missed, "
        "array_agg(ended_at ORDER BY complete.walk) AS times FROM complete_lists AS complete "
        f"WHERE complete.owner_pk = list.owner_pk AND direction = '{table.direction}' AND complete.walk > list.walk"
        ") AS lists"
        f") AS later USING (owner_pk, walk) ORDER BY {key} "
        f"ON CONFLICT ({key}) DO UPDATE SET {', '.join(changes)}"
    )


def _page(table: PostgresTable) -> str:
    """Return SQL for a commit's records of a table as rows; its parameter has the table's name."""
    columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
    return f"json_to_recordset(%({table.name})s::json) AS page ({columns})"


def _latest(name: str) -> str:
    """An answer that came late fills what was not known; null erases nothing."""
    return (
        f"{name} = CASE WHEN EXCLUDED.last_seen >= known.last_seen "
        f"THEN coalesce(EXCLUDED.{name}, known.{name}) ELSE coalesce(known.{name}, EXCLUDED.{name}) END"
    )


def _names(columns: Iterable[PostgresColumn]) -> str:
    return ", ".join(column.name for column in columns)
