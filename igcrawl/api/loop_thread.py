"""A thread with an asyncio loop of its own, for callers who have none, or whose own one is busy."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, Final, TypeVar

from igcrawl.errors import BadInput

_FORKED: Final = "this client belongs to the process that this one was forked from; make one in each process"

T = TypeVar("T")


class LoopThread:
    """A thread that runs coroutines for others. It begins with the first of them."""

    def __init__(self) -> None:
        # A forked process has none of its parent's threads.
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Event | None = None

    @property
    def is_begun(self) -> bool:
        """True if the thread runs."""
        return self._thread is not None and self._process == os.getpid()

    @property
    def is_current(self) -> bool:
        """True if this is the thread itself."""
        return self._thread is threading.current_thread()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine and return its result. Ctrl-C cancels it, and is raised when it has come to its end.

        Raises:
            BadInput: this process was forked from the one that it belongs to.
        """
        if self._process != os.getpid():
            coroutine.close()
            raise BadInput(_FORKED)
        loop = self._begun()
        begun: Future[asyncio.Task[T]] = Future()
        ended: Future[None] = Future()

        def begin() -> None:
            task = loop.create_task(coroutine)
            task.add_done_callback(end)
            begun.set_result(task)

        def end(task: asyncio.Task[T]) -> None:
            if not task.cancelled():
                # Asked for here: a caller who was interrupted does not ask.
                task.exception()
            ended.set_result(None)

        def cancel() -> None:
            if begun.done():
                begun.result().cancel()
            else:
                coroutine.close()
                ended.set_result(None)

        try:
            loop.call_soon_threadsafe(begin)
            ended.result()
        except BaseException:
            loop.call_soon_threadsafe(cancel)
            ended.result()
            raise
        return begun.result().result()

    def stop(self) -> None:
        """End the thread. Does no harm twice, and none in a forked process."""
        if not self.is_begun:
            return
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is None or self._loop is None or self._ended is None:
            return
        self._loop.call_soon_threadsafe(self._ended.set)
        if thread is not threading.current_thread():
            thread.join()

    def _begun(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._thread is None:
                begun = threading.Event()
                # A program that forgets to close its client ends all the same.
                self._thread = threading.Thread(
                    target=lambda: asyncio.run(self._serve(begun)), name="igcrawl", daemon=True
                )
                self._thread.start()
                begun.wait()
            assert self._loop is not None
            return self._loop

    async def _serve(self, begun: threading.Event) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        begun.set()
        await self._ended.wait()
