"""A proxy in front of Postgres that knows a COMMIT when it sees one, and cuts the connection around it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from enum import Enum, auto
from queue import Queue
from threading import Thread
from urllib.parse import urlsplit

from psycopg.conninfo import conninfo_to_dict

#: Messages of the client that hold the text of a statement: Query, and Parse, whose text stands behind a name.
_TEXTS = b"QP"
_READY = b"Z"


class Cut(Enum):
    """The moment at which a connection is cut."""

    #: The COMMIT is not passed on, and the server sees the cut, too.
    BEFORE = auto()
    #: The COMMIT is not passed on, and the server waits for it.
    BEFORE_UNSEEN = auto()
    #: The COMMIT is passed on, and both sides are cut at once.
    AT_ONCE = auto()
    #: The server has answered, and the client does not hear it.
    AFTER = auto()


class CommitProxy:
    """A proxy that cuts connections.

    Args:
        socket: of the server.
    """

    def __init__(self, socket: str) -> None:
        self._socket = socket
        #: For the next commits, one each; None lets one through.
        self.cuts: deque[Cut | None] = deque()
        #: Takes no further connections.
        self.closed = False
        self._ends: list[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = []

    async def serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        """Serve a connection until either side ends it."""
        if self.closed:
            to_client.transport.abort()
            return
        server, to_server = await asyncio.open_unix_connection(self._socket)
        self._ends.append((to_client, to_server))
        connection = _Connection(self, client, to_client, server, to_server)
        await asyncio.gather(connection.from_client(), connection.from_server())

    def cut_all(self) -> None:
        """Cut all connections at both ends."""
        for to_client, to_server in self._ends:
            to_client.transport.abort()
            to_server.transport.abort()


class _Connection:
    def __init__(
        self,
        proxy: CommitProxy,
        client: asyncio.StreamReader,
        to_client: asyncio.StreamWriter,
        server: asyncio.StreamReader,
        to_server: asyncio.StreamWriter,
    ) -> None:
        self._proxy = proxy
        self._client = client
        self._to_client = to_client
        self._server = server
        self._to_server = to_server
        #: The cut is to come with the server's answer.
        self._cut_at_answer = False

    async def from_client(self) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            # The first message has no type.
            length = await self._client.readexactly(4)
            self._to_server.write(length + await self._client.readexactly(int.from_bytes(length) - 4))
            while True:
                kind, message = await _message(self._client)
                cut = None
                if kind in _TEXTS and b"COMMIT" in message and self._proxy.cuts:
                    cut = self._proxy.cuts.popleft()
                if cut in {Cut.BEFORE, Cut.BEFORE_UNSEEN}:
                    self._to_client.transport.abort()
                    if cut is Cut.BEFORE:
                        self._to_server.transport.abort()
                    return
                self._cut_at_answer = self._cut_at_answer or cut is Cut.AFTER
                self._to_server.write(message)
                if cut is Cut.AT_ONCE:
                    # A Parse alone commits nothing.
                    while kind in b"PBDE":
                        kind, message = await _message(self._client)
                        self._to_server.write(message)
                    await self._to_server.drain()
                    self._to_client.transport.abort()
                    self._to_server.close()
                    return
        if not self._cut_at_answer:
            self._to_server.close()

    async def from_server(self) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                kind, message = await _message(self._server)
                if not self._cut_at_answer:
                    self._to_client.write(message)
                elif kind == _READY:
                    self._to_client.transport.abort()
                    self._to_server.transport.abort()
                    return
        self._to_client.close()


async def _message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Return a message's type, and the message as a whole."""
    head = await reader.readexactly(5)
    return head[:1], head + await reader.readexactly(int.from_bytes(head[1:]) - 4)


@contextmanager
def proxy_in_thread(url: str) -> Iterator[tuple[CommitProxy, str]]:
    """Give a proxy that runs in a thread of its own, see `commit_proxy`."""
    ready: Queue[tuple[CommitProxy, str, asyncio.AbstractEventLoop, asyncio.Event]] = Queue()

    async def serve() -> None:
        stop = asyncio.Event()
        async with commit_proxy(url) as (proxy, address):
            ready.put((proxy, address, asyncio.get_running_loop(), stop))
            await stop.wait()

    thread = Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    proxy, address, loop, stop = ready.get(timeout=30)
    try:
        yield proxy, address
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


@asynccontextmanager
async def commit_proxy(url: str, role: str = "postgres") -> AsyncIterator[tuple[CommitProxy, str]]:
    """Give a proxy in front of a database, and the address to reach the database by it.

    Args:
        url: of the database, on a socket of this machine.
        role: who connects.
    """
    proxy = CommitProxy(f"{conninfo_to_dict(url)['host']}/.s.PGSQL.5432")
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield proxy, f"postgresql://{role}@127.0.0.1:{port}{urlsplit(url).path}?sslmode=disable&gssencmode=disable"
    finally:
        proxy.cut_all()
        server.close()
        await server.wait_closed()
