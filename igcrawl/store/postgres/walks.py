"""Walks in the Postgres store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, Final

from psycopg.rows import DictRow

from igcrawl.store.base import Writer
from igcrawl.store.model import FoundPage, OperatorLimits, OutputRow, PageCommit, Spent, WalkRow
from igcrawl.store.postgres.commit import LostLock, write_commit, write_records
from igcrawl.store.postgres.database import Cursor, Database
from igcrawl.store.postgres.rows import HOLDERS, LATEST, WALK, limits_of, walk_of
from igcrawl.store.postgres.worker import PostgresWorker
from igcrawl.store.postgres.worker_locks import lives
from igcrawl.store.walk_name import walk_name
from igcrawl.verdict import OPEN

#: So many rows are read at once where there may be millions.
_BATCH: Final = 500

#: Frees the walks of dead workers, and tells whether there were any, and whether we live.
_FREE_THE_DEAD: Final = f"""
    WITH holders AS MATERIALIZED ({HOLDERS}), freed AS (
        UPDATE walks SET worker = NULL FROM holders
        WHERE NOT lives AND walks.crawl = %(crawl)s AND walks.worker = holders.worker
        RETURNING walks.id
    )
    SELECT {lives("%(me)s")} AS lives, EXISTS (SELECT FROM freed) AS freed
"""  # noqa: S608
# Two steps, since one index cannot lead both to those begun and past millions of others to none. Nothing is claimed
# while a dead worker holds walks, whose turn may be before others', nor by a worker that has lost its lock.
_CLAIM: Final = f"""
    WITH ready AS MATERIALIZED (
        SELECT FROM (SELECT {lives("%(me)s")} AS lives OFFSET 0) AS own
        WHERE lives AND NOT EXISTS (SELECT FROM ({HOLDERS} OFFSET 0) AS others WHERE NOT lives)
    ), begun AS MATERIALIZED (
        SELECT id FROM walks WHERE crawl = %(crawl)s AND verdict IS NULL AND worker IS NULL AND fence > 0
            AND EXISTS (SELECT FROM ready)
        ORDER BY depth, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
    ), fresh AS MATERIALIZED (
        SELECT id FROM walks WHERE crawl = %(crawl)s AND verdict IS NULL AND worker IS NULL AND fence = 0
            AND EXISTS (SELECT FROM ready) AND NOT EXISTS (SELECT FROM begun)
            AND (%(max_walks)s::bigint IS NULL
                OR %(max_walks)s > (SELECT started FROM crawls WHERE id = %(crawl)s))
        ORDER BY depth, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
    ), counted AS (
        UPDATE crawls SET started = started + 1 WHERE id = %(crawl)s AND EXISTS (SELECT FROM fresh)
    ), claimed AS (SELECT id FROM begun UNION ALL SELECT id FROM fresh)
    UPDATE walks SET worker = %(me)s, fence = fence + 1, started_at = coalesce(started_at, %(now)s::timestamptz)
    WHERE id = (SELECT id FROM claimed)
    RETURNING {WALK}
"""  # noqa: S608
_PAGE_OF_WALKS: Final = f"""
    SELECT {WALK} FROM walks
    WHERE crawl = %(crawl)s AND id > %(last)s AND (%(max_depth)s::integer IS NULL OR depth <= %(max_depth)s)
        AND (%(all)s OR verdict IS NOT DISTINCT FROM %(verdict)s)
    ORDER BY id LIMIT %(batch)s
