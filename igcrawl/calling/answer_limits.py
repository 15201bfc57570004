"""Limits of what a server may send, whatever the transport."""

from __future__ import annotations

from typing import Final

#: An answer of Instagram's has some forty headers, the longest of which, a content security policy, takes 6 KB.
MOST_HEADERS: Final = 128
LONGEST_HEADER: Final = 16 * 1024
