"""Walks and crawls as rows of the SQLite store: args and state are JSON, the columns are the fields."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any, Final

from igcrawl.errors import LostClaim
from igcrawl.store.model import CrawlRow, PageCommit, Seed, WalkRow
from igcrawl.store.odd_text import from_json, from_stored, to_json, to_stored
from igcrawl.store.sqlite.database import Database

#: A seed that the crawl already has is passed over.
_INSERT: Final = """
    INSERT INTO walks (crawl, seed, subject, operation, target, args, depth, cursor)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (crawl, seed) DO NOTHING
"""
_UPDATE: Final = """
    UPDATE walks SET subject = ?, operation = ?, target = ?, args = ?, cursor = ?, pages = ?, records = ?,
        duplicates = ?, requests = ?, expected = ?, state = ?, verdict = ?, reason = ?, started_at = ?, updated_at = ?,
        ended_at = ?, worker = ?
    WHERE id = ?
"""


def crawl_of(row: sqlite3.Row) -> CrawlRow:
    """Return a row of the table ``crawls`` as a value."""
    return CrawlRow(**dict(row))


def walk_of(row: sqlite3.Row) -> WalkRow:
    """Return a row of the table ``walks`` as a value."""
    values: dict[str, Any] = dict(row)
    values["cursor"] = from_stored(values["cursor"])
    values["args"] = from_json(values["args"])
    values["state"] = from_json(values["state"])
    return WalkRow(**values)


def add_walks(database: Database, crawl: int, seeds: Iterable[Seed]) -> None:
    """Add the walks that a crawl does not have yet, within the caller's transaction."""
    database.execute_many(_INSERT, _seed_rows(crawl, seeds))


def _seed_rows(crawl: int, seeds: Iterable[Seed]) -> Iterator[tuple[Any, ...]]:
    for seed in seeds:
        args, cursor = _json(seed.args), to_stored(seed.cursor)
        yield crawl, seed.key, seed.subject, seed.operation, seed.target, args, seed.depth, cursor


def write_page(database: Database, commit: PageCommit) -> None:
    """Write what a page has brought, within the caller's transaction.

    Raises:
        LostClaim: the walk is no longer held under this claim.
    """
    walk = commit.walk
    kept = database.row("SELECT seed, worker, fence FROM walks WHERE id = ?", (walk.id,))
    if kept is None or walk.worker is None or (kept["worker"], kept["fence"]) != (walk.worker, walk.fence):
        raise LostClaim(f"{walk.seed}: another worker has taken this walk over")
    if kept["seed"] != walk.seed:
        _rename(database, walk)
    database.execute(_UPDATE, _walk_values(walk))
    if commit.found is not None:
        found = (walk.id, commit.found.ids, commit.found.turned)
        database.execute("INSERT INTO found (walk, ids, turned) VALUES (?, ?, ?)", found)
    if commit.children:
        add_walks(database, walk.crawl, commit.children)


def _rename(database: Database, walk: WalkRow) -> None:
    """Give a walk its new seed, unless the crawl has begun another walk of that seed: that one is its namesake's."""
    namesake = database.row("SELECT id, fence FROM walks WHERE crawl = ? AND seed = ?", (walk.crawl, walk.seed))
    if namesake is not None:
        if namesake["fence"]:
            return
        database.execute("DELETE FROM walks WHERE id = ?", (namesake["id"],))
    database.execute("UPDATE walks SET seed = ? WHERE id = ?", (walk.seed, walk.id))


def _walk_values(walk: WalkRow) -> tuple[Any, ...]:
    return (
        walk.subject,
        walk.operation,
        walk.target,
        _json(walk.args),
        to_stored(walk.cursor),
        walk.pages,
        walk.records,
        walk.duplicates,
        walk.requests,
        walk.expected,
        _json(walk.state),
        walk.verdict,
        walk.reason,
        walk.started_at,
        walk.updated_at,
        walk.ended_at,
        None if walk.verdict is not None else walk.worker,
        walk.id,
    )


def _json(value: Any) -> str:
    return to_json(value).decode()
