"""Walks in the SQLite store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Final

from igcrawl.store.base import Writer
from igcrawl.store.model import FoundPage, OperatorLimits, OutputRow, PageCommit, Spent, WalkRow
from igcrawl.store.sqlite.commit import write_commit
from igcrawl.store.sqlite.database import Database
from igcrawl.store.sqlite.rows import HOLDERS, LATEST, waiting_walk, walk_of
from igcrawl.store.sqlite.worker import SqliteWorker
from igcrawl.store.walk_name import walk_name
from igcrawl.verdict import OPEN

#: So many rows are read at once where there may be millions.
_BATCH: Final = 500

_PAGE_OF_WALKS: Final = """
    SELECT * FROM walks INDEXED BY walks_order
    WHERE crawl = ? AND id > ? AND depth <= ifnull(?, depth) AND (? OR verdict IS ?)
    ORDER BY id LIMIT ?
"""


class SqliteWalks:
    """Walks in an SQLite file, see `igcrawl.store.base.Walks`."""

    def __init__(self, database: Database, worker: SqliteWorker) -> None:
        self._database = database
        self._worker = worker

    async def claim(self, crawl: int, limits: OperatorLimits, now: str) -> WalkRow | None:
        """See `Walks.claim`."""
        worker = await self._worker.join()
        database = self._database
        with database.transaction():
            for [holder] in database.rows(HOLDERS, (crawl,)):
                if holder != worker and not self._worker.lives(holder):
                    database.execute("UPDATE walks SET worker = NULL WHERE worker = ? AND crawl = ?", (holder, crawl))
            walk = waiting_walk(database, crawl, limits)
            if walk is None:
                return None
            if not walk.fence:
                database.execute("UPDATE crawls SET started = started + 1 WHERE id = ?", (crawl,))
            walk.worker, walk.fence, walk.started_at = worker, walk.fence + 1, walk.started_at or now
            claim = (worker, walk.fence, walk.started_at, walk.id)
            database.execute("UPDATE walks SET worker = ?, fence = ?, started_at = ? WHERE id = ?", claim)
        return walk

    async def busy(self, crawl: int) -> bool:
        """See `Walks.busy`."""
        holders = [holder for [holder] in self._database.rows(HOLDERS, (crawl,))]
        return any(holder != self._worker.number and self._worker.lives(holder) for holder in holders)

    async def commit(
        self, commits: Sequence[PageCommit], outputs: Iterable[OutputRow] = (), writers: Sequence[Writer] = ()
    ) -> int:
        """See `Walks.commit`."""
        if writers:
            raise TypeError("records are written into the transaction of a Postgres store only")
        with self._database.transaction():
            return write_commit(self._database, self._worker.number, commits, outputs)

    async def has(self, crawl: int, seed: str) -> bool:
        """See `Walks.has`."""
        return self._database.row("SELECT 1 FROM walks WHERE crawl = ? AND seed = ?", (crawl, seed)) is not None

    async def begun(self, crawl: int, seed: str) -> bool:
        """See `Walks.begun`."""
        row = self._database.row("SELECT fence FROM walks WHERE crawl = ? AND seed = ?", (crawl, seed))
        return row is not None and row["fence"] > 0

    async def named(self, crawl: int, verdict: str, most: int) -> list[str]:
        """See `Walks.named`."""
        sql = """
            SELECT operation, target, json_extract(state, '$.given') AS given FROM walks INDEXED BY walks_ended
            WHERE crawl = ? AND verdict = ?
                AND verdict IS NOT NULL
            ORDER BY id LIMIT ?
        """
        return [walk_name(row) for row in self._database.rows(sql, (crawl, verdict, most))]

    async def found(self, walk: int) -> AsyncIterator[FoundPage]:
        """See `Walks.found`."""
        sql = "SELECT id, ids, turned FROM found WHERE walk = ? AND id > ? ORDER BY id LIMIT ?"
        last = 0
        while rows := self._database.rows(sql, (walk, last, _BATCH)):
            for row in rows:
                yield FoundPage(row["ids"], row["turned"])
            last = rows[-1]["id"]

    async def earlier(self, subject: str, before: int) -> list[WalkRow]:
        """See `Walks.earlier`."""
        sql = """
            SELECT * FROM walks WHERE subject = ? AND id < ? AND verdict IN ('complete', 'updated')
            ORDER BY id DESC LIMIT 1000
        """
        return [walk_of(row) for row in self._database.rows(sql, (subject, before))]

    async def spent(self) -> list[Spent]:
        """See `Walks.spent`."""
        sql = """
            SELECT ifnull(json_extract(state, '$.stand_in'), operation) AS operation,
                json_extract(args, '$.page_size') AS page_size, sum(records) AS records, sum(requests) AS requests
            FROM walks WHERE requests > 0 GROUP BY 1, 2 ORDER BY 1, 2
        """
        return [Spent(**dict(row)) for row in self._database.rows(sql)]

    async def all(
        self, crawl: int | None = None, verdict: str | None = None, max_depth: int | None = None
    ) -> AsyncIterator[WalkRow]:
        """See `Walks.all`."""
        numbers = sorted(number for [number] in self._database.rows(LATEST)) if crawl is None else [crawl]
        wanted = None if verdict == OPEN else verdict
        for number in numbers:
            last = 0
            while True:
                parameters = (number, last, max_depth, verdict is None, wanted, _BATCH)
                rows = self._database.rows(_PAGE_OF_WALKS, parameters)
                for row in rows:
                    yield walk_of(row)
                if len(rows) < _BATCH:
                    break
                last = rows[-1]["id"]
