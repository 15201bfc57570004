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
#: Seconds after which a connection that waits looks around without a reason. Zero, psycopg's default, would be as often
#: as the event loop can.
_LOOK_UP: Final = 60.0


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
            return await waiting.wait_async(gen, self.pgconn.socket, interval, timeout)
        except asyncio.CancelledError:
            self.pgconn.finish()
            raise


class _Running:
    """A statement that runs.

    Args:
        connection: runs it.
    """

    __slots__ = ("asking", "connection", "given_up", "timer")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.given_up = False
        #: Goes off when it takes long, which hardly one does; then the server is asked.
        self.timer: asyncio.TimerHandle | None = None
        self.asking: asyncio.Task[None] | None = None

    def leave_alone(self) -> None:
        """Do not ask the server any more."""
        if self.timer is not None:
            self.timer.cancel()
        if self.asking is not None:
            self.asking.cancel()


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
        self._hurried = False
        self._running: set[_Running] = set()

    @property
    def patience(self) -> float:
        """Seconds to wait for an answer now."""
        less = self._hurried or time.monotonic() < self._less_until
        return self._silence / _LESS if less else self._silence

    def hurry(self, wanted: bool = True) -> None:
        """Wait less from now on, for what runs already, too: the operator wants to stop."""
        begins = wanted and not self._hurried
        self._hurried = wanted
        if begins:
            for running in self._running:
                running.leave_alone()
                self._look_later(running)

    def note(self, *, silent: bool) -> None:
        """Note whether the server was silent when it was asked last."""
        self._less_until = time.monotonic() + self._silence * _LESS_FOR if silent else 0.0

    @asynccontextmanager
    async def watch(self, connection: Connection) -> AsyncIterator[None]:
        """Give up a connection, whose statement fails by that, when the server falls silent.

        Raises:
            Silent: it did.
        """
        running = _Running(connection)
        self._running.add(running)
        self._look_later(running)
        try:
            yield
        except psycopg.Error:
            if running.given_up:
                raise Silent(self._silence) from None
            raise
        finally:
            running.leave_alone()
            self._running.discard(running)

    def _look_later(self, running: _Running) -> None:
        # Half of the time for the statement, half for the sign of life.
        running.timer = asyncio.get_running_loop().call_later(self.patience / 2, self._look, running)

    def _look(self, running: _Running) -> None:
        running.asking = asyncio.create_task(self._ask(running))

    async def _ask(self, running: _Running) -> None:
        try:
            await self._probe(self.patience / 2)
        except Silent:
            self.note(silent=True)
            running.given_up = True
            _hang_up(running.connection)
        else:
            self._look_later(running)


def _hang_up(connection: Connection) -> None:
    """End a connection so that who waits for it wakes up."""
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as end:
        end.shutdown(socket.SHUT_RDWR)
