"""The store in a Postgres database: workers on several machines may share it, and records go there, too.

A worker is a session of the database that holds the advisory lock of its number: the server lets go of it when the
process dies, when its machine falls off the network, and when an operator ends the session.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from igcrawl.errors import StoreError
from igcrawl.store.base import Writer
from igcrawl.store.model import CrawlRow, OperatorLimits, PageCommit, Seed, WalkRow
from igcrawl.store.postgres.commit import write_commit, write_seeds
from igcrawl.store.postgres.database import BEGIN_LOCK, WORKER_LOCK, Cursor
from igcrawl.store.postgres.doc_ids import PostgresDocIds
from igcrawl.store.postgres.reader import newest_crawl
from igcrawl.store.postgres.rows import CRAWL, HOLDERS, REOPENED, WALK, crawl_of, limits_of, walk_of
from igcrawl.verdict import FINAL

_BEGIN: Final = f"""
    INSERT INTO crawls (key, name, generation, spider, created_at) VALUES (%s, %s, %s, %s, %s::timestamptz)
    RETURNING {CRAWL}
"""  # noqa: S608 - names of columns and parameters, here and below
_FREE_THE_DEAD: Final = f"""
    WITH holders AS MATERIALIZED ({HOLDERS})
    UPDATE walks SET worker = NULL FROM holders
    WHERE NOT lives AND walks.crawl = %(crawl)s AND walks.worker = holders.worker
