"""The store in an SQLite file: several processes of one machine may share it.

Every transaction is short and blocks its process for as long as it takes; the longest writes the walks that begin a
crawl.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import orjson

from igcrawl.errors import StoreError
from igcrawl.store.base import Writer
from igcrawl.store.model import CrawlRow, OperatorLimits, PageCommit, Seed, WalkRow
from igcrawl.store.sqlite.database import Database
from igcrawl.store.sqlite.doc_ids import SqliteDocIds
from igcrawl.store.sqlite.rows import add_walks, walk_of, write_page
from igcrawl.store.worker_locks import Workers
from igcrawl.verdict import FINAL

_WAITING: Final = """
    SELECT * FROM walks INDEXED BY walks_waiting
    WHERE crawl = :crawl AND verdict IS NULL AND worker IS NULL AND (fence = 0) <= :may_begin
    ORDER BY fence = 0, depth, id LIMIT 1
"""
_HOLDERS: Final = "SELECT DISTINCT worker FROM walks INDEXED BY walks_held WHERE worker IS NOT NULL AND crawl = ?"
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
_REOPEN: Final = "UPDATE walks SET verdict = NULL, reason = NULL, ended_at = NULL WHERE id IN "


class SqliteStore(SqliteDocIds):
    """A store in an SQLite file, see `igcrawl.store.base.Store`.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        # All processes must look for each other in one folder, by whatever links they came.
        real = path.resolve()
        self._workers = Workers(real.with_name(real.name + "-workers"))
        self._worker: int | None = None

    async def open(self) -> None:
        """See `Store.open`."""
        if self._opened is None:
            self._opened = Database(self._path)

    async def close(self) -> None:
        """See `Store.close`."""
        if self._opened is None:
            return
        try:
            if self._worker is not None:
                given_back = "UPDATE walks INDEXED BY walks_held SET worker = NULL WHERE worker = ?"
                self._opened.execute(given_back, (self._worker,))
        except StoreError:
            # Who has left is dead, and the walks of the dead are free, too.
            pass
        finally:
            self._worker = None
            try:
                self._workers.leave()
            finally:
                self._opened.close()
                self._opened = None

    async def begin_crawl(
        self, key: str, name: str | None, spider: str, seeds: Iterable[Seed], after: int, now: str
    ) -> CrawlRow:
        """See `Store.begin_crawl`."""
        database = self._database
        with database.transaction():
            latest = self._latest(key, name)
            if latest is not None and latest.generation > after:
                return latest
            database.execute(
                "INSERT INTO crawls (key, name, generation, spider, created_at) VALUES (?, ?, ?, ?, ?)",
                (key, name, latest.generation + 1 if latest else 1, spider, now),
            )
            begun = self._latest(key, name)
            assert begun is not None
            add_walks(database, begun.id, seeds)
        return begun

    async def reopen(self, crawl: int, verdicts: Iterable[str], limits: OperatorLimits) -> int:
        """See `Store.reopen`."""
        asked = _asked(crawl, verdicts, limits)
        with self._database.transaction():
            return sum(self._database.execute(f"{_REOPEN} ({sql})", asked).rowcount for sql in _GO_ON)

    async def unfinished(self, crawl: int, verdicts: Iterable[str], limits: OperatorLimits) -> bool:
        """See `Store.unfinished`."""
        if self._database.rows(_HOLDERS, (crawl,)) or self._waiting(crawl, limits) is not None:
            return True
        asked = _asked(crawl, verdicts, limits)
        return any(self._database.rows(f"{sql} LIMIT 1", asked) for sql in _GO_ON)

    def _waiting(self, crawl: int, limits: OperatorLimits) -> WalkRow | None:
        """Return the walk that is to be claimed next."""
        row = self._database.row("SELECT started FROM crawls WHERE id = ?", (crawl,))
        may_begin = limits.max_walks is None or (row is not None and row["started"] < limits.max_walks)
        walk = self._database.row(_WAITING, {"crawl": crawl, "may_begin": may_begin})
        return None if walk is None else walk_of(walk)

    async def join(self) -> int:
        """See `Store.join`."""
        if self._worker is None:
            with self._database.transaction():
                self._database.execute("UPDATE workers SET latest = latest + 1")
                [[number]] = self._database.rows("SELECT latest FROM workers")
            self._workers.enter(number)
            self._worker = int(number)
        return self._worker

    async def claim(self, crawl: int, limits: OperatorLimits, now: str) -> WalkRow | None:
        """See `Store.claim`."""
        worker = await self.join()
        database = self._database
        with database.transaction():
            for [holder] in database.rows(_HOLDERS, (crawl,)):
                if holder != worker and not self._workers.alive(holder):
                    database.execute("UPDATE walks SET worker = NULL WHERE worker = ? AND crawl = ?", (holder, crawl))
            walk = self._waiting(crawl, limits)
            if walk is None:
                return None
            if not walk.fence:
                database.execute("UPDATE crawls SET started = started + 1 WHERE id = ?", (crawl,))
            walk.worker, walk.fence, walk.started_at = worker, walk.fence + 1, walk.started_at or now
            claim = (worker, walk.fence, walk.started_at, walk.id)
            database.execute("UPDATE walks SET worker = ?, fence = ?, started_at = ? WHERE id = ?", claim)
        return walk

    async def busy(self, crawl: int) -> bool:
        """See `Store.busy`."""
        holders = [holder for [holder] in self._database.rows(_HOLDERS, (crawl,))]
        return any(holder != self._worker and self._workers.alive(holder) for holder in holders)

    async def commit(
        self, commits: Sequence[PageCommit], outputs: Mapping[str, int], writers: Sequence[Writer] = ()
    ) -> None:
        """See `Store.commit`."""
        if writers:
            raise TypeError("records are written into the transaction of a Postgres store only")
        with self._database.transaction():
            for commit in commits:
                write_page(self._database, commit)
            for path, length in outputs.items():
                # One process has the file: that of the crawl that opened it last.
                latest = "UPDATE outputs SET length = ? WHERE id = (SELECT max(id) FROM outputs WHERE path = ?)"
                self._database.execute(latest, (length, path))

    async def open_output(self, crawl: int, path: str, length: int) -> None:
        """See `Store.open_output`."""
        sql = "INSERT OR REPLACE INTO outputs (crawl, path, length) VALUES (?, ?, ?)"
        self._database.execute(sql, (crawl, path, length))

    async def retry(self, verdict: str, crawl: int | None = None) -> int:
        """See `Store.retry`."""
        numbers = [row.id for row in await self.crawls()] if crawl is None else [crawl]
        sql = """
            UPDATE walks INDEXED BY walks_ended
            SET verdict = NULL, reason = NULL, ended_at = NULL, cursor = CASE WHEN :final THEN NULL ELSE cursor END
            WHERE crawl IN (SELECT value FROM json_each(:crawls)) AND verdict = :verdict AND verdict IS NOT NULL
        """
        asked = {"crawls": orjson.dumps(numbers).decode(), "verdict": verdict, "final": verdict in FINAL}
        return self._database.execute(sql, asked).rowcount


def _asked(crawl: int, verdicts: Iterable[str], limits: OperatorLimits) -> dict[str, int | str | None]:
    """Return the parameters of the questions for walks that can be opened again."""
    return {
        "crawl": crawl,
        "verdicts": orjson.dumps(list(verdicts)).decode(),
        "max_pages": limits.max_pages,
        "max_users": limits.max_users,
        "endless_pages": limits.endless_pages,
    }
