"""A server that answers with bytes of the test's choice, whether they are HTTP or not."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self

#: Gets the connection and the request as it came; returns whether the connection is kept.
Answer = Callable[[socket.socket, bytes], bool]


def with_head(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """A plain answer."""
    return "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "\r\n"]).encode() + body


class RawServer:
    """Context manager on a free port of loopback.

    Args:
        answer: is called for each request, in a thread for each connection.
        tls: makes it a TLS server.

    `requests` are those that came, `connections` how often somebody connected.
    """

    def __init__(self, answer: Answer, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._answer, self._tls = answer, tls
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._threads[0].join()
        for connection in list(self._open):
            _shut(connection)
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=[connection])
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        self._open.add(connection)
        try:
            with connection, self._secured(connection) as secured:
                kept = True
                while kept and (request := _read_request(secured)):
                    self.requests.append(request)
                    kept = self._answer(secured, request)
        except OSError:
            pass  # the client has gone
        finally:
            self._open.discard(connection)

    def _secured(self, connection: socket.socket) -> socket.socket:
        return self._tls.wrap_socket(connection, server_side=True) if self._tls else connection


def _read_request(connection: socket.socket) -> bytes:
    """The next request with its body; nothing when there is none."""
    read = b""
    while b"\r\n\r\n" not in read:
        more = connection.recv(1 << 16)
        if not more:
            return b""
        read += more
    head, _, body = read.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while len(body) < int((lengths or [b"0"])[0]):
        body += connection.recv(1 << 16)
    return head + b"\r\n\r\n" + body


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):  # closed meanwhile
        connection.shutdown(socket.SHUT_RDWR)


def join(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes between two connections until one of them ends."""

    def carry(source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(1 << 16):
                target.sendall(data)
        except OSError:
            pass
        _shut(source)
        _shut(target)

    back = threading.Thread(target=carry, args=[other, one])
    back.start()
    carry(one, other)
    back.join()


def headers_of(request: bytes) -> dict[bytes, bytes]:
    """Return the headers of a request, by their names in small letters."""
    lines = [line.split(b": ", 1) for line in request.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]]
    return {name.lower(): value for name, value in lines}


ACCOUNT = b'{"pk":"1","username":"u"}'
#: A page in which a profile and a search find what they read.
PAGE = b'{"data":{"user":%s},"users":[],"media_grid":{"sections":[]},"list":[],"status":"ok"}' % ACCOUNT


def good(connection: socket.socket, request: bytes) -> bool:
    """Answer with `PAGE`, and keep the connection."""
    answer = with_head(PAGE, "Content-Type: application/json")
    connection.sendall(answer.removesuffix(PAGE) if request.startswith(b"HEAD") else answer)
    return True
