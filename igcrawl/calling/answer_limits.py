"""Limits of what a server may send as headers, whatever the transport."""

from __future__ import annotations

from typing import Final

from scrapy.http import Headers

from igcrawl.errors import Transient

#: An answer of Instagram's has some forty headers, the longest of which, a content security policy, takes 6 KB.
MOST_HEADERS: Final = 128
LONGEST_HEADER: Final = 16 * 1024
_MOST_BYTES: Final = 64 * 1024


def check_headers(headers: Headers) -> None:
    """Check an answer's headers, which some transport has let pass.

    Raises:
        Transient: they are too many or too large.
    """
    lines = [(name, value) for name, values in headers.items() for value in values]
    if len(lines) > MOST_HEADERS:
        raise Transient(f"the answer has more than {MOST_HEADERS} headers")
    if sum(len(name) + len(value) for name, value in lines) > _MOST_BYTES:
        raise Transient(f"the answer's headers are larger than {_MOST_BYTES // 1024} KB")
