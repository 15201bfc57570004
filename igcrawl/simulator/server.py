"""The web server: an asyncio loop in a thread of its own, so that it lives beside any reactor."""

import asyncio
import socket
import threading

from aiohttp import web

from igcrawl.simulator.errors import SimulatorError
from igcrawl.simulator.exchange import Desk
from igcrawl.simulator.parsed_request import BadAskError, read_ask
from igcrawl.simulator.sending import cut_bytes, response

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_CUTS = ("cut_connection", "cut_body", "cut_chunked")
_START_TIMEOUT = 10.0


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket on a loopback address.

    Raises SimulatorError for any other address, a port out of range, and one that is taken.
    """
    if host not in _LOOPBACK:
        raise SimulatorError(f"the simulator binds loopback only ({', '.join(_LOOPBACK)}), not {host!r}")
    if type(port) is not int or not 0 <= port <= 65535:
        raise SimulatorError(f"the port is 0 (any free one) to 65535, not {port!r}")
    family = socket.AF_INET6 if host == "::1" else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise SimulatorError(f"port {port} on {host} cannot be used: {error.strerror}; try another, or 0") from error
    return listening


class ServerThread:
    """Serves a desk on a socket until it is stopped."""

    def __init__(self, desk: Desk, listening: socket.socket, *, compress: bool) -> None:
        self._desk = desk
        self._listening = listening
        self._compress = compress
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._serving = threading.Event()
        self._thread = threading.Thread(target=self._run, name="igcrawl-simulator", daemon=True)

    def start(self) -> None:
        """Start serving; requests are answered when this returns."""
        self._thread.start()
        self._serving.wait(_START_TIMEOUT)

    def stop(self) -> None:
        """Close every connection and wait for the thread to end."""
        if self._loop is not None and self._stopping is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            self._loop = runner.get_loop()
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._stopping = asyncio.Event()
        runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=0.05)
        await runner.setup()
        await web.SockSite(runner, self._listening).start()
        self._serving.set()
        await self._stopping.wait()
        await runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        accepted = request.headers.get("Accept-Encoding", "")
        try:
            ask = read_ask(request.method, request.path, request.query_string, request.headers, body)
        except BadAskError as error:
            return response(self._desk.refuse(request.method, request.path, str(error)), accepted, compress=False)
        exchange = self._desk.open(ask)
        fault = exchange.fault
        if fault is not None and fault.delay:
            await asyncio.sleep(fault.delay)
        answer = self._desk.answer(exchange)
        if fault is not None and fault.kind in _CUTS:
            return _cut(request, cut_bytes(fault.kind, answer))
        exchange.logged.status = answer.status
        broken = fault is not None and fault.kind == "broken_gzip"
        return response(answer, accepted, compress=self._compress, broken=broken)


def _cut(request: web.BaseRequest, beginning: bytes) -> web.StreamResponse:
    transport = request.transport
    if transport is not None and isinstance(transport, asyncio.WriteTransport):
        if beginning:
            transport.write(beginning)
            transport.close()
        else:
            transport.abort()
    # aiohttp wants a response; with the transport closed nothing of it is sent.
    return web.Response()
