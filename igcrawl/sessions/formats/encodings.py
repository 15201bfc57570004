"""Text of editors and shells: UTF-8, with a mark at its beginning or without, UTF-16 with one, or an older encoding."""

from __future__ import annotations

import codecs
import re
from typing import Final

_WIDE: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: Bytes that no text has.
_NO_TEXT: Final = re.compile(rb"[\x00-\x08\x0e-\x1f]")


def is_binary(content: bytes) -> bool:
    """Return whether a file is no text."""
    try:
        content.decode("utf-16" if content.startswith(_WIDE) else "utf-8")
    except UnicodeDecodeError:
        return content.startswith(_WIDE) or _NO_TEXT.search(content) is not None
    return False


def decoded(content: bytes) -> str:
    """Return a file's text; what is cut or no text is replaced. A comment in an older encoding does no harm."""
    if content.startswith(_WIDE):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")
