"""Junk that a server may send in place of an answer: one generator of bytes for each kind, drawn with a seed.

Each that has a page in it has a good one: whoever takes the junk for an answer, takes it for a good answer.
"""

from __future__ import annotations

import gzip
import random
import socket
import time
import zlib
from collections.abc import Callable, Iterator
from itertools import repeat
from typing import Final

import zstandard

from tests.support.raw_server import with_head

PAGE: Final = b'{"data":{"user":null},"status":"ok"}'
_ACCOUNT: Final = b'{"pk":"1","username":"u"}'
#: An account, for whoever asks whether the server works.
GOOD: Final = with_head(
    b'{"data":{"user":%s},"user":%s,"status":"ok"}' % (_ACCOUNT, _ACCOUNT), "Content-Type: application/json"
)
_OK: Final = b"HTTP/1.1 200 OK\r\n"
_CHUNKED: Final = _OK + b"Transfer-Encoding: chunked\r\n\r\n"
#: More than any limit: what a process would have to hold if it held it all.
_PLENTY: Final = 128 << 20
_BLOCK: Final = 1 << 16
#: What an answer may have, but for some.
_LARGE: Final = 7 << 20
#: What a bomb expands to.
_BOMB: Final = 40 << 20

#: Pieces that are sent one after another. When there are no more, the connection is closed; None waits until the
#: client has gone.
Pieces = Iterator[bytes | None]
Draw = Callable[[random.Random], Pieces]

KINDS: dict[str, Draw] = {}
#: Those that end only when the client gives up.
ENDLESS: Final[set[str]] = set()


def _kind(name: str, *, endless: bool = False) -> Callable[[Draw], Draw]:
    def add(draw: Draw) -> Draw:
        KINDS[name] = draw
        if endless:
            ENDLESS.add(name)
        return draw

    return add


def _plain(name: str, *pieces: bytes) -> None:
    KINDS[name] = lambda chance: iter(pieces)


def _large(name: str, make: Callable[[], bytes]) -> None:
    """What is made only when it is sent."""
    KINDS[name] = lambda chance: iter([make()])


def _page(*headers: str, body: bytes = PAGE) -> bytes:
    """A good answer but for its headers."""
    return _OK + "".join(f"{header}\r\n" for header in headers).encode() + b"\r\n" + body


def _packed(encoding: str, body: bytes) -> bytes:
    return with_head(body, f"Content-Encoding: {encoding}")


# No answer, or a part of one


@_kind("silence", endless=True)
def _(chance: random.Random) -> Pieces:
    yield None


@_kind("a part of an answer, then silence", endless=True)
def _(chance: random.Random) -> Pieces:
    yield GOOD[: chance.randrange(1, len(GOOD))]
    yield None


@_kind("an answer cut anywhere")
def _(chance: random.Random) -> Pieces:
    yield GOOD[: chance.randrange(1, len(GOOD))]


@_kind("a trickle", endless=True)
def _(chance: random.Random) -> Pieces:
    yield with_head(b"x" * 100_000).partition(b"x")[0]
    for byte in repeat(b" "):
        time.sleep(0.02)
        yield byte


@_kind("a trickle of headers", endless=True)
def _(chance: random.Random) -> Pieces:
    yield _OK
    for number in range(100_000):
        time.sleep(0.05)
        yield f"X-{number}: 1\r\n".encode()


_plain("nothing")
_plain("no answer but 100 Continue", b"HTTP/1.1 100 Continue\r\n\r\n")
_plain(
    "another protocol", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n" + PAGE
)


# No HTTP


@_kind("anything")
def _(chance: random.Random) -> Pieces:
    yield chance.randbytes(chance.randrange(1, 2000))


@_kind("lines of anything")
def _(chance: random.Random) -> Pieces:
    yield b"\r\n".join(chance.randbytes(chance.randrange(1, 80)) for _ in range(20)) + b"\r\n\r\n" + PAGE


