"""Records: a list that is asked for while one reads it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Generator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Generic, NoReturn
from weakref import WeakSet

from igcrawl.api.client_settings import ClientSettings
from igcrawl.api.doubts import problem_of, warn_caller
from igcrawl.api.frames import to_pandas, to_polars
from igcrawl.api.python_words import python_words
from igcrawl.api.reading import CrawlReading, R, RecordOrder
from igcrawl.api.waits import Waits
from igcrawl.api.walk_ends import WalkEnds
from igcrawl.errors import BadInput
from igcrawl.items import WalkEnd

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


UNPICKLED: Final = "a client and its lists stay in their process; records can be pickled: await …all()"
CLOSED: Final = "this client was closed; make another one"


class Readings:
    """The readings of one client.

    Args:
        settings: the client's.
    """

    def __init__(self, settings: ClientSettings) -> None:
        self.settings = settings
        self.crawls = Waits(settings)
        #: Takes the warnings of doubtful lists.
        self.warn: Callable[[str], None] = warn_caller
        self._readings: WeakSet[CrawlReading[Any]] = WeakSet()
        self._closed = False

    def begin(self, order: RecordOrder[R], *, waits: bool) -> CrawlReading[R]:
        """Return a reading, which begins when its first records are asked for.

        Raises:
            BadInput: the client was closed.
        """
        self.check_open()
        reading = CrawlReading(order, self.settings, self.crawls, warn=self.warn, waits=waits)
        self._readings.add(reading)
        return reading

    def check_open(self) -> None:
        """Check that the client goes on.

        Raises:
            BadInput: it was closed.
        """
        if self._closed:
            raise BadInput(CLOSED)

    async def close(self) -> None:
        """Stop all of them, each with a page written whole; there will be no other ones."""
        self._closed = True
        await asyncio.gather(*(reading.stop() for reading in list(self._readings)))


class Records(Generic[R]):
    """A list of records, asked for while one reads it: nothing is sent before.

    ``async for record in records`` reads it page by page: the next page is asked for when the last one has been read.
    ``await records`` reads all. Each pass is the crawl of the same command: one that was broken off continues, and
    what it had received comes from the store first.

    Args:
        order: what is read.
        readings: the client's.
    """

    def __init__(self, order: RecordOrder[R], readings: Readings) -> None:
        self._order, self._readings = order, readings
        self._ends = WalkEnds()

    def __repr__(self) -> str:
        return f"<igcrawl records of {self._order.key}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(UNPICKLED)

    @property
    def walks(self) -> list[WalkEnd]:
        """The walk records of the last pass: how each list ended. Of a verdict with thousands the first 1,000."""
        return self._ends.all

    @property
    def walk(self) -> WalkEnd | None:
        """The walk record of the last pass, the last one where it had several; None before its end."""
        return walks[-1] if (walks := self.walks) else None

    def __aiter__(self) -> AsyncIterator[R]:
        return _Pass(self._reading(waits=True))

    def __await__(self) -> Generator[Any, None, list[R]]:
        return self.all().__await__()

    async def all(self) -> list[R]:
        """Return all records.

        Raises:
            IgcrawlError: as at the end of a loop; see `igcrawl.DoubtfulResult`.
        """
        reading = self._reading(waits=False)
        records: list[R] = []
        while some := await reading.next():
            records += some
        return records

    async def to_pandas(self) -> pd.DataFrame:
        """Return all records as a pandas frame, a row a record; see `all`."""
        return to_pandas(await self.all(), self._order.kinds)

    async def to_polars(self) -> pl.DataFrame:
        """Return all records as a Polars frame, a row a record; see `all`."""
        return to_polars(await self.all(), self._order.kinds)

    async def plan(self) -> str:
        """Return what the list would cost, in requests and days; at most one request is sent.

        Raises:
            IgcrawlError: that could not be found out.
        """
        self._readings.check_open()
        order = replace(self._order, arguments={**self._order.arguments, "plan": "1"})
        outcome = await self._readings.crawls.crawl(order.spider, order.arguments)
        problem = problem_of(outcome, WalkEnds())
        if problem is not None:
            raise problem
        return python_words(outcome.plan or "")

    @property
    def kinds(self) -> tuple[type[R], ...]:
        """The types of its records."""
        return self._order.kinds

    @property
    def targets(self) -> int:
        """Number of accounts or posts that are named; 0 for those of a file, and where none are asked for."""
        return self._order.targets

    async def begin_reading(self) -> CrawlReading[R]:
        """Begin a pass of a caller who takes time of its own between pages."""
        return self._reading(waits=True)

    def _reading(self, *, waits: bool) -> CrawlReading[R]:
        reading = self._readings.begin(self._order, waits=waits)
        self._ends = reading.ends
        return reading


class _Pass(Generic[R]):
    """A pass through a list, record by record. When nobody holds it any more, as after ``break``, the crawl stops."""

    def __init__(self, reading: CrawlReading[R]) -> None:
        self._reading = reading
        self._records: list[R] = []
        self._turn = asyncio.Lock()

    def __del__(self) -> None:
        self._reading.abandon()

    def __aiter__(self) -> AsyncIterator[R]:
        return self

    async def __anext__(self) -> R:
        while not self._records or self._reading.is_stopped:
            # Several tasks may read one pass: each record goes to one of them.
            async with self._turn:
                if not self._records or self._reading.is_stopped:
                    self._records = await self._reading.next()
                    if not self._records:
                        raise StopAsyncIteration
                    self._records.reverse()
        return self._records.pop()
