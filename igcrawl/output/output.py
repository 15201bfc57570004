"""Outputs: views of what the store holds of a crawl, in a file or at a remote place."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from igcrawl.output.encoders import Encoder
from igcrawl.store import OutputRow, Store
from igcrawl.store.packed_records import unpack_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputSpec:
    """An output as the operator asked for it.

    Args:
        uri: the address, as it was given.
        format: its name.
        kind: format, options and address; the same kind gives the same bytes.
        encoder: makes what writes one file.
        header: makes the first line that each file of the format has, "" for none.
        accepts: whether the output takes a record, which comes as a mapping.
        template: of batches, the real path with its places for number or time; "" for all else.
        path: the real path of a local file; None for a remote place, and for batches.
        replaces: whether what stands there before the crawl is replaced, not kept.
        suffix: of its compression, "" for none.
        encloses: whether records stand between an opening and a closing, as in JSON, and others can follow.
        grows: whether records can be appended while the crawl runs.
        processed: whether a postprocessing of the operator's makes its bytes, which nothing here can read.
    """

    uri: str
    format: str
    kind: str
    encoder: Callable[[], Encoder]
    header: Callable[[], bytes]
    accepts: Callable[[Mapping[str, Any]], bool]
    template: str = ""
    path: Path | None = None
    replaces: bool = False
    suffix: str = ""
    encloses: bool = False
    grows: bool = False
    processed: bool = False


@dataclass(frozen=True, slots=True)
class OutputCrawl:
    """A crawl, as its outputs see it.

    Args:
        store: opened.
        crawl: its number.
        kept: whether the store holds all its records; else the output is their only copy.
        begun: whether it has pages of earlier runs, which an output that is named now has missed.
    """

    store: Store
    crawl: int
    kept: bool
    begun: bool = False

    async def pages(self, after: int = 0) -> AsyncIterator[tuple[int, bytes]]:
        """Yield place and JSON lines of each page behind a place."""
        async for page in self.store.records.pages(self.crawl, after):
            yield page.place, unpack_lines(page.lines)

    async def last(self) -> int:
        """Return the place of the last page."""
        return await self.store.records.last(self.crawl)


class Output(Protocol):
    """An output of a run. Every method may raise `OSError`; those that ask the store may raise `StoreError`."""

    @property
    def replaces(self) -> bool:
        """True if a new crawl replaces what stands there."""

    @property
    def name(self) -> str:
        """Its address for the operator, without a credential."""

    @property
    def key(self) -> str:
        """The text that tells it from other outputs; it may hold a credential."""

    @property
    def written(self) -> Sequence[str]:
        """The files or the place that hold its records now, by their real names, without a credential."""

    def take(self) -> None:
        """Take the output for this process alone; what it holds is left as it is.

        Raises:
            BadInput: another process writes it, or it cannot be opened.
        """

    async def check(self, crawl: OutputCrawl | None) -> None:
        """Check, before a crawl begins or goes on, that it can be written.

        Args:
            crawl: with which the run goes on; None for a new one.

        Raises:
            BadInput: it cannot hold what it should.
        """

    async def begin(self, crawl: OutputCrawl) -> None:
        """Bring the output to what the store holds, and make it ready to grow.

        Raises:
            BadInput: that cannot be.
        """

    def changed(self) -> OutputRow | None:
        """Return what is to be noted with the next page, None when nothing is."""

    async def grow(self, lines: bytes, first: int, last: int) -> None:
        """Take the records that were just committed, or are just to be where the store does not keep them.

        Args:
            lines: JSON lines.
            first, last: places of their pages; other workers' may lie between the last call and these.
        """

    def sync(self) -> None:
        """Bring to the disk what was written."""

    async def finish(self, tail: bytes) -> None:
        """Write all that is still missing.

        Args:
            tail: JSON lines of walks that go on some day.

        Raises:
            StoreError: it does not hold what the store holds, although it was written again.
        """

    def close(self) -> None:
        """Give the output back as it is. Does no harm twice."""
