"""Answers on the wire: compression, and the ways a connection can break."""

import gzip
from http.client import responses

import zstandard
from aiohttp import web

from igcrawl.simulator.answers import Answer

_SMALLEST_COMPRESSED = 256


def encoded(body: bytes, accepted: str, *, compress: bool) -> tuple[bytes, str | None]:
    """Return the body as an Accept-Encoding header allows, and the encoding's name; gzip wins when offered."""
    if not compress or len(body) < _SMALLEST_COMPRESSED:
        return body, None
    parts = (part.replace(" ", "").lower().partition(";") for part in accepted.split(","))
    offered = {name for name, _, weight in parts if weight not in ("q=0", "q=0.0")}
    if "gzip" in offered:
        return gzip.compress(body, compresslevel=1, mtime=0), "gzip"
    if "zstd" in offered:
        return zstandard.ZstdCompressor(level=1).compress(body), "zstd"
    return body, None


def response(answer: Answer, accepted: str, *, compress: bool, broken: bool = False) -> web.Response:
    """Return the aiohttp response of an answer; `broken` sends gzip whose middle is damaged."""
    body, encoding = encoded(answer.body, accepted, compress=compress)
    if broken:
        body, encoding = _damaged(answer.body), "gzip"
    headers = {"Content-Type": answer.content_type, **answer.headers}
    if encoding is not None:
        headers |= {"Content-Encoding": encoding, "Vary": "Accept-Encoding"}
    made = web.Response(status=answer.status, body=body, headers=headers)
    for cookie in answer.cookies:
        made.headers.add("Set-Cookie", cookie)
    return made


def _damaged(body: bytes) -> bytes:
    squeezed = bytearray(gzip.compress(body, compresslevel=1, mtime=0))
    middle = len(squeezed) // 2
    squeezed[middle : middle + 8] = b"\xff" * len(squeezed[middle : middle + 8])
    squeezed[-8:] = b"\x00" * 8
    return bytes(squeezed)


def cut_bytes(kind: str, answer: Answer) -> bytes:
    """Return the beginning of an answer that will never end.

    `cut_body` announces the full length and sends half; `cut_chunked` sends one chunk and no terminator;
    `cut_connection` sends nothing at all.
    """
    if kind == "cut_connection":
        return b""
    half = answer.body[: len(answer.body) // 2]
    lines = [
        f"HTTP/1.1 {answer.status} {responses.get(answer.status, 'Unknown')}",
        f"Content-Type: {answer.content_type}",
    ]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    if kind == "cut_chunked":
        head = "\r\n".join([*lines, "Transfer-Encoding: chunked", "", ""]).encode()
        return head + b"%x\r\n%b\r\n" % (len(half), half)
    return "\r\n".join([*lines, f"Content-Length: {len(answer.body)}", "", ""]).encode() + half
