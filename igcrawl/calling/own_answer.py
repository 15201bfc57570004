"""Requests of aiohttp's client that are sent once, and that take no answer but their own."""

from __future__ import annotations

import asyncio
import select

import aiohttp
from aiohttp.connector import Connection


class UnaskedAnswer(aiohttp.ClientConnectionError):
    """Raised where a server has sent something over a connection before it was asked. Nothing was sent."""


class OwnAnswerRequest(aiohttp.ClientRequest):
    """A request that is not sent over a connection where an answer waits already: it would be taken for its own."""

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        """Send the request.

        Raises:
            UnaskedAnswer: something came over the connection before.
        """
        if _has_received(conn):
            # What the system has received is read in the loop's next turn, and known in the one after that.
            for _ in range(2):
                await asyncio.sleep(0)
        if conn.protocol is not None and conn.protocol.should_close:
            raise UnaskedAnswer("the server sent something before it was asked")
        return await super().send(conn)


def _has_received(connection: Connection) -> bool:
    """Return whether the system has received something that the loop has not read yet."""
    transport = connection.transport
    socket = transport.get_extra_info("socket") if transport is not None else None
    if socket is None:
        return True
    waiting = select.poll()
    waiting.register(socket.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


async def send_once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Send a request once, as a middleware of aiohttp's client.

    When a connection breaks, aiohttp by itself would send a GET again, past the budget of the session.

    Raises:
        ClientConnectionError: the connection broke.
        ClientError: any other of aiohttp's.
    """
    try:
        try:
            return await handler(request)
        except UnaskedAnswer:
            return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
        raise aiohttp.ClientConnectionError("the connection broke") from None
