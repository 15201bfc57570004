"""OperationSpider: one loop that walks lists page by page and gives every walk a verdict.

A walk is one unit of Scrapy's scheduler: a request for a `data:` URL, which Scrapy answers without the network and
whose callback is the walk. The callback asks page after page through the downloader middlewares and hands each page
to the pipelines before it asks for the next. Scrapy does not close a spider whose callback runs, so a stopped crawl
still ends with a page written whole and a verdict for every target.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any, ClassVar, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from igcrawl.args import Arguments
from igcrawl.asking import Asker
from igcrawl.catalogue import OPERATIONS
from igcrawl.config import read_config
from igcrawl.envelope import is_unfinished
from igcrawl.errors import AnswerError, Interrupted, Reach, StaleDocId, Transient, Trouble
from igcrawl.items import Page, Profile
from igcrawl.lookups import go_on, make_ready, profile_of, reading
from igcrawl.paging import Turn
from igcrawl.stopping import Stopping
from igcrawl.verdict import FINAL, GOOD, ExitCode, Verdict, exit_code
from igcrawl.walk import Ending, Limits, Walk, timestamp

logger = logging.getLogger(__name__)


class OperationSpider(Spider):
    """The base of our spiders: a spider says which walks, this class walks them, one after another.

    A subclass sets `name`, `arguments` and `main_record`, and gives `walks`; `prepare` may ask for what a walk needs
    to know before its first page.

    Args:
        given: spider arguments as the command line gives them.

    Raises:
        BadInput: an argument or setting cannot be used.
    """

    arguments: ClassVar[type[Arguments]] = Arguments
    #: The type of record that formats with one set of columns (CSV) hold.
    main_record: str

    def __init__(self, crawler: Crawler, given: dict[str, Any]) -> None:
        super().__init__()
        self.args = self.check(given)
        self.config = read_config(crawler.settings, OPERATIONS)
        self.verdicts: dict[Verdict, int] = {}
        self._stopping = Stopping.of(crawler)
        self._halted: Ending | None = None
        self.ask = Asker(crawler, self.config.base_urls)
        self._through = False

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Check the arguments and build the spider."""
        spider = cls(crawler, kwargs)
        if not spider.config.simulator:
            spider.config.check_session()
        spider._set_crawler(crawler)
        crawler.signals.connect(spider.stop_for_pipeline, signals.item_error)
        return spider

    @classmethod
    def check(cls, given: dict[str, Any]) -> Arguments:
        """Return the checked arguments.

        Raises:
            BadInput: one is unknown, missing or cannot be used.
        """
        return cls.arguments.parse(given)

    def stop_for_pipeline(self, failure: Failure) -> None:
        """Stop the crawl when a pipeline fails: what it did not take would be lost."""
        self._stopping.begin(f"a pipeline failed with {type(failure.value).__name__}")

    @property
    def limits(self) -> Limits:
        """The operator's own limits for each walk."""
        return Limits(max_pages=self.args.max_pages, max_users=self.args.max_users)

    @property
    def exit_code(self) -> ExitCode:
        """What the verdicts so far mean for `scrapy crawl`."""
        code = exit_code(self.verdicts)
        whole = self._through and self.verdicts and not self._stopping.failed
        return code if code is not ExitCode.OK or whole else ExitCode.INCOMPLETE

    def walks(self) -> Iterator[Walk]:
        """Give the walks of the crawl, in their order."""
        raise NotImplementedError(f"{type(self).__name__} does not say which walks")

    async def prepare(self, walk: Walk) -> None:
        """Ask for what must be known before the first page: the target's id, what the operation needs."""
        await make_ready(self.ask, walk)

    def found(self, walk: Walk, records: list[Any]) -> None:
        """See what a page brought that is new, for a spider whose next walks follow from it."""

    async def start(self) -> AsyncIterator[Request]:
        """Start one walk after another."""
        # Add-ons, the embedded simulator for one, have their say between the spider's birth and its start.
        self.config = read_config(self.crawler.settings, OPERATIONS)
        self.ask = Asker(self.crawler, self.config.base_urls)
        waiting = self.walks()
        try:
            for walk in waiting:
                if self._halted is not None:
                    break
                ended = asyncio.Event()
                arguments = {"walk": walk, "ended": ended, "waiting": waiting}
                yield Request(f"data:,{walk.id}", callback=self.run_walk, cb_kwargs=arguments, dont_filter=True)
                await ended.wait()
            self._through = True
        except asyncio.CancelledError:
            logger.info("stopping: the answer on its way is waited for and written")
            self._stopping.begin()
            raise

    async def run_walk(self, response: Response, walk: Walk, ended: asyncio.Event, waiting: Iterator[Walk]) -> None:
        """Walk one list to its end; when that ends the crawl, give those that wait their verdict, too.

        Args:
            response: Scrapy's own, of the `data:` URL.
            walk: the walk.
            ended: set when the walk has its verdict.
            waiting: the walks that have not begun.
        """
        walk.started_at = timestamp(time.time())
        try:
            await self._walk(walk)
            if self._halted is None and self.ask.must_stop:
                self._halted = Ending(Verdict.INTERRUPTED, f"not asked: {self._stopping.reason}")
            if self._halted is not None:
                for other in waiting:
                    await self._finish(other, Page(other.id), self._halted)
        finally:
            ended.set()

    async def _walk(self, walk: Walk) -> None:
        page: Page = Page(walk.id)
        ending: Ending | None = None
        try:
            await self.prepare(walk)
            while ending is None:
                page = Page(walk.id)
                page, ending = await self._next_page(walk)
                if ending is None:
                    await self.deliver(page)
        except (AnswerError, Interrupted) as error:
            page, ending = Page(walk.id), self._ending_of(error, walk)
        except Exception as bug:
            logger.exception("%s: igcrawl itself failed; please report this", walk.id)
            page, ending = Page(walk.id), Ending(Verdict.FAILED, f"igcrawl itself failed: {type(bug).__name__}")
        await self._finish(walk, page, ending)

    async def _next_page(self, walk: Walk) -> tuple[Page, Ending | None]:
        operation = walk.operation
        envelope = await self.ask(walk, walk.next_call())
        of_answer = reading(walk, operation.name)
        records = operation.reader.read(envelope, of_answer)
        paging, asked = operation.paging, walk.cursor
        turn = paging.turn(envelope, operation.name, walk.args, asked) if paging else Turn(None)
        if paging and turn.cursor is None and not turn.whole and is_unfinished(envelope):
            raise Transient(f"{operation.name}: the streamed answer ends before its last document")
        kept = walk.keep(await go_on(self.ask, walk, records))
        if self.crawler.stats is not None:
            self.crawler.stats.inc_value("igcrawl/pages")
        for note in walk.note(of_answer.notes):
            logger.warning("%s: %s", walk.id, note)
        self.found(walk, kept)
        ending = walk.turn(turn)
        return Page(walk.id, kept, None if ending else walk.cursor), ending

    async def ask_profile(self, walk: Walk, user_id: str) -> Profile:
        """Ask for an account's profile on behalf of a walk.

        Raises:
            AnswerError: there is no such account, or no answer.
        """
        return await profile_of(self.ask, walk, user_id)

    async def deliver(self, page: Page) -> None:
        """Hand a page to the pipelines and feeds, and come back when they are through with it."""
        stats, engine = self.crawler.stats, self.crawler.engine
        assert stats is not None and engine is not None
        stats.inc_value("igcrawl/records", len(page.records))
        for item in page.records if self.config.item_per_record else [page]:
            await engine.scraper.start_itemproc_async(item, response=None)

    async def _finish(self, walk: Walk, page: Page, ending: Ending) -> None:
        """Deliver a walk's last page, then its verdict: nothing is complete before its records are through."""
        if page.records:
            await self.deliver(page)
        if self._stopping.failed:
            ending = Ending(Verdict.INTERRUPTED, self._stopping.reason)
        self.verdicts[ending.verdict] = self.verdicts.get(ending.verdict, 0) + 1
        assert self.crawler.stats is not None
        self.crawler.stats.inc_value(f"igcrawl/verdict/{ending.verdict}")
        await self.deliver(Page(walk.id, [walk.end_record(ending, timestamp(time.time()))]))
        level = logging.INFO if ending.verdict in GOOD else logging.WARNING
        counts = f"{walk.records} records, {walk.pages} pages, {walk.requests} requests"
        # A cursor of several parts may repeat a part of the session, which no log may hold.
        if ending.verdict not in FINAL and walk.cursor is not None and not walk.cursor.startswith("{"):
            counts += f", next cursor {walk.cursor}"
        logger.log(
            level, "%s: %s: %s%s", walk.id, ending.verdict, counts, f"; {ending.reason}" if ending.reason else ""
        )

    def _ending_of(self, error: AnswerError | Interrupted, walk: Walk) -> Ending:
        """Turn an error into the walk's end, and the crawl's if it reaches that far."""
        reason = str(error)
        if isinstance(error, StaleDocId):
            asked = OPERATIONS[self.ask.last.operation] if self.ask.last else walk.operation
            setting = f"-s IG_DOC_ID_{asked.name}" if asked.query_name else "-a doc_id"
            reason += f"; pass a fresh one with {setting}=…"
        elif isinstance(error, Trouble):
            reason += f"; no further request was made: {error.advice}"
        ending = Ending(error.verdict, reason)
        if error.reach is Reach.CRAWL:
            self._halted = Ending(error.verdict, f"not asked: {reason}")
        return ending
