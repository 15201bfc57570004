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
from igcrawl.call import Call
from igcrawl.catalogue import OPERATIONS
from igcrawl.config import read_config
from igcrawl.errors import AnswerError, IgcrawlError, Interrupted, NotFound, Reach, StaleDocId, Transient, Trouble
from igcrawl.items import Page, Profile
from igcrawl.paging import Turn
from igcrawl.reader import Reading
from igcrawl.request import ENVELOPE, to_request
from igcrawl.stopping import Stopping
from igcrawl.verdict import GOOD, ExitCode, Verdict, exit_code
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
    main_record: ClassVar[str]

    def __init__(self, crawler: Crawler, given: dict[str, Any]) -> None:
        super().__init__()
        self.args = self.check(given)
        self.config = read_config(crawler.settings, OPERATIONS)
        self.verdicts: dict[Verdict, int] = {}
        self._stopping = Stopping.of(crawler)
        self._halted: Ending | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Check the arguments and build the spider."""
        spider = cls(crawler, kwargs)
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
        verdicts = exit_code(self.verdicts)
        return ExitCode.INCOMPLETE if verdicts is ExitCode.OK and self._stopping.failed else verdicts

    def walks(self) -> Iterator[Walk]:
        """Give the walks of the crawl, in their order."""
        raise NotImplementedError(f"{type(self).__name__} does not say which walks")

    async def prepare(self, walk: Walk) -> None:
        """Ask for what must be known before the first page: the target's id, the expected count."""

    async def start(self) -> AsyncIterator[Request]:
        """Start one walk after another."""
        waiting = self.walks()
        try:
            for walk in waiting:
                if self._halted is not None:
                    break
                ended = asyncio.Event()
                arguments = {"walk": walk, "ended": ended, "waiting": waiting}
                yield Request(f"data:,{walk.id}", callback=self.run_walk, cb_kwargs=arguments, dont_filter=True)
                await ended.wait()
        except asyncio.CancelledError:
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
            if self._halted is None and self._must_stop:
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
        await self._finish(walk, page, ending)

    async def _next_page(self, walk: Walk) -> tuple[Page, Ending | None]:
        operation = walk.operation
        envelope = await self.ask(walk, walk.next_call())
        records = operation.reader.read(envelope, self._reading(walk, operation.name))
        turn = operation.paging.turn(envelope, operation.name) if operation.paging else Turn(None, limited=False)
        kept = walk.keep(records)
        ending = walk.turn(turn)
        return Page(walk.id, kept, None if ending else walk.cursor), ending

    def _reading(self, walk: Walk, operation: str) -> Reading:
        return Reading(operation, walk.id, timestamp(time.time()), walk.args)

    async def ask(self, walk: Walk, call: Call) -> dict[str, Any]:
        """Send a call and return the answer's envelope.

        Raises:
            AnswerError: the answer is no page.
            Interrupted: the run is being stopped; nothing was sent.
        """
        engine = self.crawler.engine
        if engine is None or self._must_stop:
            raise Interrupted(self._stopping.reason)
        sent = self._sent
        request = to_request(call, self.config.base_urls)
        try:
            response = await engine.download_async(request)
        except IgcrawlError:
            raise
        except Exception as error:
            logger.debug("%s: the request failed", call.operation, exc_info=True)
            raise Transient(f"{call.operation}: {type(error).__name__}") from None
        finally:
            walk.requests += self._sent - sent
        answered = response.request or request
        return answered.meta[ENVELOPE]  # type: ignore[no-any-return]

    async def ask_profile(self, walk: Walk, user_id: str) -> Profile:
        """Ask for an account's profile on behalf of a walk.

        Raises:
            AnswerError: there is no such account, or no answer.
        """
        operation = OPERATIONS["user_profile"]
        envelope = await self.ask(walk, Call(operation.name, {"user_id": user_id}))
        profile: Profile = operation.reader.read(envelope, self._reading(walk, operation.name))[0]
        return profile

    async def resolve(self, walk: Walk, username: str) -> str:
        """Return the id of the account that has exactly this name.

        Raises:
            NotFound: no account has it.
            AnswerError: there was no answer.
        """
        operation = OPERATIONS["user_lookup"]
        envelope = await self.ask(walk, Call(operation.name, {"username": username}))
        for found in operation.reader.read(envelope, self._reading(walk, operation.name)):
            if (found.username or "").lower() == username:
                return str(found.pk)
        raise NotFound(f"{operation.name}: no account is named {username!r}")

    async def deliver(self, page: Page) -> None:
        """Hand a page to the pipelines and feeds, and come back when they are through with it."""
        stats, engine = self.crawler.stats, self.crawler.engine
        assert stats is not None and engine is not None
        stats.inc_value("igcrawl/pages")
        stats.inc_value("igcrawl/records", len(page.records))
        for item in page.records if self.config.item_per_record else [page]:
            await engine.scraper.start_itemproc_async(item, response=None)

    async def _finish(self, walk: Walk, page: Page, ending: Ending) -> None:
        """Deliver a walk's last page, with its verdict."""
        record = walk.end_record(ending, timestamp(time.time()))
        page.records.append(record)
        self.verdicts[ending.verdict] = self.verdicts.get(ending.verdict, 0) + 1
        assert self.crawler.stats is not None
        self.crawler.stats.inc_value(f"igcrawl/verdict/{ending.verdict}")
        await self.deliver(page)
        level = logging.INFO if ending.verdict in GOOD else logging.WARNING
        counts = f"{walk.records} records, {walk.pages} pages, {walk.requests} requests"
        logger.log(
            level, "%s: %s: %s%s", walk.id, ending.verdict, counts, f"; {ending.reason}" if ending.reason else ""
        )

    def _ending_of(self, error: AnswerError | Interrupted, walk: Walk) -> Ending:
        """Turn an error into the walk's end, and the crawl's if it reaches that far."""
        reason = str(error)
        if isinstance(error, StaleDocId):
            reason += f"; pass a fresh one with -s IG_DOC_ID_{walk.operation.name}=…"
        elif isinstance(error, Trouble):
            reason += f"; no further request was made: {error.advice}"
        ending = Ending(error.verdict, reason)
        if error.reach is Reach.CRAWL:
            self._halted = Ending(error.verdict, f"not asked: {reason}")
        return ending

    @property
    def _must_stop(self) -> bool:
        """Whether the run is being stopped, by the operator, by a failure or by one of Scrapy's limits."""
        return self._stopping.begun or self.crawler.engine is None or self.crawler.engine.needs_backout()

    @property
    def _sent(self) -> int:
        assert self.crawler.stats is not None
        return int(self.crawler.stats.get_value("igcrawl/requests", 0))
