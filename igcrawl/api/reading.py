"""Reading: one crawl, and the caller who reads what it brings."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, TypeVar

from igcrawl.api.client_settings import ClientSettings
from igcrawl.api.doubts import DoubtfulResult, problem_of, warn_caller
from igcrawl.api.hand_out import NOT_KEPT, HandOut
from igcrawl.api.waits import Waits
from igcrawl.api.walk_ends import WalkEnds
from igcrawl.errors import BadInput, Interrupted
from igcrawl.items import Record
from igcrawl.running import Outcome

R = TypeVar("R", bound=Record)

_TAKEN: Final = "another loop reads this list since, so this one ends; what came is in the store"
_HELD: Final = "another loop of this process reads this list and is itself held up; close its client first"
_STOPPED: Final = "stopped, what came is in the store; the same loop continues"
#: Seconds that a reading in another loop has to end; an answer may take 50.
_PATIENCE: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOrder(Generic[R]):
    """An order of records.

    Args:
        spider: name of the spider that brings them.
        arguments: the spider's.
        kinds: the types of records that are handed out.
        key: of the crawl: two readings with one key are in each other's way.
        targets: how many accounts or posts are named; 0 for those of a file, and where none are asked for.
        whole_graph: see `igcrawl.api.doubts.problem_of`.
        warns: whether a doubtful end is a warning, not an error.
    """

    spider: str
    arguments: Mapping[str, str]
    kinds: tuple[type[R], ...]
    key: str
    targets: int = 0
    whole_graph: bool = False
    warns: bool = False


class CrawlReading(Generic[R]):
    """A crawl that waits after each page until its caller asks for the next.

    Args:
        order: what is read.
        settings: the client's.
        crawls: runs the client's crawls.
        warn: takes the text of a warning.
        waits: whether the caller takes time of its own between pages, and may never come back. A later reading of the
            same crawl takes the place of such a one; else it waits for its end.
    """

    #: Readings of this process that have not ended, by account, store and crawl.
    _by_place: ClassVar[dict[tuple[str, ...], CrawlReading[Any]]] = {}

    def __init__(
        self,
        order: RecordOrder[R],
        settings: ClientSettings,
        crawls: Waits,
        *,
        warn: Callable[[str], None] = warn_caller,
        waits: bool,
    ) -> None:
        self._order, self._crawls, self._warn, self._waits = order, crawls, warn, waits
        self.ends = WalkEnds()
        self._hand_out = HandOut(order.kinds, self.ends)
        self._loop = asyncio.get_running_loop()
        self._place = (settings.account, settings.store, order.key)
        self._crawl: asyncio.Task[Outcome] | None = None
        self._stopped: str | None = None

    @property
    def is_stopped(self) -> bool:
        """True if it was stopped before its end."""
        return self._stopped is not None

    @property
    def has_ended(self) -> bool:
        """True if there is nothing left to stop."""
        return self._stopped is not None or (self._crawl is not None and self._crawl.done())

    async def next(self) -> list[R]:
        """Return the next records; none at the end.

        A caller that is cancelled stops the crawl, with a page written whole.

        Raises:
            IgcrawlError: the list is not what it looks like, see `igcrawl.api.doubts.problem_of`.
            Interrupted: it was stopped.
        """
        try:
            if self._crawl is None and self._stopped is None:
                await self._begin()
            records = await self._hand_out.next()
        except asyncio.CancelledError:
            await self.stop()
            raise
        if not records:
            self._check_end()
        return records

    async def stop(self, why: str = _STOPPED) -> None:
        """End the reading; the crawl ends with a page written whole. Does no harm twice.

        Args:
            why: said to a caller who reads on.
        """
        first, self._stopped = self._stopped is None, self._stopped or why
        self._hand_out.end()
        if self._crawl is None or self._crawl.done():
            return
        if first:
            # A second time would break off the waiting for the page.
            self._crawl.cancel()
        await asyncio.wait({self._crawl})

    def abandon(self) -> None:
        """End the reading soon, from any thread: nobody asks for more."""
        if self._crawl is not None and not self._crawl.done() and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop_soon)

    def _stop_soon(self) -> None:
        self._ending = asyncio.ensure_future(self.stop())

    async def _begin(self) -> None:
        while (other := self._by_place.setdefault(self._place, self)) is not self:
            await other._give_way()
            # What has ended says so in the loop's next turn.
            await asyncio.sleep(0)
        order = self._order
        crawl = self._crawls.crawl(order.spider, order.arguments, self._hand_out.join)
        self._crawl = asyncio.create_task(crawl)
        self._crawl.add_done_callback(self._leave)

    async def _give_way(self) -> None:
        """Come to an end, for a reading of the same crawl; its loop may be another one."""
        if not self._loop.is_running():
            self._by_place.pop(self._place, None)
            return
        ending: Coroutine[Any, Any, Any] = self.stop(_TAKEN) if self._waits else self._end_by_itself()
        if self._loop is asyncio.get_running_loop():
            await ending
            return
        ended = asyncio.wrap_future(asyncio.run_coroutine_threadsafe(ending, self._loop))
        try:
            await asyncio.wait_for(ended, _PATIENCE)
        except TimeoutError:
            raise Interrupted(_HELD) from None

    async def _end_by_itself(self) -> None:
        if self._crawl is not None:
            await asyncio.wait({self._crawl})

    def _leave(self, crawl: asyncio.Task[Outcome]) -> None:
        self._by_place.pop(self._place, None)
        self._hand_out.end()
        if not crawl.cancelled():
            # Asked for here, so that nobody misses it who reads no further.
            crawl.exception()

    def _check_end(self) -> None:
        """See what became of the crawl.

        Raises:
            IgcrawlError: see `next`.
        """
        if self._stopped is not None:
            raise Interrupted(self._stopped)
        assert self._crawl is not None
        problem = problem_of(self._crawl.result(), self.ends, whole_graph=self._order.whole_graph)
        if problem is None and not self._hand_out.has_begun:
            # A named crawl that has ended.
            problem = BadInput(NOT_KEPT)
        if isinstance(problem, DoubtfulResult) and self._order.warns:
            self._warn(str(problem))
        elif problem is not None:
            raise problem


if hasattr(os, "register_at_fork"):
    # Those of a parent do not go on in a forked process.
    os.register_at_fork(after_in_child=CrawlReading._by_place.clear)
