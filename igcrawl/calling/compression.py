"""Compressed bodies."""

from __future__ import annotations

import sys
import zlib
from typing import Final

from igcrawl.errors import Transient

_GZIP_OR_ZLIB: Final = 32 + zlib.MAX_WBITS
#: Deflate without the zlib header that belongs to it, as some servers send it.
_BARE_DEFLATE: Final = -zlib.MAX_WBITS
#: Servers pack an answer as one.
_MOST_MEMBERS: Final = 64
#: Bytes that are decompressed at once: a small part of what is left behind a member is copied.
_STEP: Final = 1 << 18
_KNOWN: Final = frozenset({b"gzip", b"x-gzip", b"deflate"})


def plain_body(body: bytes, encodings: list[bytes], most: int) -> bytes:
    """Return a body as it was before it was compressed.

    Args:
        body: as it came.
        encodings: values of its Content-Encoding headers.
        most: bytes that it may have afterwards; 0 for any number.

    Raises:
        Transient: it is broken, cut or too large, or its encoding was not asked for.
    """
    named = [name for value in encodings for each in value.split(b",") if (name := each.strip().lower())]
    packed = [name for name in named if name != b"identity"]
    if not packed:
        return body
    if len(packed) > 1 or packed[0] not in _KNOWN:
        raise Transient("the answer is compressed in a way that was not asked for")
    bare = packed[0] == b"deflate" and not _has_header(body)
    return decompress(body, most, _BARE_DEFLATE if bare else _GZIP_OR_ZLIB)


def _has_header(body: bytes) -> bool:
    """Return whether a compressed body begins as gzip or zlib does."""
    is_zlib = len(body) > 1 and body[0] & 15 == zlib.DEFLATED and int.from_bytes(body[:2]) % 31 == 0
    return is_zlib or body.startswith(b"\x1f\x8b")


def decompress(body: bytes, most: int, window: int = _GZIP_OR_ZLIB) -> bytes:
    """Return a gzip or deflate body, all members of it, decompressed.

    Args:
        body: as it came.
        most: bytes that it may have afterwards; 0 for any number.
        window: the format, as zlib numbers it.

    Raises:
        Transient: it is broken, cut, in too many members, or larger than `most` bytes.
    """
    most = most or sys.maxsize - 1
    plain, members, engine = bytearray(), 1, zlib.decompressobj(window)
    for start in range(0, len(body), _STEP):
        piece = body[start : start + _STEP]
        while piece:
            if engine.eof:
                members, engine = members + 1, zlib.decompressobj(window)
            if members > _MOST_MEMBERS:
                raise Transient(f"the answer is compressed in more than {_MOST_MEMBERS} pieces")
            try:
                plain += engine.decompress(piece, most + 1 - len(plain))
            except zlib.error:
                raise Transient("the answer's compression is broken") from None
            if len(plain) > most:
                raise Transient(f"the answer is larger than DOWNLOAD_MAXSIZE, {most} bytes")
            piece = engine.unused_data
    if body and not engine.eof:
        raise Transient("the answer's compressed body is cut")
    return bytes(plain)
