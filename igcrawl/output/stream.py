"""An output that is read as it comes: standard output, a pipe, a device. What was read cannot be looked at again."""

from __future__ import annotations

import asyncio
import errno
import io
import logging
import os
import select
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from igcrawl.errors import BadInput, StoreError
from igcrawl.output.output import OutputCrawl, OutputSpec
from igcrawl.stopping import Stopping
from igcrawl.store import OutputRow

logger = logging.getLogger(__name__)

#: A pipe that can be written to takes so many bytes at once: a crawl must not be held where no signal reaches it.
_AT_ONCE: Final = select.PIPE_BUF
#: Seconds between two looks for a reader.
_LOOK_AGAIN: Final = 0.1
#: Seconds in which a reader must take something once the run is being stopped.
_PATIENCE: Final = 2.0


class StreamOutput:
    """An output that gets what a run brings.

    Args:
        spec: what the operator asked for; without a path it is standard output.
        name: see `Output.name`.
        stopping: of the run, which no reader may hold up.
    """

    def __init__(self, spec: OutputSpec, name: str, stopping: Stopping) -> None:
        self._spec, self._stopping = spec, stopping
        self.name, self.key = name, spec.uri
        self.replaces = False
        self._encoder = spec.encoder()
        self._file: int | None = None
        #: What stands in the place of standard output in a notebook or a test.
        self._substitute: Any = None
        self._begun = self._failed = False

    @property
    def written(self) -> Sequence[str]:
        """Its name once it has all that the run brought."""
        return [self.name] if self._begun and not self._failed else []

    def take(self) -> None:
        """See `Output.take`."""
        if self._spec.path is None:
            self._take_standard_output()
            return
        try:
            self._file = os.open(self._spec.path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
        except OSError as error:
            # Of a pipe that says that nobody reads it yet.
            if error.errno != errno.ENXIO or not self._spec.path.is_fifo():
                raise BadInput(f"output {self.name}: {error.strerror or error}") from None

    def _take_standard_output(self) -> None:
        if sys.__stdout__ is None:
            raise BadInput(f"output {self.name}: it is closed; name a file")
        # Scrapy's LOG_STDOUT takes the place of the first.
        for stream in (sys.stdout, sys.__stdout__):
            with suppress(AttributeError, io.UnsupportedOperation):
                stream.flush()
                self._file = os.dup(stream.fileno())
                return
            self._substitute = getattr(stream, "buffer", None)
            if self._substitute is not None:
                return
        raise BadInput(f"output {self.name}: nothing can be written to it here; name a file")

    async def check(self, crawl: OutputCrawl | None) -> None:
        """Do nothing: it goes on with nothing."""

    async def begin(self, crawl: OutputCrawl) -> None:
        """Wait until somebody reads.

        Raises:
            Interrupted: the run is being stopped meanwhile.
        """
        if self._file is None and self._substitute is None:
            logger.warning("%s: nobody reads this pipe yet; the crawl begins when another program opens it", self.name)
        while self._file is None and self._substitute is None:
            await self._stopping.sleep(_LOOK_AGAIN)
            self.take()

    def changed(self) -> OutputRow | None:
        """Return nothing."""
        return None

    async def grow(self, lines: bytes, first: int, last: int) -> None:
        """See `Output.grow`."""
        if not self._failed:
            await self._write(lines)

    def sync(self) -> None:
        """Do nothing: a reader has what was written."""

    async def finish(self, tail: bytes) -> None:
        """See `Output.finish`."""
        if self._failed or not (self._begun or tail):
            return
        await self._write(tail, ends=True)

    async def _write(self, lines: bytes, *, ends: bool = False) -> None:
        encoder = self._encoder
        data = (b"" if self._begun else encoder.begin()) + encoder.encode(lines) + (encoder.end() if ends else b"")
        self._begun = True
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[await self._write_some(rest[:_AT_ONCE]) :]
        except BaseException:
            self._failed = True
            raise

    async def _write_some(self, data: memoryview) -> int:
        if self._file is None:
            self._substitute.write(data)
            return len(data)
        if not _is_writable(self._file):
            await self._until_writable(self._file)
        try:
            return os.write(self._file, data)
        except BlockingIOError:
            # Another program that writes into the pipe was faster.
            return 0

    async def _until_writable(self, file: int) -> None:
        """Wait until a reader has taken something.

        Raises:
            StoreError: the run is being stopped, and nobody reads.
        """
        loop, writable = asyncio.get_running_loop(), asyncio.Event()
        loop.add_writer(file, writable.set)
        patience = _PATIENCE
        try:
            while not writable.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(writable.wait(), _LOOK_AGAIN)
                patience -= _LOOK_AGAIN if self._stopping.begun else 0
                if patience <= 0:
                    raise StoreError(f"{self.name}: nobody reads it any more; it is not whole")
        finally:
            loop.remove_writer(file)

    def close(self) -> None:
        """See `Output.close`."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)


def _is_writable(file: int) -> bool:
    """Return whether a descriptor can be written to at once, or says at once why not."""
    poll = select.poll()
    poll.register(file, select.POLLOUT)
    return bool(poll.poll(0))