_plain("HTTP/0.9", PAGE)
_plain("HTML without a head", b"<html><body>busy</body></html>\r\n\r\n")
_plain("SSH", b"SSH-2.0-OpenSSH_9.2\r\n")
_plain("TLS", b"\x15\x03\x03\x00\x02\x02\x28")
_plain("HTTP/2", b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18))
_plain("a request", b"GET / HTTP/1.1\r\nHost: you\r\n\r\n")
for line in (
    "HTTP/1.1",
    "HTTP/1.1 ",
    "HTTP/1.1 abc OK",
    "HTTP/1.1 20 OK",
    "HTTP/1.1 -200 OK",
    "HTTP/x.y 200 OK",
    "200 OK",
):
    _plain(f"the status line {line!r}", f"{line}\r\nContent-Length: {len(PAGE)}\r\n\r\n".encode() + PAGE)
for code in (99, 199, 204, 205, 206, 299, 304, 600, 999):
    _plain(f"the status {code}", with_head(PAGE, status=f"{code:03} Odd"))


# Headers


for length in ("-1", "+36", "36 36", "0x24", "3.6e1", "x", "1" * 30):
    _plain(f"Content-Length: {length}", _page(f"Content-Length: {length}"))
_plain("two lengths", _page("Content-Length: 36", "Content-Length: 37"))
_plain("two lengths in one", _page("Content-Length: 36, 37"))
_plain(
    "a length and chunks",
    _page("Content-Length: 36", "Transfer-Encoding: chunked", body=b"24\r\n" + PAGE + b"\r\n0\r\n\r\n"),
)
_plain("more headers than anybody has", _page(*(f"X-{n}: {n}" for n in range(2000)), f"Content-Length: {len(PAGE)}"))
_plain("a header longer than anybody has", _page("X: " + "x" * (1 << 20), f"Content-Length: {len(PAGE)}"))
_plain("headers larger than anybody has", _page(*["X: " + "x" * 8000] * 100, f"Content-Length: {len(PAGE)}"))


@_kind("endless headers")
def _(chance: random.Random) -> Pieces:
    yield _OK
    yield from repeat(b"".join(b"X-%d: %s\r\n" % (n, b"x" * 100) for n in range(500)), 5000)


