"""The thread of a client without a loop: where Ctrl-C comes, nothing goes on behind its back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from igcrawl.api.loop_thread import LoopThread


class InterruptedLoop:
    """A loop in whose first call from another thread Ctrl-C comes.

    Args:
        loop: the real one.
        when: whether the call has reached the loop by then.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, when: str) -> None:
        self._loop, self._when = loop, when

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)

    def call_soon_threadsafe(self, call: Any) -> None:
        when, self._when = self._when, "over"
        if when != "before":
            self._loop.call_soon_threadsafe(call)
        if when != "over":
            raise KeyboardInterrupt


@pytest.mark.parametrize("when", ["before", "after"])
def test_ctrl_c_at_the_beginning_of_a_call_ends_it(when: str) -> None:
    thread = LoopThread()
    states: list[str] = []

    async def call() -> None:
        states.append("begun")
        try:
            await asyncio.sleep(60)
        finally:
            states.append("ended")

    async def loop() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    real = thread.run(loop())
    thread._loop = InterruptedLoop(real, when)  # type: ignore[assignment]
    try:
        with pytest.raises(KeyboardInterrupt):
            thread.run(call())
        assert thread.run(loop()) is real
        assert states in ([], ["begun", "ended"])
    finally:
        thread.stop()
