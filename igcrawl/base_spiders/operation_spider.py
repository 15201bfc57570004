"""OperationSpider: one loop that takes walks from the store and gives every walk a verdict.

A walk is one unit of Scrapy's scheduler: a request for a `data:` URL, which Scrapy answers without the network and
whose callback is the walk. The callback asks page after page through the downloader middlewares and hands each page
to the pipelines before it asks for the next. Scrapy does not close a spider whose callback runs, so a stopped crawl
still ends with a page written whole and a verdict for every target.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any, ClassVar, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from igcrawl.arguments import Arguments
from igcrawl.arguments.crawl_key import crawl_key_of
from igcrawl.base_spiders.installed import check_installed
from igcrawl.base_spiders.refused_spider import BAD_INPUT, refuse_crawl
from igcrawl.budget.gate import Gate
from igcrawl.budget.session_states import SessionStates
from igcrawl.calling.advice import reason_of
from igcrawl.calling.call_sender import CallSender
from igcrawl.calling.doc_id_rotation import DocIdRotation
from igcrawl.calling.run_context import RunContext, config_of
from igcrawl.calling.run_gate import gate_for, states_for
from igcrawl.config.not_obeyed import check_not_obeyed, warning_of
from igcrawl.config.promises import hold_promises
from igcrawl.config.scrapy_values import check_values
from igcrawl.crawl.crawl_run import CrawlRun
from igcrawl.crawl.failed_pipeline import what_failed
from igcrawl.crawl.logs import log_verdict
from igcrawl.crawl.lookups import make_ready
from igcrawl.crawl.records_place import say_where_records_are
from igcrawl.crawl.run_totals import RunTotals
from igcrawl.crawl.waiting_targets import leave_waiting
from igcrawl.crawl.walk import Ending, Walk
from igcrawl.crawl.walker import Prepared, Walked, Walker
from igcrawl.errors import AnswerError, BadInput, Interrupted, LostClaim, Reach, StoreError, Trouble
from igcrawl.items import Page
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.output.cli_outputs import whole_feed
from igcrawl.output.output import Output
from igcrawl.planning.planner import Planning
from igcrawl.printable import say
from igcrawl.sessions.log_guard import GUARD
from igcrawl.sessions.record_redaction import redact_records
from igcrawl.store import OperatorLimits, Seed, WalkRow, make_store
from igcrawl.verdict import ExitCode, Verdict, exit_code, worst_of
from igcrawl.wording import counted

logger = logging.getLogger(__name__)


class OperationSpider(Spider):
    """The base of our spiders: a spider says which walks, this class walks them, one after another.

    A subclass sets `name`, `arguments` and `main_record`, and gives `seeds`; `prepare` may ask for what a walk needs
    to know before its first page, `children` names the walks that follow from a page.

    Args:
        given: spider arguments as the command line gives them.

    Raises:
        BadInput: an argument or setting cannot be used.
    """

    arguments: ClassVar[type[Arguments]] = Arguments
    #: What follows `scrapy crawl NAME` in the examples that help shows.
    examples: ClassVar[tuple[str, ...]] = ()
    #: The type of record that formats with one set of columns (CSV) hold.
    main_record: str
    #: What one of its targets is called.
    thing: str = "target"
    #: What walks its walks.
    walker: ClassVar[type[Walker]] = Walker
    #: Whether IG_SIMULATOR stands for the operator's session and server.
    embeds_simulator: ClassVar = True

    def __init__(self, crawler: Crawler, given: dict[str, Any]) -> None:
        super().__init__()
        self.config = config_of(crawler)
        self.args = self.check(given)
        self.verdicts: dict[Verdict, int] = {}
        #: Why the crawl could not begin, for the operator, and the exit code; nothing was sent then.
        self.refused: tuple[str, ExitCode] | None = None
        #: The exit code of a crawl that was only planned.
        self.planned: ExitCode | None = None
        #: The plan itself.
        self.plan: str | None = None
        self.context = RunContext.of(crawler)
        self._stopping = self.stopping = self.context.stopping
        self.ask = CallSender(crawler, self.context, self.config.base_urls)
        #: This run's part in the crawl; None before it has begun.
        self.run: CrawlRun | None = None
        self.run_totals = RunTotals()
        self._halted: Ending | None = None
        self._states: SessionStates | None = None
        self._through = False
        #: What the operator should read at the end of the run, a sentence each.
        self.remarks: list[str] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Check the arguments and build the spider; what this task logs from now on is the crawl's.

        Where something cannot be used, the crawl has a spider that does nothing and says so: not every script that
        crawls looks at what went wrong before its start.
        """
        RunContext.of(crawler).lines.begin()
        try:
            check_values(crawler.settings)
            check_not_obeyed(crawler.settings)
            spider = cls(crawler, kwargs)
            if not spider.config.simulator:
                spider.config.check_session()
        except BadInput as error:
            return refuse_crawl(crawler, cls.name, str(error))  # type: ignore[return-value]
        spider._set_crawler(crawler)
        if (said := warning_of(crawler.settings)) is not None:
            logger.warning(said)
        crawler.signals.connect(spider.stop_for_pipeline, signals.item_error)
        crawler.signals.connect(spider.close_with_verdict, signals.spider_idle)
        crawler.signals.connect(spider.leave, signals.spider_closed)
        crawler.signals.connect(spider.forget_secrets, signals.engine_stopped)
        return spider

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Set what the promises of a crawl rest on, beside the spider's own settings."""
        super().update_settings(settings)
        hold_promises(settings)

    @classmethod
    def check(cls, given: dict[str, Any]) -> Arguments:
        """Return the checked arguments.

        Raises:
            BadInput: one is unknown, missing or cannot be used.
        """
        return cls.arguments.parse(given)

    def stop_for_pipeline(self, item: Any, failure: Failure) -> None:
        """Stop the crawl when a pipeline fails: what it did not take would be lost."""
        self._stopping.begin(what_failed(item, failure))

    @property
    def keeps(self) -> bool:
        """True if the store keeps the crawl's records."""
        return self.config.keep

    def take_output(self, output: Output) -> None:
        """Write an output with the crawl."""
        self.context.sinks.outputs.append(output)

    def stop_for_output(self, why: str) -> None:
        """Stop the crawl when an output fails: no request may be wasted on what it does not take."""
        self._stopping.begin(why)

    @property
    def limits(self) -> OperatorLimits:
        """The operator's own limits, and where a list without a count ends."""
        max_walks = getattr(self.args, "max_walks", None)
        return OperatorLimits(
            max_pages=self.args.max_pages,
            max_users=self.args.max_users,
            max_walks=max_walks,
            endless_pages=self.config.endless_pages,
        )

    @property
    def exit_code(self) -> ExitCode:
        """Exit code of `scrapy crawl` that follows from the verdicts."""
        if self.planned is not None:
            return self.planned
        known = {Verdict(verdict) for verdict in (self.run.verdicts if self.run else ()) if verdict is not None}
        # What the store says counts: a walk that failed may have been asked again since, by another worker.
        code = exit_code((known or set(self.verdicts)) | ({self._halted.verdict} if self._halted else set()))
        whole = self._through and known and not self._stopping.failed
        return code if code is not ExitCode.OK or whole else ExitCode.INCOMPLETE

    @property
    def progress(self) -> str:
        """Number of given targets that have their verdict, such as ``37 of 500 accounts``; empty for a single one."""
        progress = self.run.progress if self.run is not None else None
        return f"{progress.done:,} of {counted(progress.all, self.thing)}" if progress and progress.all > 1 else ""

    def seeds(self) -> Iterator[Seed]:
        """Yield the first walks of the crawl, in their order."""
        raise NotImplementedError(f"{type(self).__name__} does not say which walks")

    def targets(self) -> Any:
        """Return the targets that are not in the arguments themselves, as JSON; they, too, tell a crawl from others."""
        return None

    async def prepare(self, walk: Walk) -> Prepared:
        """Ask for what must be known before the first page: the target's id, what the operation needs."""
        await make_ready(self.ask, walk)
        return Prepared()

    def children(self, walk: Walk, records: list[Any]) -> list[Seed]:
        """Return the walks that follow from the records that a page brought first."""
        return []

    def overlap(self, walk: Walk) -> int | None:
        """Return after how many known pages an update ends; None for a whole list."""
        return None

    async def start(self) -> AsyncIterator[Request]:
        """Go on with the crawl, or begin it, and start one walk after another."""
        # Add-ons, the embedded simulator for one, have their say between the spider's birth and its start.
        self.config = config_of(self.crawler)
        self.ask = CallSender(self.crawler, self.context, self.config.base_urls)
        whole = whole_feed(self.crawler.settings)
        run = self.run = self._new_run()
        crawl_key = crawl_key_of(self.name, self.args, self.targets(), whole)
        try:
            check_installed(self.crawler, self.config)
            if self.args.plan:
                self.plan, self.planned = await Planning(self, run.store).make(crawl_key)
                if self.context.attended:
                    say(*self.plan.split("\n"), sep="\n", flush=True)
                return
            await run.store.open()
            await self._begin(run)
            if await run.enter(crawl_key, self.seeds()):
                outputs, stays = self.context.sinks.outputs, not self.context.store_goes
                say_where_records_are(self.config.store, self.name, run.crawl, outputs, store_stays=stays)
                async for request in self._requests(run):
                    yield request
            self._through = True
        except asyncio.CancelledError:
            logger.info("stopping: waiting for the answer on its way, which is written")
            run.store.connection.hurry()
            self._stopping.begin()
            raise
        except BadInput as error:
            self.refused = str(error), ExitCode.BAD_INPUT
        except Trouble as error:
            self.refused = reason_of(error, None, self.config.session_name), ExitCode.TROUBLE
        except Interrupted:
            pass
        except (StoreError, LostClaim) as error:
            self._stopping.begin(str(error))

    def _new_run(self) -> CrawlRun:
        store = make_store(self.config.store)
        config = self.config
        return CrawlRun(store, self.context.sinks, self._stopping, self.limits, config.sync_seconds, keeps=config.keep)

    async def _begin(self, run: CrawlRun) -> None:
        """Give the run its gate, which lets the session pass, and what is known of the doc_ids.

        Raises:
            BadInput: the session cannot be used.
            Trouble: it is parked.
            StoreError: the store failed.
        """
        self._states = states_for(self.config, run.store)
        await self._states.open()
        gate = self.context.gate = gate_for(Gate, self.config, self._states, run.store, self._stopping)
        await gate.check()
        self.context.rotation = await DocIdRotation.begin(self.config, run.store, gate)

    async def _requests(self, run: CrawlRun) -> AsyncIterator[Request]:
        walker = self.walker(run, self.ask, self.deliver, self, self._stopping, self.context.redaction)
        while self._halted is None and (row := await run.next()) is not None:
            ended = asyncio.Event()
            arguments = {"row": row, "walker": walker, "ended": ended}
            yield Request(
                f"data:,{row.id}",
                callback=self.run_walk,
                errback=self.stop_for_middleware,
                cb_kwargs=arguments,
                dont_filter=True,
            )
            await ended.wait()
            if self._stopping.failed:
                return

    def stop_for_middleware(self, failure: Failure) -> None:
        """Stop the crawl when a middleware keeps a walk from beginning; the walk stays open."""
        self._stopping.begin(f"a middleware refused a walk's own request with {type(failure.value).__name__}")
        failure.request.cb_kwargs["ended"].set()  # type: ignore[attr-defined]

    async def run_walk(self, response: Response, row: WalkRow, walker: Walker, ended: asyncio.Event) -> None:
        """Walk one list, or what is asked together, to its end; when that ends the crawl, say what waits.

        Args:
            response: Scrapy's own, of the `data:` URL.
            row: the claimed walk.
            walker: walks it.
            ended: set when the walk has its verdict.
        """
        try:
            self.run_totals.begin(row)
            for walked in await walker.take(row):
                self._end(walker.run, walked)
            if self._halted is None and self.ask.must_stop:
                self._halted = Ending(Verdict.INTERRUPTED, f"not asked: {self._stopping.reason}")
            if self._halted is not None:
                await self._leave_waiting(walker.run, self._halted)
        finally:
            ended.set()

    def _end(self, run: CrawlRun, walked: Walked) -> None:
        row, walk, ending = walked.row, walked.walk, walked.ending
        self._note(ending.verdict)
        run.end(row, ending.verdict)
        log_verdict(walk, ending, row.target, self.progress)
        if self._halted is not None and ending.verdict is not self._halted.verdict:
            # A failure on this side must not hide what the server said.
            logger.error("%s: %s: %s", walk.id, self._halted.verdict, self._halted.reason)
        self.run_totals.add(row, walk, ending.verdict, self.ask.seconds_of(walk))
        self._count("igcrawl/pages", walk.pages - row.pages)

    async def _leave_waiting(self, run: CrawlRun, halted: Ending) -> None:
        """Say what becomes of the operator's own targets that were not asked; the same command asks them."""
        try:
            if left := await leave_waiting(run, halted, self.deliver):
                self._note(halted.verdict, left)
                logger.warning("%s: %s", counted(left, f"more {self.thing}"), halted.reason)
        except (StoreError, LostClaim) as error:
            self._stopping.begin(str(error))

    def close_with_verdict(self) -> None:
        """Name the worst verdict as the crawl's `finish_reason`, where it is not good.

        Raises:
            CloseSpider: it is not good.
        """
        if self.refused is not None and self.refused[1] is ExitCode.BAD_INPUT:
            if not self.context.told:
                logger.error(self.refused[0])
            raise CloseSpider(BAD_INPUT)
        reached = set(self.verdicts)
        if self.refused is not None and self.refused[1] is ExitCode.TROUBLE:
            reached.add(Verdict.BLOCKED)
        if (worst := worst_of(reached)) is not None:
            raise CloseSpider(worst.value)

    async def deliver(self, page: Page) -> None:
        """Hand a page to the pipelines and feeds, and come back when they are through with it.

        What is not to be kept, and what is the session's, leaves the records here, before anything else sees them.
        """
        self.config.fields.apply(page.records)
        redact_records(page.records, self.context.redaction)
        engine = self.crawler.engine
        assert engine is not None
        self._count("igcrawl/records", len(page.records))
        for item in page.records if self.config.item_per_record else [page]:
            await engine.scraper.start_itemproc_async(item, response=None)

    async def leave(self) -> None:
        """Commit what is pending and give everything back."""
        if self.run is None:
            return
        try:
            if self.refused is None and not self._stopping.failed:
                await self.run.settle()
        except (StoreError, LostClaim) as error:
            self._stopping.begin(str(error))
        try:
            await self.run.leave()
        except (BadInput, StoreError) as error:
            self._stopping.begin(str(error))
        if self._states is not None:
            await self._states.close()

    def forget_secrets(self) -> None:
        """Take the session's secrets out of the lines of this crawl only: the session is used no more."""
        GUARD.end(self.context.redaction)

    def _note(self, verdict: Verdict, walks: int = 1) -> None:
        self.verdicts[verdict] = self.verdicts.get(verdict, 0) + walks
        self._count(f"igcrawl/verdict/{verdict}", walks)

    def _count(self, name: str, by: int) -> None:
        assert self.crawler.stats is not None
        self.crawler.stats.inc_value(name, by)

    def ending_of(self, error: AnswerError | Interrupted, walk: Walk) -> Ending:
        """Turn an error into the walk's end, and the crawl's if it reaches that far."""
        asked = OPERATIONS[self.ask.last.operation] if self.ask.last else walk.operation
        reason = self.context.redaction.text(
            reason_of(error, asked, self.config.session_name, walk.operation if walk.substitute else None)
        )
        ending = Ending(error.verdict, reason)
        if error.reach is Reach.CRAWL:
            self._halted = Ending(error.verdict, f"not asked: {reason}")
        return ending
