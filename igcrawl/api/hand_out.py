"""HandOut: an output that hands a crawl's records to a caller, page by page, once they are committed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, Final

from igcrawl.api.typed_records import typed_records
from igcrawl.api.walk_ends import WalkEnds
from igcrawl.calling.run_context import RunContext
from igcrawl.errors import BadInput
from igcrawl.items import Record, WalkEnd
from igcrawl.output.output import OutputCrawl
from igcrawl.stopping import Stopping
from igcrawl.store import OutputRow

#: Said of a crawl whose records are in some output, and nowhere else.
NOT_KEPT: Final = (
    "the store does not hold the records of this crawl (it was begun with IG_KEEP=False): its output is the only copy; "
    "fresh=True starts over"
)


class HandOut:
    """An output of a run, see `igcrawl.output.output.Output`.

    A page is handed out when the caller asks for it, and the crawl goes on when the caller asks for the next one: who
    stops reading stops the requests.

    Args:
        kinds: the types of records that the caller wants.
        ends: takes the walks' own records.
    """

    name = key = "the caller"
    replaces = False
    written: Sequence[str] = ()

    def __init__(self, kinds: tuple[type[Record], ...], ends: WalkEnds) -> None:
        self._kinds, self._ends = kinds, ends
        self._crawl: OutputCrawl | None = None
        self._stopping: Stopping | None = None
        self._place = 0
        self._records: list[Any] = []
        self._filled, self._wanted = asyncio.Event(), asyncio.Event()
        self._over = False

    @property
    def has_begun(self) -> bool:
        """True if the crawl's records could be handed out."""
        return self._crawl is not None

    def join(self, context: RunContext) -> None:
        """Become an output of a run."""
        self._stopping = context.stopping
        context.sinks.outputs.append(self)

    async def next(self) -> list[Any]:
        """Return the next records; none when there will be no more."""
        if not self._over:
            self._filled.clear()
            self._wanted.set()
            await self._filled.wait()
        records, self._records = self._records, []
        return records

    def end(self) -> None:
        """Hand out no more: the crawl waits for the caller no longer, and asks for no further page."""
        self._over = True
        if self._stopping is not None:
            self._stopping.begin()
        self._records = []
        self._filled.set()
        self._wanted.set()

    def take(self) -> None:
        """See `Output.take`."""

    async def check(self, crawl: OutputCrawl | None) -> None:
        """Refuse to go on with a crawl whose records are not in the store.

        Raises:
            BadInput: they are not.
        """
        if crawl is not None and not crawl.kept:
            raise BadInput(NOT_KEPT)

    async def begin(self, crawl: OutputCrawl) -> None:
        """Hand out what earlier runs have brought: it is in the store, and costs no request."""
        self._crawl = crawl
        await self._catch_up()

    def changed(self) -> OutputRow | None:
        """See `Output.changed`."""
        return None

    async def grow(self, lines: bytes, first: int, last: int) -> None:
        """See `Output.grow`."""
        if self._place != first - 1:
            await self._catch_up()
            return
        self._place = last
        await self._give(lines)

    def sync(self) -> None:
        """See `Output.sync`."""

    async def finish(self, tail: bytes) -> None:
        """See `Output.finish`."""
        await self._catch_up()
        await self._give(tail)

    def close(self) -> None:
        """See `Output.close`."""

    async def _catch_up(self) -> None:
        """Hand out what the store holds and the caller has not got, other workers' pages included."""
        if self._crawl is None:
            return
        async for place, lines in self._crawl.pages(self._place):
            if self._over:
                return
            self._place = place
            await self._give(lines)

    async def _give(self, lines: bytes) -> None:
        """Hand records to the caller, and come back when they have been read."""
        wanted = self._sorted(typed_records(lines))
        if not wanted or self._over:
            return
        await self._wanted.wait()
        if self._over:
            return
        self._records = wanted
        self._wanted.clear()
        self._filled.set()
        await self._wanted.wait()

    def _sorted(self, records: Iterable[Record]) -> list[Record]:
        """Return the records that the caller wants; those of walks have a place of their own."""
        wanted = []
        for record in records:
            if isinstance(record, WalkEnd):
                self._ends.add(record)
            elif isinstance(record, self._kinds):
                wanted.append(record)
        return wanted
