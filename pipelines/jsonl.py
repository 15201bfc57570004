"""JSON lines, exactly once: a file that a resumed crawl cuts back to what was committed and goes on with."""

from __future__ import annotations

import fcntl
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from igcrawl.calling.run_context import RunContext
from igcrawl.config.config import read_config
from igcrawl.errors import BadInput
from igcrawl.items import Page, WalkEnd
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.output.json_lines import to_lines
from igcrawl.verdict import FINAL, Verdict

#: Each of our lines begins so.
_RECORD: Final = b'{"type":'
_BLOCK: Final = 1 << 16


class JsonLinesFile:
    """A file of records with one writer.

    Walk records of walks that the same command goes on with stand behind the committed length: the run that goes on
    cuts them off, so that in the end each walk has one record. Those of walks that a limit has stopped may go on, or
    not: the store gives them back at the end of each run.

    Args:
        path: absolute.
        replace: whether a new crawl replaces what the file holds.
    """

    def __init__(self, path: Path, replace: bool) -> None:
        self._path = path
        self._replace = replace
        self._file: BinaryIO | None = None
        self._made = False
        self._open_ends: dict[str, Any] = {}

    @property
    def path(self) -> str:
        """Its absolute path."""
        return str(self._path)

    def take(self) -> None:
        """Open the file for this process alone; what it holds is left as it is.

        Raises:
            BadInput: another process writes it, or it cannot be opened.
        """
        while self._file is None:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._made = not self._path.exists()
                file = self._path.open("a+b", buffering=0)
            except OSError as error:
                raise BadInput(f"output {self._path}: {error.strerror or error}") from None
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                file.close()
                taken = "another process writes it; give this one a file of its own, -O …"
                raise BadInput(f"{self._path}: {taken}") from None
            if self._path.exists() and os.path.samestat(os.fstat(file.fileno()), self._path.stat()):
                self._file = file
            else:
                # A run that had nothing to write has just removed it.
                file.close()

    def begin(self) -> int:
        """Return the length at which a crawl that has not written the file begins: where a line begins.

        Raises:
            OSError: the last line cannot be read, or ended.
        """
        if self._replace:
            return 0
        length = self._length()
        last = self._last_line(length)
        if last and (last.startswith(_RECORD) or _RECORD.startswith(last)) and not _is_whole(last):
            # Torn: its run was killed while it wrote.
            return length - len(last)
        if last:
            self._write(b"\n")
        return self._length()

    def _last_line(self, length: int) -> bytes:
        """Return what stands behind the last end of a line."""
        assert self._file is not None
        last = b""
        while length and b"\n" not in last:
            start = max(length - _BLOCK, 0)
            last = os.pread(self._file.fileno(), length - start, start) + last
            length = start
        return last.rpartition(b"\n")[2]

    def go_on(self, length: int) -> None:
        """Cut the file back to its committed length and write on from there.

        Raises:
            BadInput: it is missing, or shorter than that.
            OSError: it cannot be cut.
        """
        assert self._file is not None
        there = self._length()
        if there < length:
            state = (
                "missing" if self._made else f"shorter ({there:,} bytes) than what the crawl has written ({length:,})"
            )
            raise BadInput(f"{self._path}: {state}; put it back, or start over with -a fresh=1")
        self._file.truncate(length)
        self._made = False

    def write(self, records: list[Any]) -> None:
        """Write records, or keep those that are not final until the end.

        Raises:
            OSError: they cannot be written.
        """
        self._write(to_lines([record for record in records if not _is_open_end(record)]))
        for end in (record for record in records if isinstance(record, WalkEnd)):
            # A walk that was made to wait again meanwhile has a later record.
            self._open_ends.pop(end.walk, None)
            if _is_open_end(end) and end.verdict != Verdict.STOPPED:
                self._open_ends[end.walk] = end

    def _write(self, lines: bytes) -> None:
        assert self._file is not None
        rest = memoryview(lines)
        while rest:
            # A disk that is nearly full takes a part.
            rest = rest[self._file.write(rest) :]

    def sync(self) -> int:
        """Bring what was written to the disk, and return the file's length.

        Raises:
            OSError: it cannot be written.
        """
        assert self._file is not None
        os.fdatasync(self._file.fileno())
        return self._length()

    async def finish(self, length: int | None, stopped: AsyncIterator[Any]) -> None:
        """Cut off what was not committed, add the records of walks that are to go on, and close.

        Args:
            length: the committed length; None when the crawl never came to write.
            stopped: records of walks that a limit has stopped.

        Raises:
            OSError: it cannot be written.
        """
        if self._file is None:
            return
        try:
            if length is not None:
                self._file.truncate(length)
                self._write(to_lines(self._open_ends.values()))
                async for record in stopped:
                    self._write(to_lines([record]))
                os.fsync(self._file.fileno())
            elif self._made and not self._length():
                self._path.unlink(missing_ok=True)
        finally:
            self._file.close()
            self._file = None

    def _length(self) -> int:
        assert self._file is not None
        return os.fstat(self._file.fileno()).st_size


class JsonLinesPipeline:
    """Writes each record once into the file that `IG_JSONL`, or a local `-O` or `-o` of that format, names."""

    def __init__(self, context: RunContext, file: JsonLinesFile) -> None:
        self._file = file
        self._stopping = context.stopping
        context.sinks.files.append(file)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> JsonLinesPipeline:
        """Build it from the crawler's settings.

        Raises:
            NotConfigured: no file was named.
        """
        config = read_config(crawler.settings, OPERATIONS)
        if config.jsonl is None:
            raise NotConfigured
        return cls(RunContext.of(crawler), JsonLinesFile(config.jsonl, config.jsonl_replace))

    def process_item(self, item: Any) -> Any:
        """Write a page's records, or one record."""
        try:
            self._file.write(item.records if isinstance(item, Page) else [item])
        except OSError as error:
            # The page is not committed, so the same command asks for it again.
            self._stopping.begin(f"{self._file.path}: {error.strerror or error}")
        return item


def _is_whole(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


def _is_open_end(record: Any) -> bool:
    return isinstance(record, WalkEnd) and record.verdict not in FINAL
