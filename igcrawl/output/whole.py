"""An output that is written whole at the end of a run: what cannot be appended to, as JSON or a compressed file."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from igcrawl.errors import BadInput, StoreError
from igcrawl.output.enclosed import place_for_more
from igcrawl.output.foreign import check_above, goes_on
from igcrawl.output.output import OutputCrawl, OutputSpec
from igcrawl.output.output_state import OutputState
from igcrawl.output.own_part import common_length, encoded, holds, is_written_elsewhere, known_state, row_of
from igcrawl.output.part_file import part_of
from igcrawl.output.place import FileFacts, hash_part, name_aside
from igcrawl.store import OutputRow
from igcrawl.store.packed_records import pack_lines, unpack_lines

logger = logging.getLogger(__name__)


class Touched(StoreError):
    """Raised when somebody else writes a file that is just to be replaced."""


class WholeOutput:
    """A file that is written from the store, next to its place, and renamed.

    Args:
        spec: what the operator asked for, with a path.
    """

    def __init__(self, spec: OutputSpec) -> None:
        assert spec.path is not None
        self._spec, self._path = spec, spec.path
        self.replaces = spec.replaces
        self._crawl: OutputCrawl | None = None
        self._state = OutputState(format=spec.kind)
        self._facts: FileFacts | None = None

    @property
    def name(self) -> str:
        """Its path."""
        return str(self._path)

    @property
    def key(self) -> str:
        """See `Output.key`."""
        return str(self._path)

    @property
    def written(self) -> list[str]:
        """Its path once the crawl has written it."""
        return [self.name] if self._state.hash and self._path.exists() else []

    def take(self) -> None:
        """See `Output.take`."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput(f"output {self._path}: {error.strerror or error}") from None

    async def check(self, crawl: OutputCrawl | None) -> None:
        """See `Output.check`."""
        known = None if crawl is None else await known_state(crawl, self._spec, self._path)
        facts = FileFacts.of(self._path)
        if known is None and not self._spec.replaces and facts is not None and facts.length:
            check_above(self._spec, self._path)

    async def begin(self, crawl: OutputCrawl) -> None:
        """See `Output.begin`."""
        self._crawl = crawl
        known = await known_state(crawl, self._spec, self._path)
        if known is None:
            if self._spec.replaces and self._path.exists() and await is_written_elsewhere(crawl, self._path):
                _move_aside(self._path, -1, 0)
            self._state = self._below_others()
        else:
            self._state = await checked(self._spec, self._path, known, self._content(known))
        if self._state.format != self._spec.kind:
            self._state = replace(self._state, format=self._spec.kind, place=0, tail=b"", next=None)
        self._facts = FileFacts.of(self._path)
        await crawl.store.outputs.put(row_of(crawl, self._path, self._state))

    def _below_others(self) -> OutputState:
        facts = FileFacts.of(self._path)
        start = 0 if self._spec.replaces or facts is None else facts.length
        if start and self._spec.encloses:
            start = place_for_more(self._spec, self._path)
        if facts is None or not start:
            # What is there now may be replaced, and nothing that comes later.
            return OutputState(format=self._spec.kind, facts=facts)
        with self._path.open("rb") as file:
            before = hash_part(file.fileno(), 0, start).hexdigest()
        return OutputState(format=self._spec.kind, start=start, before=before, length=facts.length)

    def changed(self) -> OutputRow | None:
        """Return nothing: the file stays as it is while the crawl runs."""
        return None

    async def grow(self, lines: bytes, first: int, last: int) -> None:
        """Take nothing: all is in the store."""

    def sync(self) -> None:
        """Do nothing: nothing was written."""

    async def finish(self, tail: bytes) -> None:
        """See `Output.finish`."""
        crawl = self._crawl
        if crawl is None:
            return
        for _ in range(2):
            if FileFacts.of(self._path) != self._facts:
                await self.begin(crawl)
            with suppress(Touched):
                await self._write(crawl, tail)
            if FileFacts.of(self._path) == self._facts:
                return
        raise StoreError(f"{self._path}: another program keeps changing it; give this crawl a file of its own, -O …")

    async def _write(self, crawl: OutputCrawl, tail: bytes) -> None:
        last, state = await crawl.last(), self._state
        packed = pack_lines(tail) if tail else b""
        if (state.place, state.tail) == (last, packed) and (state.hash or not last):
            return
        written = replace(state, place=last, tail=packed, next=None)
        self._state = await write_whole(crawl, self._path, state, written, self._content(written))
        self._facts = self._state.facts

    def _content(self, state: OutputState) -> AsyncIterator[bytes]:
        """Yield what the crawl's part is in a state."""
        assert self._crawl is not None
        tail = unpack_lines(state.tail) if state.tail else b""
        return encoded(self._crawl, self._spec.encoder(), headed=state.start > 0, until=state.place, tail=tail)

    def close(self) -> None:
        """Do nothing: the file is open only while it is written."""


