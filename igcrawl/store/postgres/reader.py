"""Read-only queries of the Postgres store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from igcrawl.store.model import CrawlRow, FoundPage, OutputRow, WalkRow
from igcrawl.store.postgres.database import Cursor, Database
from igcrawl.store.postgres.rows import CRAWL, LATEST, WALK, crawl_of, walk_of

#: So many rows are read at once where there may be millions.
_BATCH: Final = 500

_NEWEST: Final = f"""
    SELECT {CRAWL} FROM crawls
    WHERE CASE WHEN %(name)s::text IS NULL THEN name IS NULL AND key = %(key)s ELSE name = %(name)s END
    ORDER BY generation DESC LIMIT 1
"""  # noqa: S608 - names of columns
_PAGE_OF_WALKS: Final = f"""
    SELECT {WALK} FROM walks
    WHERE crawl = %(crawl)s AND id > %(last)s AND (%(max_depth)s::integer IS NULL OR depth <= %(max_depth)s)
        AND (%(all)s OR verdict IS NOT DISTINCT FROM %(verdict)s)
    ORDER BY id LIMIT %(batch)s
"""  # noqa: S608


class PostgresReader:
    """The part of `PostgresStore` that only reads.

    Args:
        url: the database's address.
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url)

    async def crawl(self, key: str, name: str | None = None) -> CrawlRow | None:
        """See `Store.crawl`."""
        async with self._database.transaction() as cursor:
            return await newest_crawl(cursor, key, name)

    async def output(self, crawl: int, path: str) -> OutputRow | None:
        """See `Store.output`."""
        sql = """
            SELECT length, opened = (SELECT max(opened) FROM outputs WHERE path = %(path)s) AS latest
            FROM outputs WHERE path = %(path)s AND crawl = %(crawl)s
        """
        row = await self._database.row(sql, {"path": path, "crawl": crawl})
        return None if row is None else OutputRow(path, row["length"], row["latest"])

    async def found(self, walk: int) -> AsyncIterator[FoundPage]:
        """See `Store.found`."""
        sql = "SELECT page, ids, turned FROM found WHERE walk = %s AND page > %s ORDER BY page LIMIT %s"
        last = 0
        while rows := await self._database.rows(sql, (walk, last, _BATCH)):
            for row in rows:
                yield FoundPage(row["ids"], row["turned"])
            last = rows[-1]["page"]

    async def earlier(self, subject: str, before: int) -> list[WalkRow]:
        """See `Store.earlier`."""
        sql = f"""
            SELECT {WALK} FROM walks WHERE subject = %s AND id < %s AND verdict IN ('complete', 'updated')
            ORDER BY id DESC LIMIT 1000
        """  # noqa: S608
        return [walk_of(row) for row in await self._database.rows(sql, (subject, before))]

    async def verdicts(self, crawl: int) -> dict[str | None, int]:
        """See `Store.verdicts`."""
        sql = "SELECT verdict, count(*) AS walks FROM walks WHERE crawl = %s GROUP BY verdict"
        return {row["verdict"]: row["walks"] for row in await self._database.rows(sql, (crawl,))}

    async def walks(
        self, crawl: int | None = None, verdict: str | None = None, max_depth: int | None = None
    ) -> AsyncIterator[WalkRow]:
        """See `Store.walks`."""
        numbers = sorted(row.id for row in await self.crawls()) if crawl is None else [crawl]
        wanted = None if verdict == "open" else verdict
        asked = {"max_depth": max_depth, "all": verdict is None, "verdict": wanted, "batch": _BATCH}
        for number in numbers:
            last = 0
            while rows := await self._database.rows(_PAGE_OF_WALKS, {**asked, "crawl": number, "last": last}):
                for row in rows:
                    yield walk_of(row)
                last = rows[-1]["id"]

    async def crawls(self) -> list[CrawlRow]:
        """See `Store.crawls`."""
        sql = f"SELECT {CRAWL} FROM crawls WHERE id IN ({LATEST}) ORDER BY id DESC"  # noqa: S608
        return [crawl_of(row) for row in await self._database.rows(sql)]


async def newest_crawl(cursor: Cursor, key: str, name: str | None) -> CrawlRow | None:
    """Return what `Store.crawl` returns, within the cursor's transaction."""
    await cursor.execute(_NEWEST, {"key": key, "name": name})
    row = await cursor.fetchone()
    return None if row is None else crawl_of(row)
