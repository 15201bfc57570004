"""Walker: takes one walk from where the store left it to a verdict, one commit a page."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from igcrawl.crawl.crawl_run import CrawlRun
from igcrawl.crawl.list_history import change_of, known_since
from igcrawl.crawl.logs import note
from igcrawl.crawl.lookups import Ask, go_on, reading
from igcrawl.crawl.recovery import answer
from igcrawl.crawl.seen import Seen
from igcrawl.crawl.walk import Ending, Walk
from igcrawl.crawl.walk_rows import row_after, subject_of, walk_of
from igcrawl.errors import AnswerError, Interrupted, LostClaim, StoreError, Transient
from igcrawl.items import Page
from igcrawl.operations.paging import PageEnd, check_length
from igcrawl.parsing.envelope import is_unfinished
from igcrawl.parsing.reader import Reading
from igcrawl.sessions.redaction import Redaction
from igcrawl.stopping import Stopping
from igcrawl.store import FoundPage, PageCommit, Seed, WalkRow
from igcrawl.store.packed_ids import SortedIds, pack, signed_hash
from igcrawl.times import timestamp
from igcrawl.verdict import Verdict

logger = logging.getLogger(__name__)

_NOT_KEPT: Final = "its cursor held a part of the session, so it was not kept"


@dataclass(frozen=True, slots=True)
class Prepared:
    """Result of a walk's preparation.

    Args:
        records: to be written first, e.g. the profile with the expected count.
        ending: the walk's end, when there is nothing to walk.
    """

    records: Sequence[Any] = ()
    ending: Ending | None = None


@dataclass(frozen=True, slots=True)
class PageParts:
    """Parts of a page that are committed with the walk's row."""

    found: FoundPage | None = None
    children: Sequence[Seed] = ()


@dataclass(frozen=True, slots=True)
class Walked:
    """A walk that has ended: its row as it was claimed, the walk, and how it ended."""

    row: WalkRow
    walk: Walk
    ending: Ending


class Hooks(Protocol):
    """A spider's hooks into its walks."""

    async def prepare(self, walk: Walk) -> Prepared:
        """Ask for what must be known before the first page."""

    def children(self, walk: Walk, records: list[Any]) -> list[Seed]:
        """Return the walks that follow from what a page brought."""

    def overlap(self, walk: Walk) -> int | None:
        """Return after how many known pages an update ends; None for a whole list."""

    def ending_of(self, error: AnswerError | Interrupted, walk: Walk) -> Ending:
        """Return the end that an error means for a walk."""


