"""Silence of a Postgres server: told from a statement that takes long, and given up after some seconds.

A time limit on statements would cut those that are long for good reason: a migration, a million targets, an export. So
while one runs, the server is asked by another connection whether it answers at all. Only when that one is not answered
either, the statement is given up. A machine that fell off the network is told by TCP (see `tcp_user_timeout`).
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, TypeAlias

import psycopg
from psycopg import waiting
from psycopg.rows import DictRow

Connection: TypeAlias = psycopg.AsyncConnection[DictRow]
#: Seconds after which a server that says nothing is given up.
SILENCE: Final = 10.0
#: Once it was silent, so much less is waited for it, for so many times these seconds: what a run does at its end must
#: not wait again and again.
_LESS: Final = 5.0
_LESS_FOR: Final = 3.0

#: Seconds between two looks at a connection that says nothing; without a span psycopg would look all the time.
_LOOK_UP: Final = 0.1


class Silent(psycopg.OperationalError):
    """Raised when the server has not answered for some seconds.

    Args:
        seconds: how many.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the server has not answered for {seconds:g} s")


class Watched(psycopg.AsyncConnection[Any]):
    """A connection that is given up at once by who is cancelled while a statement runs, as by Ctrl-C.

    psycopg would ask the server to cancel the statement, and wait for its answer. The server ends the transaction of a
    connection that is gone.
    """

    async def wait(self, gen: Any, interval: float = _LOOK_UP, timeout: float | None = None) -> Any:
        """Wait for a step of the protocol."""
        try:
            return await waiting.wait_async(gen, self.pgconn.socket, interval=interval, timeout=timeout)
        except asyncio.CancelledError:
            self.pgconn.finish()
            raise


class Watchman:
    """Watches over statements that run.

    Args:
        probe: asks the server for a sign of life within so many seconds; raises `Silent` when there is none.
        silence: seconds after which a server that says nothing is given up.
    """

    def __init__(self, probe: Callable[[float], Awaitable[None]], silence: float) -> None:
        self._probe = probe
        self._silence = silence
        self._less_until = 0.0
        self._hurried = asyncio.Event()

    @property
    def patience(self) -> float:
        """Seconds to wait for an answer now."""
        less = self._hurried.is_set() or time.monotonic() < self._less_until
        return self._silence / _LESS if less else self._silence

    def hurry(self, wanted: bool = True) -> None:
        """Wait less from now on, for what runs already, too: the operator wants to stop."""
        if wanted:
            self._hurried.set()
        else:
            self._hurried.clear()

    def note(self, *, silent: bool) -> None:
        """Note whether the server was silent when it was asked last."""
        self._less_until = time.monotonic() + self._silence * _LESS_FOR if silent else 0.0

    @asynccontextmanager
    async def watch(self, connection: Connection) -> AsyncIterator[None]:
        """Give up a connection, whose statement fails by that, when the server falls silent.

        Raises:
            Silent: it did.
        """
        given_up = asyncio.Event()
        watching = asyncio.create_task(self._watch(connection, given_up))
        try:
            yield
        except psycopg.Error:
            if given_up.is_set():
                raise Silent(self._silence) from None
            raise
        finally:
            watching.cancel()

    async def _watch(self, connection: Connection, given_up: asyncio.Event) -> None:
        while True:
            # Both halves together are the limit.
            half = self.patience / 2
            if self._hurried.is_set():
                await asyncio.sleep(half)
            else:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._hurried.wait(), half)
                    half = self.patience / 2
            try:
                await self._probe(half)
            except Silent:
                self.note(silent=True)
                given_up.set()
                _hang_up(connection)
                return


def _hang_up(connection: Connection) -> None:
    """End a connection so that who waits for it wakes up."""
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as end:
        end.shutdown(socket.SHUT_RDWR)
