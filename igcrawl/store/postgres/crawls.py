"""Crawls in the Postgres store."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Final

from igcrawl.store.model import CrawlRow, OperatorLimits, Progress, Seed
from igcrawl.store.postgres.commit import write_seeds
from igcrawl.store.postgres.database import BEGIN_LOCK, Cursor, Database, Parameters
from igcrawl.store.postgres.rows import CRAWL, LATEST, REOPENED, crawl_of, limits_of
from igcrawl.verdict import FINAL

_NEWEST: Final = f"""
    SELECT {CRAWL} FROM crawls
    WHERE CASE WHEN %(name)s::text IS NULL THEN name IS NULL AND key = %(key)s ELSE name = %(name)s END
    ORDER BY generation DESC LIMIT 1
"""  # noqa: S608 - names of columns
_BEGIN: Final = f"""
    INSERT INTO crawls (key, name, generation, spider, created_at, kept, sown)
    VALUES (%s, %s, %s, %s, %s::timestamptz, %s, %s)
    RETURNING {CRAWL}
"""  # noqa: S608 - names of columns and parameters, here and below
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


class PostgresCrawls:
    """Crawls in a Postgres database, see `igcrawl.store.base.Crawls`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, key: str, name: str | None = None) -> CrawlRow | None:
        """See `Crawls.find`."""
        row = await self._database.row(_NEWEST, {"key": key, "name": name})
        return None if row is None else crawl_of(row)

    async def begin(
        self,
        key: str,
        name: str | None,
        spider: str,
        seeds: Iterable[Seed],
        after: int,
        now: str,
        *,
        keeps: bool = True,
        sown: int | None = None,
    ) -> CrawlRow:
        """See `Crawls.begin`."""
        async with self._database.transaction() as cursor:
            await cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [BEGIN_LOCK, name or key])
            latest = await _newest(cursor, key, name)
            if latest is not None and latest.generation > after:
                return latest
            generation = latest.generation + 1 if latest else 1
            await cursor.execute(_BEGIN, [key, name, generation, spider, now, keeps, sown])
            begun = crawl_of(await anext(cursor))
            await write_seeds(cursor, begun.id, seeds)
        return begun

    async def sow(self, crawl: int, seeds: Iterable[Seed], after: int, then: int | None) -> int | None:
        """See `Crawls.sow`."""
        async with self._database.transaction() as cursor:
            await cursor.execute("SELECT sown FROM crawls WHERE id = %s FOR NO KEY UPDATE", [crawl])
            row = await cursor.fetchone()
            sown: int | None = None if row is None else row["sown"]
            if sown != after:
                return sown
            await write_seeds(cursor, crawl, seeds)
            await cursor.execute("UPDATE crawls SET sown = %s WHERE id = %s", [then, crawl])
        return then

    async def stop_keeping(self, crawl: int) -> None:
        """See `Crawls.stop_keeping`."""
        await self._database.rows("UPDATE crawls SET kept = false WHERE id = %s", [crawl])

    async def all(self) -> list[CrawlRow]:
        """See `Crawls.all`."""
        sql = f"SELECT {CRAWL} FROM crawls WHERE id IN ({LATEST}) ORDER BY id DESC"  # noqa: S608
        return [crawl_of(row) for row in await self._database.rows(sql)]

    async def generations(self) -> list[CrawlRow]:
        """See `Crawls.generations`."""
        sql = f"SELECT {CRAWL} FROM crawls ORDER BY id DESC"  # noqa: S608
        return [crawl_of(row) for row in await self._database.rows(sql)]

    async def unfinished(self, crawl: int, verdicts: Iterable[str], limits: OperatorLimits) -> bool:
        """See `Crawls.unfinished`."""
        asked = {"crawl": crawl, "verdicts": [*map(str, verdicts)], **limits_of(limits)}
        row = await self._database.row(_UNFINISHED, asked)
        return row is not None and bool(row["answer"])

    async def reopen(self, crawl: int, verdicts: Iterable[str], limits: OperatorLimits) -> int:
        """See `Crawls.reopen`."""
        sql = f"UPDATE walks SET verdict = NULL, reason = NULL, ended_at = NULL WHERE {REOPENED}"  # noqa: S608
        asked = {"crawl": crawl, "verdicts": [*map(str, verdicts)], **limits_of(limits)}
        return await self._database.transact(partial(_count, sql=sql, parameters=asked))

    async def retry(self, verdict: str, crawl: int | None = None) -> int:
        """See `Crawls.retry`."""
        numbers = [row.id for row in await self.all()] if crawl is None else [crawl]
        sql = """
            UPDATE walks SET verdict = NULL, reason = NULL, ended_at = NULL, cursor = CASE WHEN NOT %s THEN cursor END
            WHERE crawl = ANY(%s) AND verdict = %s
        """
        return await self._database.transact(partial(_count, sql=sql, parameters=[verdict in FINAL, numbers, verdict]))

    async def verdicts(self, crawl: int) -> dict[str | None, int]:
        """See `Crawls.verdicts`."""
        sql = "SELECT verdict, count(*) AS walks FROM walks WHERE crawl = %s GROUP BY verdict"
        return {row["verdict"]: row["walks"] for row in await self._database.rows(sql, (crawl,))}

    async def progress(self, crawl: int) -> Progress:
        """See `Crawls.progress`."""
        sql = "SELECT count(verdict) AS done, count(*) AS given FROM walks WHERE crawl = %s AND depth = 1"
        row = await self._database.row(sql, (crawl,))
        return Progress(0, 0) if row is None else Progress(row["done"], row["given"])


async def _count(cursor: Cursor, sql: str, parameters: Parameters) -> int:
    """Execute a statement and return how many rows it has changed."""
    await cursor.execute(sql, parameters)
    return cursor.rowcount


async def _newest(cursor: Cursor, key: str, name: str | None) -> CrawlRow | None:
    """Return what `Crawls.find` returns, within the cursor's transaction."""
    await cursor.execute(_NEWEST, {"key": key, "name": name})
    row = await cursor.fetchone()
    return None if row is None else crawl_of(row)
