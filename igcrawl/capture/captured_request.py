"""A request from a capture as plain values, whatever the format of the capture."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import zstandard

#: A query's variables take kilobytes; what is larger is an upload.
_LARGEST: Final = 4 * 1024 * 1024
_GZIP: Final = b"\x1f\x8b"
_ZSTANDARD: Final = b"\x28\xb5\x2f\xfd"
_GZIP_BASE64: Final = "H4sI"
_ZSTANDARD_BASE64: Final = "KLUv"


@dataclass(frozen=True, slots=True)
class CapturedRequest:
    """One request.

    Args:
        url: whole.
        headers: by name in lower case.
        body: as text, decompressed; empty when there is none.
        answer: how the answer begins; empty when the capture does not hold it.
        seen: the day it was asked, YYYY-MM-DD; empty when the capture does not say.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    answer: str = ""
    seen: str = ""


def plain_text(text: str, encoding: str = "") -> str:
    """Return a body as it was before base64 and compression, as far as it can be read.

    Args:
        text: as the capture has it: text, base64, or bytes written as the characters of the same numbers.
        encoding: what the capture says of it.
    """
    if encoding.lower() == "base64" or text.startswith((_GZIP_BASE64, _ZSTANDARD_BASE64)):
        try:
            raw = base64.b64decode(text)
        except (binascii.Error, ValueError):
            return text
        return _decompressed(raw).decode("utf-8", "replace")
    if text[:2] == "\x1f\x8b" or text[:4] == "(\xb5/\xfd":
        return _decompressed(text.encode("latin-1", "replace")).decode("utf-8", "replace")
    return text


def _decompressed(raw: bytes) -> bytes:
    try:
        if raw.startswith(_GZIP):
            return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(raw, _LARGEST)
        if raw.startswith(_ZSTANDARD):
            return zstandard.ZstdDecompressor(max_window_size=2 * _LARGEST).stream_reader(raw).read(_LARGEST)
    except (zlib.error, zstandard.ZstdError):
        return b""
    return raw