@_kind("a header that does not end")
def _(chance: random.Random) -> Pieces:
    yield _OK + b"X: "
    yield from repeat(b"x" * _BLOCK, _PLENTY // _BLOCK)


@_kind("a status line that does not end")
def _(chance: random.Random) -> Pieces:
    yield b"HTTP/1.1 200 O"
    yield from repeat(b"K" * _BLOCK, _PLENTY // _BLOCK)


@_kind("a flood of 100 Continue", endless=True)
def _(chance: random.Random) -> Pieces:
    yield from repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


@_kind("a flood of 103 Early Hints", endless=True)
def _(chance: random.Random) -> Pieces:
    yield from repeat(b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n" * 1000)


# Bodies


_plain("a shorter body than it says", with_head(PAGE + b" " * 9)[:-9])
for size in ("zz", "-24", "1" * 17, ""):
    _plain(f"a chunk of {size!r}", _CHUNKED + f"{size}\r\n".encode() + PAGE + b"\r\n0\r\n\r\n")
_plain("a chunk without its end", _CHUNKED + b"24\r\n" + PAGE + b"0\r\n\r\n")
_plain("chunks without the last", _CHUNKED + b"24\r\n" + PAGE + b"\r\n")
_plain("chunks of one byte, cut", _CHUNKED + b"".join(b"1\r\n%c\r\n" % byte for byte in PAGE))


@_kind("a body that does not end")
def _(chance: random.Random) -> Pieces:
    yield _OK + b"\r\n"
    yield from repeat(b" " * _BLOCK, _PLENTY // _BLOCK)


@_kind("chunks that do not end")
def _(chance: random.Random) -> Pieces:
    yield _CHUNKED
    yield from repeat(b"%x\r\n%s\r\n" % (_BLOCK, b" " * _BLOCK), _PLENTY // _BLOCK)


@_kind("a body as long as it says, and too long")
def _(chance: random.Random) -> Pieces:
    yield _OK + b"Content-Length: %d\r\n\r\n" % _PLENTY
    yield from repeat(b" " * _BLOCK, _PLENTY // _BLOCK)


@_kind("a chunk's extension that does not end")
def _(chance: random.Random) -> Pieces:
    yield _CHUNKED + b"24;"
    yield from repeat(b"x" * _BLOCK, _PLENTY // _BLOCK)


@_kind("trailers that do not end")
def _(chance: random.Random) -> Pieces:
    yield _CHUNKED + b"24\r\n" + PAGE + b"\r\n0\r\n"
    yield from repeat(b"X-Trailer: %s\r\n" % (b"x" * 100) * 500, 5000)


@_kind("an answer with its length missing and more behind")
def _(chance: random.Random) -> Pieces:
    yield GOOD[:-1] + b"," + GOOD


# Compressed bodies


_EMPTY: Final = gzip.compress(b"", mtime=0)


_large("empty gzip members", lambda: _packed("gzip", _EMPTY * (_LARGE // len(_EMPTY))))
_large("a gzip bomb", lambda: _packed("gzip", gzip.compress(b" " * _BOMB, 1)))
_large("a deflate bomb", lambda: _packed("deflate", zlib.compress(b" " * _BOMB, 1)))
_large("a bomb in several members", lambda: _packed("gzip", gzip.compress(b" " * (_BOMB // 20), 1) * 20))
_large("a deflate stream of empty blocks", lambda: _packed("deflate", b"\x78\x9c" + b"\0\0\0\xff\xff" * (_LARGE // 5)))
_large(
    "as much as is allowed, and no JSON",
    lambda: _packed("gzip", gzip.compress(random.Random(1).randbytes(_LARGE), 0)),
)
_plain("gzip in gzip", _packed("gzip, gzip", gzip.compress(gzip.compress(PAGE))))
_plain("gzip that is none", _packed("gzip", PAGE))
_plain("gzip and more behind", _packed("gzip", gzip.compress(PAGE) + b"more"))
_plain("zstd that nobody asked for", _packed("zstd", zstandard.compress(PAGE)))
_plain("br that nobody asked for", _packed("br", b"\x0b\x11\x80" + PAGE + b"\x03"))
_plain("an encoding that nobody knows", _packed("rot13", PAGE))


@_kind("gzip cut anywhere")
def _(chance: random.Random) -> Pieces:
    packed = gzip.compress(PAGE)
    yield _packed("gzip", packed[: chance.randrange(1, len(packed))])


@_kind("gzip with a byte changed")
def _(chance: random.Random) -> Pieces:
    packed = bytearray(gzip.compress(PAGE))
    packed[chance.randrange(10, len(packed))] ^= chance.randrange(1, 256)
    yield _packed("gzip", bytes(packed))


# Bodies that cost more than their bytes


_large("an error as large as any answer", lambda: with_head(b"x/" * (_LARGE // 2), status="500 Oops"))
_large("a refusal as large as any answer", lambda: with_head(b"x/" * (_LARGE // 2), status="400 Oops"))
_large("lists in lists", lambda: with_head(b'{"data":' + b"[" * (1 << 20)))
_large("empty lists", lambda: with_head(b'{"data":[' + b"[]," * (_LARGE // 3) + b'0],"status":"ok"}'))
_large("documents without end", lambda: with_head(PAGE + b"\n{}" * (_LARGE // 3)))
_large("lines without end", lambda: with_head(PAGE + b"\n{}" * 20_000))
_large(
    "names without end",
    lambda: with_head(b'{"data":{"user":{' + b'"1$a":1,' * (_LARGE // 9) + b'"b":1}},"status":"ok"}'),
)


def send(pieces: Pieces, connection: socket.socket) -> None:
    """Send pieces, until the client has gone."""
    for piece in pieces:
        if piece is None:
            connection.recv(1)
        else:
            connection.sendall(piece)
