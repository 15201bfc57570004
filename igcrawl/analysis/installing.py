"""The extra that the analyses need, and how to install it."""

from __future__ import annotations

from typing import Final

#: igcrawl is on no package index.
HOW_TO_INSTALL: Final = "`make demo` installs it, and so does `pip install '/path/to/igcrawl[analysis]'`"