class Walker:
    """Walks for one worker, one walk after another.

    Args:
        run: where pages become durable.
        ask: sends a walk's call and returns the answer's envelope.
        deliver: hands a page to the pipelines and comes back when they are through with it.
        hooks: the spider's.
        stopping: of this run.
        redaction: knows what is the session's, which is not stored.
    """

    def __init__(
        self,
        run: CrawlRun,
        ask: Ask,
        deliver: Callable[[Page], Awaitable[None]],
        hooks: Hooks,
        stopping: Stopping,
        redaction: Redaction | None = None,
    ) -> None:
        self.run = run
        self._ask = ask
        self._deliver = deliver
        self._hooks = hooks
        self._stopping = stopping
        self._redaction = redaction or Redaction()

    async def walk(self, row: WalkRow) -> tuple[Walk, Ending]:
        """Walk one list to its end; then its records and its verdict are through the pipelines and committed.

        A failure on this side, of the store or of an output, stops the run, and the walk ends `interrupted`.

        Args:
            row: the claimed walk.
        """
        walk = walk_of(row, self.run.limits)
        page, last, ending = Page(walk.id), PageParts(), None
        try:
            await self.recall(walk, row)
            prepared = await self._prepare(walk, row)
            page.records, ending = list(prepared.records), prepared.ending
            while ending is None:
                # What it took to get ready is kept, too, although it may have brought no record.
                if last.found is not None or walk.requests > row.requests:
                    await self._through(walk, row, page, last)
                page, last = Page(walk.id), PageParts()
                end, records = await self._next_page(walk, row)
                last = PageParts(FoundPage(pack(walk.seen.found), _hash(end)), self._hooks.children(walk, records))
                ending = walk.turn_page(end)
                walk.hides_cursor = walk.cursor is not None and self._redaction.holds(walk.cursor)
                page = Page(walk.id, records, None if ending or walk.hides_cursor else walk.cursor)
        except Exception as error:
            page, last, ending = Page(walk.id), PageParts(), self.ending_after(error, walk)
        return walk, await self.end(walk, row, page, last, ending)

    async def take(self, row: WalkRow) -> list[Walked]:
        """Walk a claimed walk to its end, and others that are asked together with it.

        Args:
            row: the claimed walk.
        """
        return [Walked(row, *await self.walk(row))]

    def ending_after(self, error: Exception, walk: Walk) -> Ending:
        """Return the end that an error means for a walk; one on this side stops the run.

        Args:
            error: as it was raised; to be called where it was caught.
            walk: that it was raised for.
        """
        if isinstance(error, AnswerError | Interrupted):
            return self._hooks.ending_of(error, walk)
        if isinstance(error, StoreError | LostClaim):
            self._stopping.begin(str(error))
            return Ending(Verdict.INTERRUPTED, self._stopping.reason)
        logger.exception("%s: igcrawl itself failed; please report this", walk.id)
        return Ending(Verdict.FAILED, f"igcrawl itself failed: {type(error).__name__}")

    async def recall(self, walk: Walk, row: WalkRow) -> None:
        """Bring back what earlier runs of the walk have seen."""
        if not walk.pages:
            return
        pages = []
        async for page in self.run.store.walks.found(row.id):
            pages.append(page.ids)
            if page.turned is not None and len(pages) > walk.loops_from:
                walk.remember_cursor(page.turned)
        before = SortedIds(pages)
        walk.seen = Seen(before, here=SortedIds(pages[walk.loops_from :]) if walk.loops_from else before)
        if walk.hides_cursor:
            walk.begin_again(before, f"began again after page {walk.pages}: {_NOT_KEPT}")
        elif walk.cursor is None:
            walk.walk_again(before)

    async def _prepare(self, walk: Walk, row: WalkRow) -> Prepared:
        prepared = Prepared()
        if not walk.ready:
            prepared = await self.run.meanwhile(self._hooks.prepare(walk))
            walk.ready = prepared.ending is None
        overlap = self._hooks.overlap(walk)
        if overlap is not None:
            walk.overlap = overlap
            subject = subject_of(walk.operation, walk.target)
            walk.seen.since = await known_since(self.run.store, subject, row.id)
            if walk.seen.since is None:
                logger.info("%s: no complete list to continue from, so the whole list is walked", walk.id)
        return prepared

    async def _next_page(self, walk: Walk, row: WalkRow) -> tuple[PageEnd, list[Any]]:
        envelope = await self.run.meanwhile(answer(self._ask, self.run, walk, row))
        operation = walk.asked
        of_answer = reading(walk, operation.name)
        records = walk.only_own_kind(operation.reader.read(envelope, of_answer))
        paging = operation.paging
        end = paging.page_end(envelope, operation.name, walk.args, walk.cursor) if paging else PageEnd(None)
        check_length(end, operation.name)
        if paging and end.cursor is None and not end.whole and is_unfinished(envelope):
            raise Transient(f"{operation.name}: the streamed answer ends before its last document")
        if end.cursor is None and not records:
            end = replace(end, doubt=doubt_of(of_answer) or end.doubt)
        kept = walk.keep(await self.run.meanwhile(go_on(self._ask, walk, records, of_answer.passed_over)))
        note(walk, of_answer.notes)
        return end, kept

    async def _through(self, walk: Walk, row: WalkRow, page: Page, last: PageParts) -> None:
        """Hand a page to the pipelines, then make it durable with its cursor.

        Raises:
            Interrupted: a pipeline, an output or the store failed.
        """
        if page.records:
            await self._deliver(page)
        if not self._stopping.failed:
            await self._commit(PageCommit(walk=self._row_after(row, walk), found=last.found, children=last.children))
        if self._stopping.failed:
            raise Interrupted(self._stopping.reason)

    def _row_after(self, row: WalkRow, walk: Walk, ending: Ending | None = None) -> WalkRow:
        """Return the row as it is to be now, without secrets: notes and reasons may quote the session."""
        walk.notes = [self._redaction.text(line) for line in walk.notes]
        if ending is not None and ending.reason is not None:
            ending = replace(ending, reason=self._redaction.text(ending.reason))
        return row_after(row, walk, _now(), ending)

    async def _commit(self, commit: PageCommit) -> None:
        try:
            await self.run.commit(commit)
        except (StoreError, LostClaim) as error:
            self._stopping.begin(str(error))

    async def end(self, walk: Walk, row: WalkRow, page: Page, last: PageParts, ending: Ending) -> Ending:
        """Deliver a walk's last page, then its verdict: nothing is complete before its records are through."""
        ended = self._row_after(row, walk, ending)
        if not self._stopping.failed:
            # Before the last page is written: a flush makes durable all that a file holds.
            await self._compare(walk, ended, last)
        if page.records:
            await self._deliver(page)
        if self._stopping.failed:
            ending = Ending(Verdict.INTERRUPTED, self._stopping.reason)
        await self._deliver(Page(walk.id, [walk.end_record(ending, ended.ended_at or "")]))
        if ending.verdict is Verdict.INTERRUPTED:
            # It waits: another worker may go on with it at once.
            ended = self._row_after(row, walk)
        if not self._stopping.failed:
            await self._commit(PageCommit(walk=ended, found=last.found, children=last.children))
        # Nothing more is committed after a failure; the walk is free again when the worker leaves.
        return ending if not self._stopping.failed else Ending(Verdict.INTERRUPTED, self._stopping.reason)

    async def _compare(self, walk: Walk, ended: WalkRow, last: PageParts) -> None:
        """Hold a list against its earlier generations, for its record."""
        if ended.verdict == Verdict.UPDATED:
            walk.new = walk.records
        elif ended.verdict == Verdict.COMPLETE and walk.operation.counted_by is not None:
            try:
                await self.run.flush()
                change = await change_of(self.run.store, ended, last.found.ids if last.found else b"")
            except (StoreError, LostClaim) as error:
                self._stopping.begin(str(error))
                return
            walk.new, walk.gone = change.new, change.gone


def doubt_of(of_answer: Reading) -> str | None:
    """Return why an answer without records may have held some; None where nothing says so."""
    passed_over = of_answer.passed_over
    return f"no row of its last page could be read, {passed_over[0]} is one" if passed_over else None


def _hash(end: PageEnd) -> int | None:
    return None if end.cursor is None else signed_hash(end.cursor)


def _now() -> str:
    return timestamp(time.time())
