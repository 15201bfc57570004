"""Rows of the SQLite store as values (args and state are JSON), and what its statements share."""

from __future__ import annotations

import sqlite3
from typing import Any, Final

from igcrawl.store.model import CrawlRow, OperatorLimits, WalkRow
from igcrawl.store.odd_text import from_json, from_stored
from igcrawl.store.sqlite.database import Database

#: Numbers of the latest generation of every crawl.
LATEST: Final = "SELECT max(id) FROM crawls GROUP BY name, CASE WHEN name IS NULL THEN key END"

#: Workers that hold walks of a crawl.
HOLDERS: Final = "SELECT DISTINCT worker FROM walks INDEXED BY walks_held WHERE worker IS NOT NULL AND crawl = ?"

_WAITING: Final = """
    SELECT * FROM walks INDEXED BY walks_waiting
    WHERE crawl = :crawl AND verdict IS NULL AND worker IS NULL AND (fence = 0) <= :may_begin
    ORDER BY fence = 0, depth, id LIMIT 1
"""


def waiting_walk(database: Database, crawl: int, limits: OperatorLimits) -> WalkRow | None:
    """Return the walk that is to be claimed next."""
    row = database.row("SELECT started FROM crawls WHERE id = ?", (crawl,))
    may_begin = limits.max_walks is None or (row is not None and row["started"] < limits.max_walks)
    walk = database.row(_WAITING, {"crawl": crawl, "may_begin": may_begin})
    return None if walk is None else walk_of(walk)


def crawl_of(row: sqlite3.Row) -> CrawlRow:
    """Return a row of the table ``crawls`` as a value."""
    return CrawlRow(**{**dict(row), "kept": bool(row["kept"])})


def walk_of(row: sqlite3.Row) -> WalkRow:
    """Return a row of the table ``walks`` as a value."""
    values: dict[str, Any] = dict(row)
    values["cursor"] = from_stored(values["cursor"])
    values["args"] = from_json(values["args"])
    values["state"] = from_json(values["state"])
    return WalkRow(**values)
