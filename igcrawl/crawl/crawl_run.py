"""One run of a crawl: which generation it goes on with, whose turn it is, and what becomes durable when."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from functools import partial
from typing import Final

from igcrawl.arguments.crawl_key import CrawlKey
from igcrawl.crawl.walk_rows import STOPPED_IN, stopped_records
from igcrawl.errors import BadInput, StoreError
from igcrawl.output.sinks import FileSink, Sinks
from igcrawl.stopping import Stopping
from igcrawl.store import ENDLESS_PAGES, CrawlRow, OperatorLimits, PageCommit, Seed, Store, WalkRow
from igcrawl.times import timestamp
from igcrawl.verdict import REOPENED, Verdict

logger = logging.getLogger(__name__)

#: Seconds between two looks for a walk while other workers hold all that are open.
_LOOK_AGAIN: Final = 1.0


class CrawlRun:
    """A worker's part in a crawl.

    Args:
        store: not yet opened.
        sinks: what writes records exactly once.
        stopping: of this run.
        limits: the operator's own.
        sync_seconds: pages that come within so many seconds are committed together.
    """

    def __init__(
        self, store: Store, sinks: Sinks, stopping: Stopping, limits: OperatorLimits, sync_seconds: float = 0.0
    ) -> None:
        self.store = store
        self.limits = limits
        self.verdicts: dict[str | None, int] = {}
        self._sinks = sinks
        self._stopping = stopping
        self._sync_seconds = sync_seconds
        self._crawl: CrawlRow | None = None
        self._pending: list[PageCommit] = []
        self._pending_since = 0.0
        self._lengths: dict[str, int] = {}
        self._waiting = False

    @property
    def crawl(self) -> CrawlRow:
        """The generation that this run works on."""
        assert self._crawl is not None
        return self._crawl

    async def enter(self, crawl_key: CrawlKey, seeds: Iterable[Seed]) -> bool:
        """Go on with the crawl or begin a generation, and open the outputs. Nothing is sent.

        Args:
            crawl_key: of the crawl.
            seeds: its first walks, for a new generation.

        Returns:
            Whether there is something to do: not for a named crawl that has ended.

        Raises:
            BadInput: the store, an output or the crawl's name cannot be used.
            StoreError: the store failed.
        """
        await self.store.open()
        for file in self._sinks.files:
            file.take()
        last = await self.store.crawls.find(crawl_key.text, crawl_key.name)
        if last is not None and last.key != crawl_key.text:
            raise BadInput(f"crawl={crawl_key.name}: this name is taken by another crawl, {last.key}; choose another")
        unfinished = last is not None and await self.store.crawls.unfinished(last.id, REOPENED, self.limits)
        if last is not None and crawl_key.name is not None and not unfinished and not crawl_key.fresh:
            self._crawl = last
            logger.warning("crawl %s has ended; it is run again only with -a fresh=1", crawl_key.name)
            for file in self._sinks.files:
                await self._cut_back(file)
            return False
        goes_on = last is not None and unfinished and await self._goes_on(last, crawl_key)
        self._crawl = last if goes_on else await self._new_generation(last, crawl_key, seeds)
        await self.store.worker.join()
        for file in self._sinks.files:
            await self._open_output(file, goes_on)
        if goes_on:
            reopened = await self.store.crawls.reopen(self.crawl.id, REOPENED, self.limits)
            logger.info("going on with the crawl of %s, %s walks opened again", self.crawl.created_at, reopened)
        return True

    async def _new_generation(self, last: CrawlRow | None, crawl_key: CrawlKey, seeds: Iterable[Seed]) -> CrawlRow:
        after = last.generation if last is not None else 0
        now = timestamp(time.time())
        return await self.store.crawls.begin(crawl_key.text, crawl_key.name, crawl_key.spider, seeds, after, now)

    async def _goes_on(self, last: CrawlRow, crawl_key: CrawlKey) -> bool:
        if crawl_key.fresh:
            return False
        if crawl_key.whole_feed is None or await self.store.walks.busy(last.id):
            return True
        logger.warning(
            "%s holds whole crawls only, so the unfinished one starts over; a local .jsonl or Postgres would go on",
            crawl_key.whole_feed,
        )
        return False

    async def _open_output(self, file: FileSink, goes_on: bool) -> None:
        """Open an exactly-once file where the crawl left it.

        Args:
            file: the file.
            goes_on: whether the crawl has begun before this run.

        Raises:
            BadInput: it is not as the crawl left it.
        """
        path = file.path
        known = await self.store.outputs.find(self.crawl.id, path)
        if known is not None and not known.latest:
            raise BadInput(f"{path}: another crawl has written it since; give this one another file, or -a fresh=1")
        try:
            length = file.begin() if known is None else known.length
            if known is None and goes_on and not await self.store.walks.busy(self.crawl.id):
                logger.warning("%s holds only what comes from now on: this crawl was begun without it", path)
            if known is None:
                # Noted before the file is cut: a crash in between cuts it once more.
                await self.store.outputs.begin(self.crawl.id, path, length)
            file.go_on(length)
        except OSError as error:
            raise StoreError(f"{path}: {error.strerror or error}") from None
        self._lengths[path] = length

    async def _cut_back(self, file: FileSink) -> None:
        """Cut off what a worker that was killed has written behind the committed length; others have written it."""
        known = await self.store.outputs.find(self.crawl.id, file.path)
        try:
            if known is not None and known.latest and file.sync() >= known.length:
                file.go_on(known.length)
                self._lengths[file.path] = known.length
        except OSError as error:
            raise StoreError(f"{file.path}: {error.strerror or error}") from None

    async def next(self) -> WalkRow | None:
        """Claim the next walk, and wait for one as long as other workers may still find some. None at the end.

        Raises:
            Interrupted: the run is being stopped meanwhile.
            StoreError: the store failed.
        """
        while True:
            row = await self._claim()
            if row is None and self._pending:
                # What the last pages have found is still to be written.
                await self.flush()
                continue
            busy = row is None and await self.store.walks.busy(self.crawl.id)
            # Asked again, since a worker that has just left may have found some.
            row = row or await self._claim()
            if row is not None:
                self._waiting = False
                return row
            if not busy:
                return None
            if not self._waiting:
                logger.info("other workers hold all open walks; waiting for them")
                self._waiting = True
            await self._stopping.sleep(_LOOK_AGAIN)

    async def _claim(self) -> WalkRow | None:
        return await self.store.walks.claim(self.crawl.id, self.limits, timestamp(time.time()))

    async def commit(self, commit: PageCommit) -> None:
        """Make a page durable that the pipelines are through with, or keep it for the next group.

        Raises:
            LostClaim: another worker has taken the walk over.
            StoreError: the store or an output failed.
        """
        if commit.walk.verdict == Verdict.STOPPED or ENDLESS_PAGES in commit.walk.state:
            commit.walk.state[STOPPED_IN] = [file.path for file in self._sinks.files]
        now = time.monotonic()
        if not self._pending:
            self._pending_since = now
        self._pending.append(commit)
        if now - self._pending_since >= self._sync_seconds:
            await self.flush()

    async def flush(self) -> None:
        """Make durable what is pending.

        Raises:
            LostClaim: another worker has taken a walk over.
            StoreError: the store or an output failed.
        """
        if not self._pending:
            return
        lengths = {}
        for file in self._sinks.files:
            try:
                lengths[file.path] = file.sync()
            except OSError as error:
                raise StoreError(f"{file.path}: {error.strerror or error}") from None
        tables = self._sinks.tables
        numbers = {f"{row.operation}/{row.target}": row.id for row in (commit.walk for commit in self._pending)}
        writers = [partial(table.write, walks=numbers) for table in tables]
        await self.store.walks.commit(self._pending, lengths, writers)
        self._pending.clear()
        self._lengths.update(lengths)
        for table in tables:
            table.forget()

    async def settle(self) -> None:
        """Commit what is pending, and count the crawl's verdicts, those of other runs and workers too.

        Raises:
            LostClaim: another worker has taken a walk over.
            StoreError: the store or an output failed.
        """
        await self.flush()
        if self._crawl is not None:
            self.verdicts = await self.store.crawls.verdicts(self._crawl.id)

    async def leave(self) -> None:
        """Give everything back; what is pending is given up. Does no harm twice.

        Raises:
            StoreError: an output cannot be closed, or the store not be asked what belongs at its end.
        """
        files, self._sinks.files = self._sinks.files, []
        try:
            for file in files:
                stopped = stopped_records(self.store, self._crawl, file.path, self.limits)
                try:
                    await file.finish(self._lengths.get(file.path), stopped)
                except OSError as error:
                    raise StoreError(f"{file.path}: {error.strerror or error}") from None
        finally:
            await self.store.close()
