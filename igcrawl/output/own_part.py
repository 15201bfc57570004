"""The part of a file that a crawl has written: recognised by its hash, and by what the store would write there."""

from __future__ import annotations

import mmap
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from igcrawl.output.encoders import Encoder
from igcrawl.output.foreign import may_stand_above, walks_in
from igcrawl.output.output import OutputCrawl, OutputSpec
from igcrawl.output.output_state import OutputState
from igcrawl.output.place import FileFacts, hash_part, machine, new_hash
from igcrawl.store import OutputRow

_BLOCK: Final = 1 << 20
#: So many bytes tell one output from all others.
_BEGINNING: Final = 200
EMPTY_HASH: Final = new_hash().hexdigest()


async def known_state(crawl: OutputCrawl, spec: OutputSpec, path: Path) -> OutputState | None:
    """Return the state in which a crawl left a file; None when the crawl has not written it.

    A file that the crawl wrote under another path, or on a machine of another name, counts, too, where its part can be
    recognised: files are moved and copied, folders renamed, and a container has another name at each start.
    """
    store = crawl.store
    for name in (machine(), ""):
        for row in await store.outputs.at(name, str(path)):
            if row.crawl == crawl.crawl:
                return OutputState.read(row.state)
    rows = reversed(await store.outputs.of(crawl.crawl))
    for row in sorted(rows, key=lambda row: row.path != str(path)):
        state = OutputState.read(row.state)
        if state.format == spec.kind and await _is_known(crawl, spec, path, state, moved=row.path != str(path)):
            return state
    return None


async def _is_known(crawl: OutputCrawl, spec: OutputSpec, path: Path, state: OutputState, *, moved: bool) -> bool:
    """Return whether a file is one that the crawl has written, whatever has happened to it since."""
    facts = FileFacts.of(path)
    if facts is None or not facts.length:
        return False
    # The number of a file that is gone is given to another, which may be anybody's.
    if not moved and state.facts is not None and state.facts.inode == facts.inode:
        return True
    beginning = b""
    # Without what each file of the format begins with.
    content = encoded(crawl, spec.encoder(), headed=not spec.encloses)
    await anext(content)
    async for chunk in content:
        beginning += chunk
        if len(beginning) >= _BEGINNING:
            break
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        for known in (state, state.next or state):
            if known.hash and holds(file.fileno(), known) and (not moved or _is_telling(spec, file.fileno(), known)):
                return True
        if len(beginning) >= _BEGINNING and whole.find(beginning[:_BEGINNING]) >= 0:
            return True
        content = encoded(crawl, spec.encoder(), headed=state.start > 0)
        return state.start < facts.length == state.start + await common_length(file.fileno(), state.start, content)


def _is_telling(spec: OutputSpec, file: int, state: OutputState) -> bool:
    """Return whether a crawl's part of a file is surely its own: it is long, or it is all there is, with a record."""
    own = state.length - state.start
    if own >= len(spec.header()) + _BEGINNING:
        return True
    behind = os.pread(file, len(state.tail) + 1, state.length)
    encoder = spec.encoder()
    return behind in (b"", state.tail) and own + len(behind) > len(encoder.begin() + encoder.end())


async def is_written_elsewhere(crawl: OutputCrawl, path: Path) -> bool:
    """Return whether a crawl has written a file of this path on a machine of another name."""
    return any(row.path == str(path) and row.machine != machine() for row in await crawl.store.outputs.of(crawl.crawl))


def row_of(crawl: OutputCrawl, path: Path, state: OutputState) -> OutputRow:
    """Return what is to be noted of a file."""
    return OutputRow(crawl.crawl, machine(), str(path), state.kept())


def holds(file: int, state: OutputState) -> bool:
    """Return whether a file holds, in its place, what a crawl wrote.

    Args:
        file: a descriptor.
        state: with a hash.

    Raises:
        OSError: the file cannot be read.
    """
    if os.fstat(file).st_size < state.length:
        return False
    return bool(hash_part(file, state.start, state.length).hexdigest() == state.hash)


async def moved_part(file: int, state: OutputState, content: AsyncIterator[bytes]) -> OutputState | None:
    """Return where the crawl's part stands after others have changed what is above it; None when it is gone.

    Args:
        file: a descriptor.
        state: as it is known.
        content: what the store would write there.

    Raises:
        OSError: the file cannot be read.
    """
    own = state.length - state.start
    first = b""
    async for chunk in content:
        first += chunk
        if len(first) >= min(own, _BLOCK):
            break
    first = first[: min(own, _BLOCK)]
    if not first or os.fstat(file).st_size < own:
        return None
    with mmap.mmap(file, 0, access=mmap.ACCESS_READ) as whole:
        start = whole.find(first)
        while start >= 0:
            moved = replace(state, start=start, length=start + own)
            if (start == 0 or whole[start - 1 : start] == b"\n") and holds(file, moved):
                return replace(moved, before=hash_part(file, 0, start).hexdigest() if start else "")
            start = whole.find(first, start + 1)
    return None


async def why_not_above(crawl: OutputCrawl, spec: OutputSpec, data: bytes, header: bytes) -> str | None:
    """Return why what was appended to a crawl's part may not stand above it; None when it may.

    Args:
        crawl, spec: whose output it is.
        data: what was appended.
        header: the file's first line, where the format has one.
    """
    if not may_stand_above(spec, data, header):
        return "others have written into it"
    for walk in walks_in(spec, data, header):
        # A copy of the store wrote them, or this one before it was restored. They would be there twice.
        if await crawl.store.walks.has(crawl.crawl, walk):
            return "holds records of this crawl that its store does not have"
    return None


async def common_length(file: int, start: int, chunks: AsyncIterator[bytes]) -> int:
    """Return how many bytes of a file, from a place on, are the first of what comes in chunks.

    Raises:
        OSError: the file cannot be read.
    """
    place = start
    async for chunk in chunks:
        there = os.pread(file, len(chunk), place)
        if there != chunk:
            return place - start + _common(there, chunk)
        place += len(chunk)
    return place - start


def _common(one: bytes, other: bytes) -> int:
    """Return how many bytes two texts have in common at their beginning."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


async def chunks_of(*parts: bytes) -> AsyncIterator[bytes]:
    """Yield parts as chunks."""
    for part in parts:
        yield part


async def encoded(
    crawl: OutputCrawl, encoder: Encoder, *, headed: bool, until: int | None = None, tail: bytes = b""
) -> AsyncIterator[bytes]:
    """Yield the whole of what a crawl's output holds.

    Args:
        crawl: whose records.
        encoder: a new one.
        headed: whether the file's first line stands there already.
        until: place of the last page; None for all.
        tail: JSON lines behind the last page.
    """
    yield encoder.begin(headed=headed)
    async for place, lines in crawl.pages():
        if until is not None and place > until:
            break
        yield encoder.encode(lines)
    yield encoder.encode(tail)
    yield encoder.end()


def copy_part(source: int, target: int, end: int) -> None:
    """Copy the beginning of a file to the end of another.

    Raises:
        OSError: it cannot be read or written.
    """
    start = 0
    while start < end and (block := os.pread(source, min(_BLOCK, end - start), start)):
        write_all(target, block)
        start += len(block)


def write_all(file: int, data: bytes) -> None:
    """Write all of some data; a disk that is nearly full takes a part.

    Raises:
        OSError: it cannot be written.
    """
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]
