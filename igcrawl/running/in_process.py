"""`run_crawl`: a crawl as a function. It asks nothing of the process but a running asyncio loop, and never ends it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from igcrawl.base_spiders.operation_spider import OperationSpider
from igcrawl.calling.run_context import RunContext
from igcrawl.crawl.logs import quieten_own_lines
from igcrawl.errors import BadInput
from igcrawl.running.crawl_preflight import check_settings, prepare_crawl
from igcrawl.running.find_spider import check_spider, find_spider
from igcrawl.running.outcome import Outcome, outcome_of
from igcrawl.running.own_settings import own_settings
from igcrawl.running.reactor_loop import check_loop
from igcrawl.running.turns import turn
from igcrawl.verdict import ExitCode

logger = logging.getLogger(__name__)

#: Seconds between two looks whether an engine runs.
_LOOK_AGAIN: Final = 0.01


async def run_crawl(
    spider: str | type[OperationSpider],
    arguments: Mapping[str, str],
    settings: Mapping[str, Any] | BaseSettings,
    join: Callable[[RunContext], object] | None = None,
) -> Outcome:
    """Crawl, and return what became of it. Any number of crawls may run at once.

    Bad input raises nothing: the outcome has exit code 2 and says in one line what is wrong; nothing was sent then.
    A caller that is cancelled stops the crawl as Ctrl-C does: it ends with a page written whole.

    Args:
        spider: a spider of igcrawl, or its name.
        arguments: the spider's, as ``-a`` gives them.
        settings: Scrapy's and igcrawl's. They are the crawl's own: the environment's `IG_…` count only where a
            project's settings have read them. The logging of the process is left as it is.
        join: takes part in the run; called with its context before it begins.

    Returns:
        Its outcome.
    """
    run = _Run(spider, arguments, settings, join)
    # A task of its own, so that nothing of the crawl stays in the caller's context.
    task = asyncio.create_task(run.outcome())
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        run.stop()
        await asyncio.wait({task})
        raise


class _Run:
    """One call of `run_crawl`."""

    def __init__(self, spider: Any, arguments: Any, settings: Any, join: Callable[[RunContext], object] | None) -> None:
        self._spider, self._arguments, self._settings = spider, arguments, settings
        self._join = join
        self._crawler: Crawler | None = None
        self._open, self._stopped = asyncio.Event(), asyncio.Event()

    def stop(self) -> None:
        """Stop the crawl; `outcome` comes back when it has ended."""
        self._stopped.set()

    async def outcome(self) -> Outcome:
        """Crawl."""
        try:
            # The heavy part of a crawl; the loop does other things between the pieces of it.
            async with turn():
                crawler = self._crawler = await self._prepared()
                crawling = asyncio.create_task(crawler.crawl_async(**self._arguments))
                # Its first step builds spider, middlewares and engine.
                await asyncio.sleep(0)
            if await _first(crawling, self._stopped):
                await self._stop(crawler, crawling)
            await crawling
        except BadInput as error:
            return Outcome(ExitCode.BAD_INPUT, refused=_one_line(str(error)))
        except Exception as error:
            return self._failed(error)
        return outcome_of(crawler)

    async def _prepared(self) -> Crawler:
        """Return the crawler, checked as far as can be without asking anybody."""
        await asyncio.sleep(0)
        settings = own_settings(self._settings)
        check_settings(settings)
        arguments = _checked(self._arguments)
        by_name = isinstance(self._spider, str)
        spider = find_spider(settings, self._spider) if by_name else check_spider(self._spider)
        await asyncio.sleep(0)
        prepare_crawl(spider, arguments, settings)
        check_loop()
        await asyncio.sleep(0)
        quieten_own_lines()
        crawler = Crawler(spider, settings)
        crawler.signals.connect(self._open.set, signals.engine_started)
        context = RunContext.of(crawler)
        context.attended, context.told = False, True
        context.lines.quiet = str(settings["LOG_LEVEL"]).upper() != "DEBUG"
        context.lines.begin()
        if self._join is not None:
            self._join(context)
        await asyncio.sleep(0)
        return crawler

    async def _stop(self, crawler: Crawler, crawling: asyncio.Task[None]) -> None:
        """Stop a crawl as soon as it can be stopped: Scrapy forgets a wish that comes before its engine runs."""
        while not crawling.done():
            if self._open.is_set() and crawler.engine.running:
                await crawler.stop_async()
                return
            await asyncio.sleep(_LOOK_AGAIN)

    def _failed(self, error: Exception) -> Outcome:
        """Return the outcome of a crawl that one of Scrapy's parts, or a spider's, kept from its start or its end."""
        logger.error("the crawl failed", exc_info=error)
        said = f"{type(error).__name__}: {error}"
        if self._crawler is None:
            return Outcome(ExitCode.INCOMPLETE, refused=_one_line(said))
        said = RunContext.of(self._crawler).redaction.text(said)
        outcome = outcome_of(self._crawler, failed=True)
        return Outcome(ExitCode.INCOMPLETE, refused=outcome.refused or _one_line(said), stats=outcome.stats)


async def _first(crawling: asyncio.Task[None], event: asyncio.Event) -> bool:
    """Wait for an event or the crawl's end, whichever comes first, and return whether it was the event."""
    happened = asyncio.create_task(event.wait())
    try:
        await asyncio.wait({crawling, happened}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        happened.cancel()
    return not crawling.done()


def _checked(arguments: Any) -> dict[str, str]:
    """Return the spider's arguments.

    Raises:
        BadInput: they are not names with text.
    """
    if not isinstance(arguments, Mapping):
        raise BadInput(f"arguments: expected a mapping of names to text, got {type(arguments).__name__}")
    for name, value in arguments.items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise BadInput(
                f"argument {name}: expected text, as -a gives it, got {str(value)[:60]} ({type(value).__name__})"
            )
    return dict(arguments)


def _one_line(text: str) -> str:
    return " ".join(text.split())
