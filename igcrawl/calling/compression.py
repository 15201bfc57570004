"""Compressed bodies."""

from __future__ import annotations

import zlib
from typing import Final

from igcrawl.errors import Transient

_GZIP_OR_ZLIB: Final = 32 + zlib.MAX_WBITS


def decompress(body: bytes, most: int) -> bytes:
    """Return a gzip or deflate body, all members of it, decompressed.

    Raises:
        Transient: it is broken, cut, or larger than `most` bytes.
    """
    plain = b""
    while body:
        engine = zlib.decompressobj(_GZIP_OR_ZLIB)
        try:
            plain += engine.decompress(body, most - len(plain))
        except zlib.error:
            raise Transient("the answer's compression is broken") from None
        if engine.unconsumed_tail or len(plain) >= most:
            raise Transient(f"the answer is larger than DOWNLOAD_MAXSIZE, {most} bytes")
        if not engine.eof:
            raise Transient("the answer's compressed body is cut")
        body = engine.unused_data
    return plain