"""  # noqa: S608
# Two steps, since one index cannot lead both to those begun and past millions of others to none.
_CLAIM: Final = f"""
    WITH begun AS MATERIALIZED (
        SELECT id FROM walks WHERE crawl = %(crawl)s AND verdict IS NULL AND worker IS NULL AND fence > 0
        ORDER BY depth, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
    ), fresh AS MATERIALIZED (
        SELECT id FROM walks WHERE crawl = %(crawl)s AND verdict IS NULL AND worker IS NULL AND fence = 0
            AND NOT EXISTS (SELECT FROM begun)
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
_UNFINISHED: Final = f"""
    SELECT EXISTS (SELECT FROM walks WHERE crawl = %(crawl)s AND worker IS NOT NULL)
        OR EXISTS (SELECT FROM walks
            WHERE crawl = %(crawl)s AND verdict IS NULL AND worker IS NULL AND fence > 0)
        OR EXISTS (SELECT FROM walks
            WHERE crawl = %(crawl)s AND verdict IS NULL AND worker IS NULL AND fence = 0
            AND (%(max_walks)s::bigint IS NULL
                OR %(max_walks)s > (SELECT started FROM crawls WHERE id = %(crawl)s)))
        OR EXISTS (SELECT FROM walks WHERE {REOPENED}) AS answer
"""  # noqa: S608
_OPEN_OUTPUT: Final = """
    INSERT INTO outputs (crawl, path, length, opened) VALUES (%s, %s, %s, nextval('outputs_opened'))
    ON CONFLICT (path, crawl) DO UPDATE SET length = excluded.length, opened = excluded.opened
"""


class PostgresStore(PostgresDocIds):
    """A store in a Postgres database (14 or later), see `igcrawl.store.base.Store`.

    Args:
        url: its address; a connection pooler in between must keep a session for each client.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._worker: int | None = None

    async def open(self) -> None:
        """See `Store.open`."""
        await self._database.open()

    async def close(self) -> None:
        """See `Store.close`."""
        worker, self._worker = self._worker, None
        try:
            if worker is not None:
                await self._database.rows("UPDATE walks SET worker = NULL WHERE worker = %s", [worker])
                # The server may notice a moment later that we are gone.
                await self._database.rows("SELECT pg_advisory_unlock(%s, %s)", [WORKER_LOCK, worker])
        except StoreError:
            # Who has left is dead, and the walks of the dead are free, too.
            pass
        finally:
            await self._database.close()

    async def begin_crawl(
        self, key: str, name: str | None, spider: str, seeds: Iterable[Seed], after: int, now: str
    ) -> CrawlRow:
        """See `Store.begin_crawl`."""
        async with self._database.transaction() as cursor:
            await cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [BEGIN_LOCK, name or key])
            latest = await newest_crawl(cursor, key, name)
            if latest is not None and latest.generation > after:
                return latest
            await cursor.execute(_BEGIN, [key, name, latest.generation + 1 if latest else 1, spider, now])
            begun = crawl_of(await anext(cursor))
            await write_seeds(cursor, begun.id, seeds)
        return begun

    async def reopen(self, crawl: int, verdicts: Iterable[str], limits: OperatorLimits) -> int:
        """See `Store.reopen`."""
        sql = f"UPDATE walks SET verdict = NULL, reason = NULL, ended_at = NULL WHERE {REOPENED}"  # noqa: S608
        async with self._database.transaction() as cursor:
            await cursor.execute(sql, {"crawl": crawl, "verdicts": [*map(str, verdicts)], **limits_of(limits)})
            return cursor.rowcount

    async def unfinished(self, crawl: int, verdicts: Iterable[str], limits: OperatorLimits) -> bool:
        """See `Store.unfinished`."""
        asked = {"crawl": crawl, "verdicts": [*map(str, verdicts)], **limits_of(limits)}
        row = await self._database.row(_UNFINISHED, asked)
        return row is not None and bool(row["answer"])

    async def join(self) -> int:
        """See `Store.join`."""
        if self._worker is None:
            async with self._database.transaction() as cursor:
                await cursor.execute("SELECT nextval('workers')::integer AS number")
                number = (await anext(cursor))["number"]
                await cursor.execute("SELECT pg_advisory_lock(%s, %s)", [WORKER_LOCK, number])
            self._worker = int(number)
        return self._worker

    async def claim(self, crawl: int, limits: OperatorLimits, now: str) -> WalkRow | None:
        """See `Store.claim`."""
        me = await self.join()
        asked = {"namespace": WORKER_LOCK, "crawl": crawl, "me": me, "now": now, **limits_of(limits)}
        await self._database.rows(_FREE_THE_DEAD, asked)
        if limits.max_walks is None:
            row = await self._database.row(_CLAIM, asked)
            return None if row is None else walk_of(row)
        async with self._database.transaction() as cursor:
            # Two workers may not both begin the last walk.
            await cursor.execute("SELECT FROM crawls WHERE id = %s FOR NO KEY UPDATE", [crawl])
            await cursor.execute(_CLAIM, asked)
            row = await cursor.fetchone()
            return None if row is None else walk_of(row)

    async def busy(self, crawl: int) -> bool:
        """See `Store.busy`."""
        asked = {"namespace": WORKER_LOCK, "crawl": crawl, "me": self._worker}
        return any(row["lives"] for row in await self._database.rows(HOLDERS, asked))

    async def commit(
        self, commits: Sequence[PageCommit], outputs: Mapping[str, int], writers: Sequence[Writer] = ()
    ) -> None:
        """See `Store.commit`."""

        async def write(cursor: Cursor) -> None:
            await write_commit(cursor, self._worker, commits, outputs)
            for writer in writers:
                await writer(cursor)

        await self._database.transact(write)

    async def open_output(self, crawl: int, path: str, length: int) -> None:
        """See `Store.open_output`."""
        await self._database.rows(_OPEN_OUTPUT, [crawl, path, length])

    async def retry(self, verdict: str, crawl: int | None = None) -> int:
        """See `Store.retry`."""
        numbers = [row.id for row in await self.crawls()] if crawl is None else [crawl]
        sql = """
            UPDATE walks SET verdict = NULL, reason = NULL, ended_at = NULL, cursor = CASE WHEN NOT %s THEN cursor END
            WHERE crawl = ANY(%s) AND verdict = %s
        """
        async with self._database.transaction() as cursor:
            await cursor.execute(sql, [verdict in FINAL, numbers, verdict])
            return cursor.rowcount