"""  # noqa: S608


class PostgresWalks:
    """Walks in a Postgres database, see `igcrawl.store.base.Walks`."""

    def __init__(self, database: Database, worker: PostgresWorker) -> None:
        self._database = database
        self._worker = worker

    async def claim(self, crawl: int, limits: OperatorLimits, now: str) -> WalkRow | None:
        """See `Walks.claim`."""
        asked = {"crawl": crawl, "me": await self._worker.join(), "now": now, **limits_of(limits)}
        row = await self._claim(asked)
        if row is None:
            # Mostly there is none. Walks of the dead are freed, and the lock is taken again if it was lost.
            before = await self._database.row(_FREE_THE_DEAD, asked)
            if before is None or not before["lives"]:
                await self._worker.renew()
            elif not before["freed"]:
                return None
            row = await self._claim(asked)
        if row is None:
            return None
        self._worker.claims[row["id"]] = row["fence"]
        return walk_of(row)

    async def _claim(self, asked: dict[str, Any]) -> DictRow | None:
        async def claim_alone(cursor: Cursor) -> DictRow | None:
            # Two workers may not both begin the last walk.
            await cursor.execute("SELECT FROM crawls WHERE id = %s FOR NO KEY UPDATE", [asked["crawl"]])
            await cursor.execute(_CLAIM, asked)
            return await cursor.fetchone()

        if asked["max_walks"] is None:
            return await self._database.row(_CLAIM, asked)
        return await self._database.transact(claim_alone)

    async def busy(self, crawl: int) -> bool:
        """See `Walks.busy`."""
        asked = {"crawl": crawl, "me": self._worker.number}
        return any(row["lives"] for row in await self._database.rows(HOLDERS, asked))

    async def commit(
        self, commits: Sequence[PageCommit], outputs: Iterable[OutputRow] = (), writers: Sequence[Writer] = ()
    ) -> int:
        """See `Walks.commit`."""

        async def write(cursor: Cursor) -> int:
            await write_commit(cursor, self._worker.number, commits, outputs)
            for writer in writers:
                await writer(cursor)
            return await write_records(cursor, commits)

        try:
            pages = await self._database.transact(write)
        except LostLock:
            # Nothing was written. Who has taken the walk meanwhile keeps it.
            await self._worker.renew()
            pages = await self._database.transact(write)
        for commit in commits:
            if commit.walk.verdict is not None:
                self._worker.claims.pop(commit.walk.id, None)
        return pages

    async def has(self, crawl: int, seed: str) -> bool:
        """See `Walks.has`."""
        return await self._database.row("SELECT 1 FROM walks WHERE crawl = %s AND seed = %s", (crawl, seed)) is not None

    async def begun(self, crawl: int, seed: str) -> bool:
        """See `Walks.begun`."""
        row = await self._database.row("SELECT fence FROM walks WHERE crawl = %s AND seed = %s", (crawl, seed))
        return row is not None and row["fence"] > 0

    async def named(self, crawl: int, verdict: str, most: int) -> list[str]:
        """See `Walks.named`."""
        sql = """
            SELECT operation, target, state->>'given' AS given FROM walks
            WHERE crawl = %s AND verdict = %s ORDER BY id LIMIT %s
        """
        rows = await self._database.rows(sql, (crawl, verdict, most))
        return [walk_name(row) for row in rows]

    async def found(self, walk: int) -> AsyncIterator[FoundPage]:
        """See `Walks.found`."""
        sql = "SELECT page, ids, turned FROM found WHERE walk = %s AND page > %s ORDER BY page LIMIT %s"
        last = 0
        while rows := await self._database.rows(sql, (walk, last, _BATCH)):
            for row in rows:
                yield FoundPage(row["ids"], row["turned"])
            last = rows[-1]["page"]

    async def earlier(self, subject: str, before: int) -> list[WalkRow]:
        """See `Walks.earlier`."""
        sql = f"""
            SELECT {WALK} FROM walks WHERE subject = %s AND id < %s AND verdict IN ('complete', 'updated')
            ORDER BY id DESC LIMIT 1000
        """  # noqa: S608
        return [walk_of(row) for row in await self._database.rows(sql, (subject, before))]

    async def spent(self) -> list[Spent]:
        """See `Walks.spent`."""
        sql = """
            SELECT coalesce(state->>'stand_in', operation) AS operation, args->>'page_size' AS page_size,
                sum(records)::bigint AS records, sum(requests)::bigint AS requests
            FROM walks WHERE requests > 0 GROUP BY 1, 2 ORDER BY 1, 2
        """
        return [Spent(**row) for row in await self._database.rows(sql)]

    async def all(
        self, crawl: int | None = None, verdict: str | None = None, max_depth: int | None = None
    ) -> AsyncIterator[WalkRow]:
        """See `Walks.all`."""
        numbers = sorted(row["id"] for row in await self._database.rows(LATEST)) if crawl is None else [crawl]
        wanted = None if verdict == OPEN else verdict
        asked = {"max_depth": max_depth, "all": verdict is None, "verdict": wanted, "batch": _BATCH}
        for number in numbers:
            last = 0
            while rows := await self._database.rows(_PAGE_OF_WALKS, {**asked, "crawl": number, "last": last}):
                for row in rows:
                    yield walk_of(row)
                last = rows[-1]["id"]
