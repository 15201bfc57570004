"""Records of a page as the store keeps them: JSON lines, compressed by Zstandard."""

from __future__ import annotations

import threading
from typing import Final

import zstandard

#: Higher levels save next to nothing here, for two to eight times the time.
_LEVEL: Final = 1
_own = threading.local()


def pack_lines(lines: bytes) -> bytes:
    """Return JSON lines, compressed."""
    if not hasattr(_own, "compressor"):
        # A new one takes longer than to compress a page. The store has checksums of its own.
        _own.compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=False)
    return bytes(_own.compressor.compress(lines))


def unpack_lines(packed: bytes) -> bytes:
    """Return what `pack_lines` was given."""
    return zstandard.ZstdDecompressor().decompress(packed)
