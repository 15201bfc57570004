"""One run of a crawl: which generation it goes on with, whose turn it is, and what becomes durable when."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Final, TypeVar

from igcrawl.arguments.crawl_key import CrawlKey
from igcrawl.crawl.next_generation import begins_again, replaced_outputs
from igcrawl.crawl.open_ends import open_ends
from igcrawl.crawl.run_outputs import finish_outputs, output_errors, take_outputs
from igcrawl.crawl.sowing import SEEDS_AT_ONCE, Sowing
from igcrawl.errors import LostClaim, StoreError
from igcrawl.output.output import OutputCrawl
from igcrawl.output.sinks import Sinks
from igcrawl.stopping import Stopping
from igcrawl.store import CrawlRow, OperatorLimits, PackedRecords, PageCommit, Progress, Seed, Store, WalkRow
from igcrawl.store.packed_records import pack_lines
from igcrawl.times import timestamp
from igcrawl.verdict import REOPENED, UNREMARKABLE, Verdict
from igcrawl.wording import counted

logger = logging.getLogger(__name__)
_T = TypeVar("_T")

#: Seconds between two looks for a walk while other workers hold all that are open.
_LOOK_AGAIN: Final = 1.0
#: Verdicts with which a run breaks off.
_BREAKING_OFF: Final = frozenset({Verdict.INTERRUPTED, Verdict.BLOCKED, Verdict.THROTTLED})
#: So many walks of a verdict are named at the end of a run.
_NAMED: Final = 5


class CrawlRun:
    """A worker's part in a crawl.

    Args:
        store: not yet opened.
        sinks: what writes records exactly once.
        stopping: of this run.
        limits: the operator's own.
        sync_seconds: pages that come within so many seconds of the last commit are committed together.
        keeps: whether the store keeps the records.
    """

    def __init__(
        self,
        store: Store,
        sinks: Sinks,
        stopping: Stopping,
        limits: OperatorLimits,
        sync_seconds: float = 0.0,
        *,
        keeps: bool = True,
    ) -> None:
        self.store = store
        self.limits = limits
        self.verdicts: dict[str | None, int] = {}
        #: Of the targets that the operator gave, as far as this run knows.
        self.progress = Progress(0, 0)
        #: For each verdict that the operator should look at, the first walks that have it.
        self.named: dict[str, list[str]] = {}
        #: Whether a larger limit of the operator's lets a walk go on.
        self.may_raise = True
        self._sinks = sinks
        self._stopping = stopping
        self._sync_seconds = sync_seconds
        self._crawl: CrawlRow | None = None
        self._pending: list[PageCommit] = []
        self._committed_at = -math.inf
        self._committing = asyncio.Lock()
        self._lines: list[bytes] = []
        self._keeps = keeps
        self._waiting = False
        self._holds = False

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
            Interrupted: the run is being stopped.
            StoreError: the store failed.
        """
        await self.store.open()
        take_outputs(self._sinks.outputs)
        last = await self.store.crawls.find(crawl_key.text, crawl_key.name)
        if last is not None:
            crawl_key.check_name(last.key)
        unfinished = last is not None and await self.store.crawls.unfinished(last.id, REOPENED, self.limits)
        ended = None if unfinished or crawl_key.fresh else last
        if ended is not None and crawl_key.name is not None:
            await self._stay_ended(ended)
            return False
        goes_on = last is not None and unfinished and await self._goes_on(last, crawl_key)
        await self._check_outputs(last if goes_on else None)
        sowing = Sowing(seeds)
        self._crawl = last if goes_on else await self._new_generation(last, crawl_key, sowing)
        await self.store.worker.join()
        await sowing.go_on(self.store, self.crawl.id, self.crawl.sown, self._stopping)
        await self._stop_keeping()
        replaced = None if ended is None else await replaced_outputs(self.store, ended, self._sinks.outputs)
        await self._open_outputs(goes_on=goes_on)
        reopened = await self.store.crawls.reopen(self.crawl.id, REOPENED, self.limits) if goes_on else 0
        await self.count()
        self._say_what_it_is(last, replaced, goes_on=goes_on, reopened=reopened)
        return True

    async def _stay_ended(self, last: CrawlRow) -> None:
        """Leave a named crawl as it has ended, and bring the outputs to what it holds."""
        self._crawl = last
        logger.warning("crawl %s has ended; only -a fresh=1 runs it again", last.name)
        if last.kept:
            await self._check_outputs(last)
            await self._open_outputs(goes_on=True)

    def _say_what_it_is(
        self, last: CrawlRow | None, replaced: list[str] | None, *, goes_on: bool, reopened: int
    ) -> None:
        if goes_on:
            done = f"{self.progress.done:,} of {counted(self.progress.all, 'target')} done"
            again = f"{counted(reopened, 'walk')} reopened"
            logger.info("continuing the crawl of %s: %s, %s", self.crawl.created_at, done, again)
        elif last is not None and replaced is not None:
            logger.warning("%s", begins_again(last, self.crawl, self.progress.all, replaced))
        elif last is not None:
            logger.info("generation %s of this crawl; the one before began %s", self.crawl.generation, last.created_at)

    async def _stop_keeping(self) -> None:
        """Keep no more records, where they were kept so far and are not to be from now on."""
        if self.crawl.kept and not self._keeps:
            logger.warning("IG_KEEP=False: the records of this crawl were kept so far; now only its outputs have them")
            await self.store.crawls.stop_keeping(self.crawl.id)
            self._crawl = replace(self.crawl, kept=False)

    async def count(self) -> None:
        """Ask the store how many targets have their verdict, those of other workers too."""
        self.progress = await self.store.crawls.progress(self.crawl.id)

    def end(self, row: WalkRow, verdict: Verdict) -> None:
        """Count a walk that has ended, unless the run ends with it: then its target is still to be asked."""
        if row.depth == 1 and verdict not in _BREAKING_OFF:
            self.progress = replace(self.progress, done=min(self.progress.done + 1, self.progress.all))

    async def _new_generation(self, last: CrawlRow | None, crawl_key: CrawlKey, sowing: Sowing) -> CrawlRow:
        after = last.generation if last is not None else 0
        now = timestamp(time.time())
        key, name, spider = crawl_key.text, crawl_key.name, crawl_key.spider
        seeds = sowing.batch()
        sown = len(seeds) if len(seeds) == SEEDS_AT_ONCE else None
        return await self.store.crawls.begin(key, name, spider, seeds, after, now, keeps=self._keeps, sown=sown)

    async def _goes_on(self, last: CrawlRow, crawl_key: CrawlKey) -> bool:
        if crawl_key.fresh:
            return False
        if last.kept or crawl_key.whole_feed is None or await self.store.walks.busy(last.id):
            return True
        logger.warning(
            "%s must hold a whole crawl, and the records of the unfinished one were not kept, so it starts over",
            crawl_key.whole_feed,
        )
        return False

    async def _open_outputs(self, *, goes_on: bool) -> None:
        """Bring the outputs to what the crawl has brought so far.

        Args:
            goes_on: whether the crawl was begun before this run.

        Raises:
            BadInput: an output cannot be written.
            StoreError: one failed.
        """
        begun = goes_on and not await self.store.walks.busy(self.crawl.id)
        crawl = OutputCrawl(self.store, self.crawl.id, self.crawl.kept, begun)
        for output in self._sinks.outputs:
            with output_errors(output):
                await output.begin(crawl)

    async def _check_outputs(self, last: CrawlRow | None) -> None:
        """Check the outputs before a generation is begun for nothing."""
        crawl = None if last is None else OutputCrawl(self.store, last.id, last.kept)
        for output in self._sinks.outputs:
            with output_errors(output):
                await output.check(crawl)

    async def next(self) -> WalkRow | None:
        """Claim the next walk, and wait for one as long as other workers may still find some. None at the end.

        Raises:
            Interrupted: the run is being stopped meanwhile.
            StoreError: the store failed.
        """
        while True:
            row = await self.claim()
            if row is None and self._pending:
                # What the last pages have found is still to be written.
                await self.flush()
                continue
            busy = row is None and await self.store.walks.busy(self.crawl.id)
            # Asked again, since a worker that has just left may have found some.
            row = row or await self.claim()
            if row is not None:
                self._waiting = False
                return row
            if not busy:
                return None
            if not self._waiting:
                logger.info("other workers hold all open walks; waiting for them")
                self._waiting = True
            await self._stopping.sleep(_LOOK_AGAIN)

    async def claim(self) -> WalkRow | None:
        """Claim the next walk; None when none is free.

        Raises:
            StoreError: the store failed.
        """
        return await self.store.walks.claim(self.crawl.id, self.limits, timestamp(time.time()))

    async def commit(self, commit: PageCommit) -> None:
        """Make a page durable that the pipelines are through with, or keep it for the next group.

        Raises:
            LostClaim: another worker has taken the walk over.
            StoreError: the store or an output failed.
        """
        lines, count = self._collected()
        if lines and self.crawl.kept:
            commit = replace(commit, records=PackedRecords(count, pack_lines(lines)))
        self._pending.append(commit)
        self._lines.append(lines)
        if not self._holds:
            await self._flush_when_due()

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """Commit what is delivered in this context in one transaction.

        Raises:
            LostClaim: another worker has taken a walk over.
            StoreError: the store or an output failed.
        """
        self._holds = True
        try:
            yield
        finally:
            self._holds = False
        await self._flush_when_due()

    async def meanwhile(self, wait: Awaitable[_T]) -> _T:
        """Wait for something, e.g. an answer; what is pending is committed as soon as it is due.

        A commit that fails stops the run.

        Args:
            wait: nothing is delivered or committed in it.
        """
        if not self._pending:
            return await wait
        commits: list[asyncio.Task[None]] = []
        loop = asyncio.get_running_loop()
        seconds = max(self._due - time.monotonic(), 0.0)
        timer = loop.call_later(seconds, lambda: commits.append(loop.create_task(self._flush_or_stop())))
        try:
            return await wait
        finally:
            timer.cancel()
            for commit in commits:
                await commit

    @property
    def _due(self) -> float:
        """The moment at which what is pending must be committed, by the monotonic clock."""
        return self._committed_at + self._sync_seconds

    async def _flush_when_due(self) -> None:
        if time.monotonic() >= self._due:
            await self.flush()

    async def _flush_or_stop(self) -> None:
        try:
            await self.flush()
        except (StoreError, LostClaim) as error:
            self._stopping.begin(str(error))

    def _collected(self) -> tuple[bytes, int]:
        collected = self._sinks.collected
        return (b"", 0) if collected is None else collected.take()

    async def flush(self) -> None:
        """Make durable what is pending.

        Raises:
            LostClaim: another worker has taken a walk over.
            StoreError: the store or an output failed.
        """
        async with self._committing:
            if self._pending:
                await self._flush()
                self._committed_at = time.monotonic()

    async def _flush(self) -> None:
        lines, outputs = b"".join(self._lines), self._sinks.outputs
        if lines and not self.crawl.kept:
            # The file is the only copy: what it does not hold is not committed.
            await self._grow(lines, 0, 0)
        numbers = {f"{row.operation}/{row.target}": row.id for row in (commit.walk for commit in self._pending)}
        tables = self._sinks.tables
        writers = [partial(table.write, walks=numbers) for table in tables]
        changed = [row for row in (output.changed() for output in outputs) if row is not None]
        last = await self.store.walks.commit(self._pending, changed, writers)
        pages = sum(commit.records is not None for commit in self._pending)
        self._pending.clear()
        self._lines.clear()
        for table in tables:
            table.forget()
        if pages:
            await self._grow(lines, last - pages + 1, last)

    async def _grow(self, lines: bytes, first: int, last: int) -> None:
        failed: list[StoreError] = []
        for output in self._sinks.outputs:
            try:
                with output_errors(output):
                    await output.grow(lines, first, last)
                    if not self.crawl.kept:
                        output.sync()
            except StoreError as error:
                # The others get their records all the same.
                failed.append(error)
        if failed:
            raise failed[0]

    async def settle(self) -> None:
        """Commit what is pending, and count the crawl's verdicts, those of other runs and workers too.

        Raises:
            LostClaim: another worker has taken a walk over.
            StoreError: the store or an output failed.
        """
        await self.flush()
        if self._crawl is not None:
            self.verdicts = await self.store.crawls.verdicts(self._crawl.id)
            if Verdict.STOPPED in self.verdicts:
                # Some were passed over for what they are.
                self.may_raise = await self.store.crawls.unfinished(self._crawl.id, REOPENED, OperatorLimits())
            for verdict in self.verdicts:
                if verdict is not None and verdict not in UNREMARKABLE:
                    self.named[verdict] = await self.store.walks.named(self._crawl.id, verdict, _NAMED)

    async def leave(self) -> None:
        """Write what the outputs still miss and give everything back; what is pending is given up.

        Does no harm twice.

        Raises:
            BadInput, StoreError: an output cannot be written, or the store not be asked what belongs there.
        """
        outputs, self._sinks.outputs = self._sinks.outputs, []
        try:
            if outputs and self._crawl is not None:
                own = await self.store.worker.join()
                said = self._sinks.collected.open_ends if self._sinks.collected is not None else {}
                tail = b"".join([line async for line in open_ends(self.store, self._crawl, said, own)])
                await finish_outputs(outputs, tail, self._sinks.written)
        finally:
            for output in outputs:
                output.close()
            await self.store.close()
