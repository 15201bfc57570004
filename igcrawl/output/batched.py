"""An output in batches: files of so many records each, numbered or named by time."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from igcrawl.errors import BadInput, StoreError
from igcrawl.output.json_lines import rows_of
from igcrawl.output.output import OutputCrawl, OutputSpec
from igcrawl.output.output_state import OutputState
from igcrawl.output.own_part import holds, row_of
from igcrawl.output.place import FileFacts, machine, name_aside
from igcrawl.output.whole import checked, write_whole
from igcrawl.store import OutputRow
from igcrawl.store.packed_records import pack_lines, unpack_lines
from igcrawl.wording import counted

logger = logging.getLogger(__name__)


class _End(NamedTuple):
    """The end of a batch: the last page that is wholly in it or before, and records of the next one."""

    place: int
    skip: int


#: So many files are named one by one.
_MOST_NAMED: Final = 3
_BEGINNING: Final = _End(0, 0)


class BatchedOutput:
    """Files of so many records each. A batch is written when it is full, the last one at the end of a run.

    Args:
        spec: what the operator asked for.
        size: records of a batch.
        path_of: the real path of a batch, by its number.
    """

    def __init__(self, spec: OutputSpec, size: int, path_of: Callable[[int], Path]) -> None:
        self._spec, self._size, self._path_of = spec, size, path_of
        self.replaces = spec.replaces
        self._crawl: OutputCrawl | None = None
        #: Path and state of each batch, in their order.
        self._batches: list[tuple[Path, OutputState]] = []
        #: As far as the batch that is being filled was counted, and how many records it has.
        self._counted, self._count = _BEGINNING, 0

    @property
    def name(self) -> str:
        """Its address, with the places for number or time."""
        return self._spec.uri

    @property
    def key(self) -> str:
        """See `Output.key`."""
        return self._spec.uri

    @property
    def written(self) -> list[str]:
        """The paths of its batches; of many the first and the last."""
        paths = [str(path) for path, state in self._batches if state.hash and path.exists()]
        return paths if len(paths) <= _MOST_NAMED else [f"{paths[0]} … {paths[-1]} ({counted(len(paths), 'file')})"]

    def take(self) -> None:
        """Do nothing: each batch is a file of its own, and its folder is made with it."""

    async def check(self, crawl: OutputCrawl | None) -> None:
        """See `Output.check`."""
        known = set() if crawl is None else {row.path for row in await crawl.store.outputs.of(crawl.crawl)}
        first = self._path_of(1)
        if not self._spec.replaces and first.exists() and first.stat().st_size and str(first) not in known:
            raise BadInput(f"output {first}: it is there already, and batches are files of their own; move it away")

    async def begin(self, crawl: OutputCrawl) -> None:
        """See `Output.begin`."""
        self._crawl = crawl
        mine = await self._known(crawl)
        self._batches = []
        for number, (path, known) in enumerate(mine, start=1):
            # Behind a batch that is not full there is none, whatever other runs have left.
            if known.batch != number or not all(state.full for _, state in self._batches):
                break
            self._batches.append((path, await self._mended(path, known)))
        full = [state for _, state in self._batches if state.full]
        self._counted = _End(full[-1].place, full[-1].skip) if full else _BEGINNING
        self._count = 0
        await self._fill()

    async def _known(self, crawl: OutputCrawl) -> list[tuple[Path, OutputState]]:
        """Return path and state of each batch that was begun, on this machine or on one of another name.

        Where both know of a batch, whoever's file is still there wrote it last.
        """
        known: dict[int, tuple[Path, OutputState]] = {}
        rows = await crawl.store.outputs.of(crawl.crawl)
        for row in sorted(rows, key=lambda row: row.machine != machine()):
            path, state = Path(row.path), OutputState.read(row.state)
            if not state.batch or state.format != self._spec.kind:
                continue
            before = known.get(state.batch)
            if row.machine == machine() or (
                _still_holds(path, state) and (before is None or not _still_holds(*before))
            ):
                known[state.batch] = path, state
        return [known[number] for number in sorted(known)]

    async def _mended(self, path: Path, known: OutputState) -> OutputState:
        """Return a batch's state once its file holds what it should, or may be written."""
        crawl = self._the_crawl
        state = await checked(self._spec, path, known, self._content(known))
        wanted = replace(known.next or known, next=None)
        if state.hash or not wanted.full:
            if not wanted.full and not state.hash:
                state = replace(state, place=wanted.place, skip=wanted.skip)
            await crawl.store.outputs.put(row_of(crawl, path, state))
            return state
        return await write_whole(crawl, path, state, wanted, self._content(wanted))

    def changed(self) -> OutputRow | None:
        """Return nothing: a batch is noted when it is written."""
        return None

    async def grow(self, lines: bytes, first: int, last: int) -> None:
        """See `Output.grow`."""
        await self._fill()

    def sync(self) -> None:
        """Do nothing: a batch that is written is on the disk."""

    async def finish(self, tail: bytes) -> None:
        """See `Output.finish`."""
        if self._crawl is None:
            return
        for _ in range(2):
            if self._was_touched:
                await self.begin(self._crawl)
            await self._fill()
            if self._count or any(map(self._spec.accepts, rows_of(tail))):
                await self._write(self._counted, tail, full=False)
            if not self._was_touched:
                return
        raise StoreError(f"{self._spec.uri}: another program keeps changing it; give this crawl files of its own")

    @property
    def _was_touched(self) -> bool:
        """True if a batch is not as this process left it."""
        return any(state.hash and FileFacts.of(path) != state.facts for path, state in self._batches)

    def close(self) -> None:
        """Do nothing: a file is open only while it is written."""

    async def _fill(self) -> None:
        """Count what the store holds, and write each batch that is full."""
        async for place, lines in self._the_crawl.pages(self._counted.place):
            for number, row in enumerate(rows_of(lines), start=1):
                if number <= self._counted.skip and place == self._counted.place + 1:
                    continue
                self._count += self._spec.accepts(row)
                if self._count == self._size:
                    await self._write(_End(place - 1, number), b"", full=True)
                    self._counted, self._count = _End(place - 1, number), 0
            self._counted = _End(place, 0)

    async def _write(self, end: _End, tail: bytes, *, full: bool) -> None:
        """Write a batch: the one behind the last that is full."""
        number = sum(state.full for _, state in self._batches) + 1
        packed = pack_lines(tail) if tail else b""
        if number <= len(self._batches):
            path, before = self._batches[number - 1]
            if FileFacts.of(path) != before.facts:
                before = await checked(self._spec, path, before, self._content(before))
            if not full and before.hash and (before.place, before.skip, before.tail) == (*end, packed):
                return
        else:
            path = self._path_of(number)
            before = OutputState(format=self._spec.kind, batch=number)
            await self._make_room(path)
        after = replace(before, place=end.place, skip=end.skip, full=full, tail=packed, start=0, next=None)
        self._batches[number - 1 :] = [(path, before)]
        state = await write_whole(self._the_crawl, path, before, after, self._content(after))
        self._batches[number - 1] = path, state

    async def _make_room(self, path: Path) -> None:
        """Move a file aside that is in the place of a new batch, unless an earlier crawl has written it."""
        if not path.exists():
            return
        with path.open("rb") as file:
            for row in await self._the_crawl.store.outputs.at(machine(), str(path)):
                state = OutputState.read(row.state)
                if state.hash and holds(file.fileno(), state):
                    return
        aside = name_aside(path)
        path.rename(aside)
        logger.warning(
            "%s: was there already, and is no batch of a crawl that this store knows; now %s", path, aside.name
        )

    async def _content(self, state: OutputState) -> AsyncIterator[bytes]:
        """Yield what a batch is in a state."""
        before = [known for _, known in self._batches if known.batch == state.batch - 1]
        begin = _End(before[0].place, before[0].skip) if before else _BEGINNING
        encoder = self._spec.encoder()
        yield encoder.begin()
        async for place, lines in self._the_crawl.pages(begin.place):
            if place > state.place + 1 or (place == state.place + 1 and not state.skip):
                break
            first = begin.skip if place == begin.place + 1 else 0
            last = state.skip if place == state.place + 1 else None
            rows = lines.splitlines(keepends=True)[first:last]
            yield encoder.encode(b"".join(rows))
        yield encoder.encode(unpack_lines(state.tail) if state.tail else b"")
        yield encoder.end()

    @property
    def _the_crawl(self) -> OutputCrawl:
        assert self._crawl is not None
        return self._crawl


def _still_holds(path: Path, state: OutputState) -> bool:
    """Return whether a file is there and holds what a crawl wrote."""
    if not state.hash or not path.is_file():
        return False
    with path.open("rb") as file:
        return holds(file.fileno(), state)
