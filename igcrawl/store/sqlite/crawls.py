"""Crawls in the SQLite store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import orjson

from igcrawl.store.model import CrawlRow, OperatorLimits, Progress, Seed
from igcrawl.store.sqlite.commit import write_seeds
from igcrawl.store.sqlite.database import Database
from igcrawl.store.sqlite.rows import HOLDERS, LATEST, crawl_of, waiting_walk
from igcrawl.verdict import FINAL

_BEGIN: Final = """
    INSERT INTO crawls (key, name, generation, spider, created_at, kept, sown) VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_ENDED: Final = """
    SELECT id FROM walks INDEXED BY walks_ended
    WHERE crawl = :crawl AND verdict IN (SELECT value FROM json_each(:verdicts))
"""
_RAISED: Final = """
    SELECT id FROM walks INDEXED BY walks_ended
    WHERE crawl = :crawl AND verdict = 'stopped' AND pages > 0
        AND (:max_pages IS NULL OR pages < :max_pages) AND (:max_users IS NULL OR records < :max_users)
"""
_LONGER: Final = """
    SELECT id FROM walks INDEXED BY walks_ended
    WHERE crawl = :crawl AND verdict = 'suspect' AND json_extract(state, '$.endless_pages') IS NOT NULL
        AND (:endless_pages IS NULL OR json_extract(state, '$.endless_pages') < :endless_pages)
"""
#: Walks that go on when the same command is run again.
_GO_ON: Final = (_ENDED, _RAISED, _LONGER)
_PROGRESS: Final = """
    SELECT (SELECT count(*) FROM walks INDEXED BY walks_order WHERE crawl = :crawl AND depth = 1),
        (SELECT count(*) FROM walks INDEXED BY walks_waiting
            WHERE crawl = :crawl AND verdict IS NULL AND worker IS NULL AND depth = 1)
        + (SELECT count(*) FROM walks INDEXED BY walks_held
            WHERE worker IS NOT NULL AND crawl = :crawl AND depth = 1)
"""
_REOPEN: Final = "UPDATE walks SET verdict = NULL, reason = NULL, ended_at = NULL WHERE id IN "


class SqliteCrawls:
    """Crawls in an SQLite file, see `igcrawl.store.base.Crawls`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, key: str, name: str | None = None) -> CrawlRow | None:
        """See `Crawls.find`."""
        return self._latest(key, name)

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
        database = self._database
        with database.transaction():
            latest = self._latest(key, name)
            if latest is not None and latest.generation > after:
                return latest
            database.execute(
                _BEGIN,
                (key, name, latest.generation + 1 if latest else 1, spider, now, keeps, sown),
            )
            begun = self._latest(key, name)
            assert begun is not None
            write_seeds(database, begun.id, seeds)
        return begun

    async def sow(self, crawl: int, seeds: Iterable[Seed], after: int, then: int | None) -> int | None:
        """See `Crawls.sow`."""
        database = self._database
        with database.transaction():
            row = database.row("SELECT sown FROM crawls WHERE id = ?", (crawl,))
            sown: int | None = None if row is None else row["sown"]
            if sown != after:
                return sown
            write_seeds(database, crawl, seeds)
            database.execute("UPDATE crawls SET sown = ? WHERE id = ?", (then, crawl))
        return then

    async def stop_keeping(self, crawl: int) -> None:
        """See `Crawls.stop_keeping`."""
        self._database.execute("UPDATE crawls SET kept = 0 WHERE id = ?", (crawl,))

    async def all(self) -> list[CrawlRow]:
        """See `Crawls.all`."""
        sql = f"SELECT * FROM crawls WHERE id IN ({LATEST}) ORDER BY id DESC"  # noqa: S608 - constants
        return [crawl_of(row) for row in self._database.rows(sql)]

    async def generations(self) -> list[CrawlRow]:
        """See `Crawls.generations`."""
        return [crawl_of(row) for row in self._database.rows("SELECT * FROM crawls ORDER BY id DESC")]

    async def unfinished(self, crawl: int, verdicts: Iterable[str], limits: OperatorLimits) -> bool:
        """See `Crawls.unfinished`."""
        if self._database.rows(HOLDERS, (crawl,)) or waiting_walk(self._database, crawl, limits) is not None:
            return True
        asked = _asked(crawl, verdicts, limits)
        return any(self._database.rows(f"{sql} LIMIT 1", asked) for sql in _GO_ON)

    async def reopen(self, crawl: int, verdicts: Iterable[str], limits: OperatorLimits) -> int:
        """See `Crawls.reopen`."""
        asked = _asked(crawl, verdicts, limits)
        with self._database.transaction():
            return sum(self._database.execute(f"{_REOPEN} ({sql})", asked).rowcount for sql in _GO_ON)

    async def retry(self, verdict: str, crawl: int | None = None) -> int:
        """See `Crawls.retry`."""
        numbers = [row.id for row in await self.all()] if crawl is None else [crawl]
        sql = """
            UPDATE walks INDEXED BY walks_ended
            SET verdict = NULL, reason = NULL, ended_at = NULL, cursor = CASE WHEN :final THEN NULL ELSE cursor END
            WHERE crawl IN (SELECT value FROM json_each(:crawls)) AND verdict = :verdict AND verdict IS NOT NULL
        """
        asked = {"crawls": orjson.dumps(numbers).decode(), "verdict": verdict, "final": verdict in FINAL}
        return self._database.execute(sql, asked).rowcount

    async def verdicts(self, crawl: int) -> dict[str | None, int]:
        """See `Crawls.verdicts`."""
        ended = """
            SELECT verdict, count(*) FROM walks INDEXED BY walks_ended
            WHERE crawl = ? AND verdict IS NOT NULL GROUP BY verdict
        """
        counts: dict[str | None, int] = dict(map(tuple, self._database.rows(ended, (crawl,))))
        waiting = """
            SELECT (SELECT count(*) FROM walks INDEXED BY walks_waiting
                    WHERE crawl = :crawl AND verdict IS NULL AND worker IS NULL)
                + (SELECT count(*) FROM walks INDEXED BY walks_held WHERE worker IS NOT NULL AND crawl = :crawl)
        """
        [[unended]] = self._database.rows(waiting, {"crawl": crawl})
        return counts | ({None: unended} if unended else {})

    async def progress(self, crawl: int) -> Progress:
        """See `Crawls.progress`."""
        [[given, unended]] = self._database.rows(_PROGRESS, {"crawl": crawl})
        return Progress(given - unended, given)

    def _latest(self, key: str, name: str | None) -> CrawlRow | None:
        if name is not None:
            sql, parameter = "SELECT * FROM crawls WHERE name = ? ORDER BY generation DESC LIMIT 1", name
        else:
            sql = "SELECT * FROM crawls WHERE key = ? AND name IS NULL ORDER BY generation DESC LIMIT 1"
            parameter = key
        row = self._database.row(sql, (parameter,))
        return None if row is None else crawl_of(row)


def _asked(crawl: int, verdicts: Iterable[str], limits: OperatorLimits) -> dict[str, int | str | None]:
    """Return the parameters of the questions for walks that can be opened again."""
    return {
        "crawl": crawl,
        "verdicts": orjson.dumps(list(verdicts)).decode(),
        "max_pages": limits.max_pages,
        "max_users": limits.max_users,
        "endless_pages": limits.endless_pages,
    }