async def write_whole(
    crawl: OutputCrawl, path: Path, before: OutputState, after: OutputState, content: AsyncIterator[bytes]
) -> OutputState:
    """Replace a file by a crawl's records, below what others wrote in it, and return its new state.

    Args:
        crawl: whose output it is.
        path: the file.
        before: the state that it has.
        after: the state that it is to have, but for length and hash.
        content: the crawl's part.

    Raises:
        OSError: it cannot be written; the old file stays.
        Touched: somebody else has written the file meanwhile, which stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    found = FileFacts.of(path)
    with part_of(path) as part:
        if after.start:
            with path.open("rb") as old:
                part.copy(old.fileno(), after.start)
        async for chunk in content:
            part.write(chunk)
        part.sync()
        after = replace(after, length=part.length, hash=part.hash, facts=None)
        # Before it takes its place: a run that finds either file knows it as its own.
        await crawl.store.outputs.put(row_of(crawl, path, replace(before, next=after)))
        if FileFacts.of(path) != found:
            raise Touched(f"{path}: another program has written it meanwhile; the same command writes this crawl's")
        part.take_place()
    after = replace(after, facts=FileFacts.of(path))
    await crawl.store.outputs.put(row_of(crawl, path, after))
    return after


async def checked(spec: OutputSpec, path: Path, state: OutputState, content: AsyncIterator[bytes]) -> OutputState:
    """Compare a file with what the crawl left, and return its state; what others wrote is moved out of the way.

    Args:
        spec: of the output.
        path: the file.
        state: as it is known.
        content: what the store would write there in this state.
    """
    facts = FileFacts.of(path)
    if facts is not None and state.facts == facts:
        return state
    anew = replace(state, place=0, skip=0, hash="", tail=b"", facts=None, next=None)
    if facts is None:
        if state.hash:
            logger.warning("%s: is missing; it is written again from the store", path)
        return replace(anew, start=0, before="", length=0)
    with path.open("rb") as file:
        descriptor = file.fileno()
        above = hash_part(descriptor, 0, state.start).hexdigest() if state.start else ""
        intact = above == state.before
        # What others have changed in their part may have broken the file.
        sound = intact or (facts.length > 0 and goes_on(spec, path))
        for known in filter(None, (state.next, state)):
            if sound and known.hash and holds(descriptor, known) and facts.length == known.length:
                return replace(known, before=above, facts=facts, next=None)
        if intact and not state.hash and state.length == facts.length:
            # The crawl has not written it yet.
            return anew
        whole = state.start + await common_length(descriptor, state.start, content)
        if sound and state.start <= facts.length <= whole:
            logger.warning("%s: was cut; it is written again from the store", path)
            return anew
        _move_aside(path, descriptor, state.start if intact else 0)
    return replace(anew, length=anew.start) if intact else replace(anew, start=0, before="", length=0)


def _move_aside(path: Path, file: int, start: int) -> None:
    """Give a file that is not ours another name, and leave a copy of its beginning in its place.

    Args:
        path: the file.
        file: its descriptor.
        start: where the beginning ends.
    """
    aside = name_aside(path)
    path.rename(aside)
    logger.warning(
        "%s: is not as this crawl left it; the file found there is now %s, and it is written again from the store",
        path,
        aside.name,
    )
    if start:
        with part_of(path) as part:
            part.copy(file, start)
            part.sync()
            part.take_place()
