"""One commit of the SQLite store: fenced walks, what they found, their records, the walks that follow, and outputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from igcrawl.errors import LostClaim
from igcrawl.store.model import OutputRow, PageCommit, Seed, WalkRow
from igcrawl.store.odd_text import to_json, to_stored
from igcrawl.store.sqlite.database import Database

#: A seed that the crawl already has is passed over.
_INSERT: Final = """
    INSERT INTO walks (crawl, seed, subject, operation, target, args, depth, cursor, state)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (crawl, seed) DO NOTHING
"""
_UPDATE: Final = """
    UPDATE walks SET subject = ?, operation = ?, target = ?, args = ?, cursor = ?, pages = ?, records = ?,
        duplicates = ?, requests = ?, expected = ?, state = ?, verdict = ?, reason = ?, started_at = ?, updated_at = ?,
        ended_at = ?, worker = ?
    WHERE id = ?
"""
_OUTPUT: Final = "UPDATE outputs SET state = ? WHERE crawl = ? AND machine = ? AND path = ?"
_PLACES: Final = "UPDATE crawls SET pages = pages + ? WHERE id = ?"
_RECORDS: Final = "INSERT INTO records (crawl, place, walk, count, lines) VALUES (?, ?, ?, ?, ?)"


def write_commit(
    database: Database, worker: int | None, commits: Sequence[PageCommit], outputs: Iterable[OutputRow]
) -> int:
    """Write pages within the caller's transaction, and return how many pages of records their crawl has now.

    Args:
        database: the store's own.
        worker: who commits, None for nobody.
        commits: in their order.
        outputs: files of which more is known now.

    Raises:
        LostClaim: the worker no longer holds one of the walks.
    """
    for commit in commits:
        _write_page(database, worker, commit)
    for row in outputs:
        database.execute(_OUTPUT, (_json(row.state), row.crawl, row.machine, row.path))
    return _write_records(database, commits)


def _write_records(database: Database, commits: Sequence[PageCommit]) -> int:
    crawl = commits[0].walk.crawl
    kept = [(commit.walk.id, commit.records) for commit in commits if commit.records is not None]
    if kept:
        database.execute(_PLACES, (len(kept), crawl))
    [[pages]] = database.rows("SELECT pages FROM crawls WHERE id = ?", (crawl,))
    for place, (walk, records) in enumerate(kept, start=pages - len(kept) + 1):
        database.execute(_RECORDS, (crawl, place, walk, records.count, records.lines))
    return int(pages)


def write_seeds(database: Database, crawl: int, seeds: Iterable[Seed]) -> None:
    """Write the walks that a crawl does not have yet, in flat memory, within the caller's transaction."""
    database.execute_many(_INSERT, _seed_rows(crawl, seeds))


def _seed_rows(crawl: int, seeds: Iterable[Seed]) -> Iterator[tuple[Any, ...]]:
    for seed in seeds:
        args, cursor, state = _json(seed.args), to_stored(seed.cursor), _json(seed.state)
        yield crawl, seed.key, seed.subject, seed.operation, seed.target, args, seed.depth, cursor, state


def _write_page(database: Database, worker: int | None, commit: PageCommit) -> None:
    walk = commit.walk
    kept = database.row("SELECT seed, worker, fence FROM walks WHERE id = ?", (walk.id,))
    held = kept is not None and worker is not None and walk.worker == worker
    if kept is None or not held or (kept["worker"], kept["fence"]) != (worker, walk.fence):
        raise LostClaim(f"{walk.seed}: another worker has taken this walk over")
    if kept["seed"] != walk.seed:
        _rename(database, walk)
    database.execute(_UPDATE, _walk_values(walk))
    if commit.found is not None:
        found = (walk.id, commit.found.ids, commit.found.turned)
        database.execute("INSERT INTO found (walk, ids, turned) VALUES (?, ?, ?)", found)
    if commit.children:
        write_seeds(database, walk.crawl, commit.children)


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
