"""An output that grows while the crawl runs: JSON lines, CSV. Its file has one writer."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final

from igcrawl.errors import BadInput, StoreError
from igcrawl.output.encoders import Encoder
from igcrawl.output.foreign import JSON_LINES, check_above, goes_on, is_whole_json, last_line, may_stand_above
from igcrawl.output.growing_file import GrowingFile
from igcrawl.output.output import OutputCrawl, OutputSpec
from igcrawl.output.output_state import OutputState
from igcrawl.output.own_part import (
    EMPTY_HASH,
    chunks_of,
    common_length,
    copy_part,
    encoded,
    holds,
    is_written_elsewhere,
    known_state,
    moved_part,
    row_of,
    why_not_above,
    write_all,
)
from igcrawl.output.part_file import PartFile, part_of
from igcrawl.output.place import hash_part, machine, new_hash
from igcrawl.store import OutputRow

logger = logging.getLogger(__name__)

#: Each of our lines begins so.
_RECORD: Final = b'{"type":'


class GrowingOutput:
    """A file to which records are appended as they are committed.

    Where the store keeps the records, the file follows it: what a kill kept from the file, and what others did to it,
    is written again from the store. Where it does not, the file is written before each commit, and is the only copy.

    Args:
        spec: what the operator asked for, with a path.
    """

    def __init__(self, spec: OutputSpec) -> None:
        assert spec.path is not None
        self._spec, self._path = spec, spec.path
        self.replaces = spec.replaces
        self._file = GrowingFile(spec.path)
        self._crawl: OutputCrawl | None = None
        self._encoder: Encoder = spec.encoder()
        self._hash = new_hash()
        self._noted = True
        #: None before the crawl has begun to write the file.
        self._state: OutputState | None = None

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
        return [self.name] if self._state is not None and self._path.exists() else []

    def take(self) -> None:
        """See `Output.take`."""
        self._file.take()

    async def check(self, crawl: OutputCrawl | None) -> None:
        """See `Output.check`."""
        known = None if crawl is None else await known_state(crawl, self._spec, self._path)
        if known is None and not self._spec.replaces and self._file.size:
            check_above(self._spec, self._path)
        if known is not None and crawl is not None and not crawl.kept:
            self._check_only_copy(known)

    async def begin(self, crawl: OutputCrawl) -> None:
        """See `Output.begin`."""
        self._crawl = crawl
        known = await known_state(crawl, self._spec, self._path)
        if known is None:
            await self._begin_new()
        elif not crawl.kept:
            self._check_only_copy(known)
            self._go_on(replace(known, tail=b"", next=None))
        elif known.format and known.format != self._spec.kind:
            await self._mend(known, "was written in another way")
        else:
            await self._reconcile(known)
        if crawl.kept:
            await self._catch_up()
        await self._note()

    def changed(self) -> OutputRow | None:
        """See `Output.changed`."""
        if self._noted or self._state is None or self._crawl is None:
            return None
        self._noted = True
        return row_of(self._crawl, self._path, self._state)

    async def grow(self, lines: bytes, first: int, last: int) -> None:
        """See `Output.grow`."""
        assert self._state is not None
        kept = self._the_crawl.kept
        if kept and self._file.was_touched:
            await self._come_back()
        if kept and self._state.place != first - 1:
            await self._catch_up()
        else:
            self._append(self._encoder.encode(lines))
            self._state.place = last

    def sync(self) -> None:
        """See `Output.sync`."""
        os.fdatasync(self._file.descriptor)

    async def finish(self, tail: bytes) -> None:
        """See `Output.finish`."""
        if not self._file.is_open or self._state is None or self._crawl is None:
            self.close()
            return
        for _ in range(2):
            await self._finish_once(tail)
            if self._file.is_in_place:
                self.close()
                return
            await self._come_back()
        raise StoreError(f"{self._path}: another program keeps changing it; give this crawl a file of its own, -O …")

    async def _finish_once(self, tail: bytes) -> None:
        assert self._state is not None
        assert self._crawl is not None
        if self._crawl.kept:
            if self._file.was_touched or not self._file.is_in_place:
                await self._come_back()
            await self._catch_up()
        data = self._encoder.encode(tail)
        if data:
            # Before it is written: a run that finds a part of it knows what it is.
            self._state.tail = data
            await self._note()
            self._file.append(data)
        self._file.sync()
        await self._note()

    async def _come_back(self) -> None:
        """Take the file again that somebody else has touched while the crawl ran."""
        assert self._crawl is not None
        if not self._crawl.kept:
            raise StoreError(
                f"{self._path}: another program has changed it in the meantime, and its records are kept nowhere else"
            )
        await self._note()
        self.close()
        self.take()
        await self.begin(self._crawl)

    def close(self) -> None:
        """See `Output.close`."""
        self._file.close(keep=self._state is not None)

    async def _begin_new(self) -> None:
        assert self._crawl is not None
        if self._crawl.begun and not self._crawl.kept:
            logger.warning("%s holds only what comes from now on: this crawl was begun without it", self._path)
        if self._spec.replaces and self._file.size and await is_written_elsewhere(self._crawl, self._path):
            await self._move_aside(OutputState(), "is not what this crawl wrote under this name on another machine")
            return
        if self._spec.replaces:
            self._file.cut(0)
        else:
            await self._end_others()
        await self._start_at(self._file.size)

    async def _end_others(self) -> None:
        """Make what stands in the file end with a whole line.

        Raises:
            BadInput: its last line was cut off, and not by a run that this store knows.
        """
        last = last_line(self._file.descriptor, self._file.size)
        if self._is_torn(self._file.size):
            await self._end_torn(len(last))
        elif last:
            self._file.append(b"\n")

    def _stands_below_others(self, state: OutputState, moved: OutputState) -> bool:
        """Return whether what stands above the crawl's part, which others have moved, makes a valid file with it."""
        above, header = os.pread(self._file.descriptor, moved.start, 0), self._spec.header()
        if not moved.start or not header:
            return may_stand_above(self._spec, above, header)
        rows = above.removeprefix(header)
        return state.start > 0 and rows != above and may_stand_above(self._spec, rows, header)

    def _is_others(self, state: OutputState, end: int) -> bool:
        """Return whether the file's beginning is what others had written there, or makes lines of the format."""
        if hash_part(self._file.descriptor, 0, end).hexdigest() == state.before:
            return True
        return goes_on(self._spec, self._path) and not self._is_torn(end)

    def _is_torn(self, end: int) -> bool:
        """Return whether the last line of what others wrote is none of the format."""
        last = last_line(self._file.descriptor, end)
        return bool(last) and self._spec.format in JSON_LINES and not is_whole_json(last)

    async def _end_torn(self, torn: int) -> None:
        """Cut off a line of another crawl of this store, which was killed while it wrote it."""
        assert self._crawl is not None
        for row in await self._crawl.store.outputs.at(machine(), str(self._path)):
            if await self._wrote_the_end(replace(self._crawl, crawl=row.crawl), OutputState.read(row.state)):
                self._file.cut(self._file.size - torn)
                return
        raise BadInput(f"-o {self._path}: its last line is cut off; repair it, give another file, or -O")

    async def _wrote_the_end(self, crawl: OutputCrawl, state: OutputState) -> bool:
        """Return whether a crawl has written all that stands in the file behind the beginning of its part."""
        if not await crawl.last():
            # Its records are kept nowhere else, and what it had not committed is known by its looks only.
            looks_ours = os.pread(self._file.descriptor, len(_RECORD), state.length) == _RECORD
            return looks_ours and holds(self._file.descriptor, state)
        content = encoded(crawl, self._spec.encoder(), headed=state.start > 0)
        return state.start + await common_length(self._file.descriptor, state.start, content) == self._file.size

    async def _behind(self, crawl: OutputCrawl, state: OutputState) -> AsyncIterator[bytes]:
        """Yield what the store would write behind a crawl's part."""
        encoder = self._spec.encoder()
        first = encoder.begin(headed=state.length > 0)
        if state.length == state.start:
            yield first
        async for _, lines in crawl.pages(state.place):
            yield encoder.encode(lines)

    async def _start_at(self, start: int) -> None:
        """Begin the crawl's part at the file's end."""
        before = hash_part(self._file.descriptor, 0, start).hexdigest() if start else ""
        self._go_on(OutputState(format=self._spec.kind, start=start, before=before, length=start, hash=EMPTY_HASH))
        await self._note()

    def _go_on(self, state: OutputState) -> None:
        """Go on behind the crawl's part; what stands behind it is ours and comes again."""
        self._state = state
        self._file.cut(state.length)
        self._hash = hash_part(self._file.descriptor, state.start, state.length)
        state.format = self._spec.kind
        self._encoder = self._spec.encoder()
        first = self._encoder.begin(headed=state.length > 0)
        self._append(first)

    def _check_only_copy(self, state: OutputState) -> None:
        """Check a file that is the only copy of its records.

        Raises:
            BadInput: it is not as the crawl left it.
        """
        size, advice = self._file.size, "put it back, or start over with -a fresh=1"
        if size < state.length:
            is_short = f"shorter ({size:,} bytes) than what the crawl has written ({state.length:,})"
            raise BadInput(f"{self._path}: {'missing' if self._file.made else is_short}; {advice}")
        if state.hash and not holds(self._file.descriptor, state):
            raise BadInput(
                f"{self._path}: changed since the crawl wrote it, and its records are kept nowhere else; {advice}"
            )
        behind = os.pread(self._file.descriptor, size - state.length, state.length)
        if not all(line.startswith(_RECORD[: len(line)]) for line in behind.split(b"\n")):
            raise BadInput(f"{self._path}: another program has written after this crawl's records; move that elsewhere")

    async def _reconcile(self, state: OutputState) -> None:
        """Make the file hold what the crawl has written, whatever others have done to it."""
        if state.next is not None and holds(self._file.descriptor, state.next):
            state = state.next
        if not holds(self._file.descriptor, state):
            content = encoded(self._the_crawl, self._spec.encoder(), headed=state.start > 0)
            moved = await moved_part(self._file.descriptor, state, content)
            if moved is None or not self._stands_below_others(state, moved):
                await self._mend(state, "is missing" if self._file.made else "is not as this crawl left it")
                return
            state = moved
        if not self._is_others(state, state.start):
            await self._move_aside(state, "is not what others left above this crawl's records")
            return
        behind = max(
            await common_length(self._file.descriptor, state.length, chunks_of(state.tail)),
            await common_length(self._file.descriptor, state.length, self._behind(self._the_crawl, state)),
        )
        end = state.length + behind
        if end < self._file.size:
            await self._put_above(state, end)
        else:
            self._go_on(replace(state, tail=b"", next=None))

    async def _mend(self, state: OutputState, why: str) -> None:
        """Write the crawl's part again; the file is kept beside itself when it holds what the store does not."""
        size, start = self._file.size, min(state.start, self._file.size)
        content = encoded(self._the_crawl, self._spec.encoder(), headed=start > 0)
        ours = start + await common_length(self._file.descriptor, start, content) == size or await self._was_ours(state)
        if not ours or (start and not self._is_others(state, start)):
            await self._move_aside(state, why)
            return
        logger.warning("%s: %s; its records are written again from the store", self._path, why)
        self._file.cut(start)
        if start and last_line(self._file.descriptor, start):
            await self._end_others()
        await self._start_at(self._file.size)

    async def _was_ours(self, state: OutputState) -> bool:
        """Return whether the file holds nothing but what this crawl wrote there in another way."""
        return (
            state.format != self._spec.kind
            and self._file.size == state.length + len(state.tail)
            and holds(self._file.descriptor, state)
        )

    async def _move_aside(self, state: OutputState, why: str) -> None:
        old, aside = self._file.move_aside()
        logger.warning(
            "%s: %s; the file found there is now %s, and its records are written again from the store",
            self._path,
            why,
            aside.name,
        )
        with old:
            intact = hash_part(old.fileno(), 0, state.start).hexdigest() == state.before
            if state.start and intact and not self._spec.replaces:
                copy_part(old.fileno(), self._file.descriptor, state.start)
        await self._start_at(self._file.size)

    async def _put_above(self, state: OutputState, end: int) -> None:
        """Put what others have appended above the crawl's part: its records go on below."""
        added = os.pread(self._file.descriptor, self._file.size - end, end)
        header = self._spec.header()
        if (why := await why_not_above(self._the_crawl, self._spec, added, header)) is not None:
            await self._move_aside(state, why)
            return
        with part_of(self._path) as part:
            copy_part(self._file.descriptor, part.descriptor, state.start)
            write_all(part.descriptor, (b"" if state.start else header) + added)
            write_all(part.descriptor, b"" if added.endswith(b"\n") else b"\n")
            await self._go_on_in(part, state)
        logger.warning("%s: what others have appended is now above this crawl's records", self._path)

    async def _go_on_in(self, part: PartFile, state: OutputState) -> None:
        """Write the crawl's part into a file that is to take the place of this one."""
        # The old file stays locked until the new one has its place.
        with self._file.write_in(part):
            start = self._file.size
            before = hash_part(self._file.descriptor, 0, start).hexdigest()
            self._go_on(OutputState(format=self._spec.kind, start=start, before=before, length=start, hash=EMPTY_HASH))
            await self._catch_up()
            assert self._state is not None
            self._state.hash = self._hash.hexdigest()
            await self._the_crawl.store.outputs.put(
                row_of(self._the_crawl, self._path, replace(state, next=self._state))
            )
            self._file.sync()
            part.take_place()

    async def _catch_up(self) -> None:
        """Append what the store holds and the file does not."""
        assert self._state is not None
        async for place, lines in self._the_crawl.pages(self._state.place):
            self._append(self._encoder.encode(lines))
            self._state.place = place

    def _append(self, data: bytes) -> None:
        """Append to the crawl's part, all or nothing."""
        assert self._state is not None
        self._file.append(data)
        self._hash.update(data)
        self._state.length += len(data)
        self._state.hash = self._hash.hexdigest()
        self._state.facts = self._file.facts
        self._noted = False

    async def _note(self) -> None:
        assert self._state is not None
        self._state.facts = self._file.facts
        await self._the_crawl.store.outputs.put(row_of(self._the_crawl, self._path, self._state))
        self._noted = True

    @property
    def _the_crawl(self) -> OutputCrawl:
        assert self._crawl is not None
        return self._crawl
