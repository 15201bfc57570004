"""Limits of the walks that are asked for lists without an end."""

from __future__ import annotations

from collections.abc import Sequence

from igcrawl.store import OperatorLimits

#: IG_ENDLESS_PAGES of these walks.
MOST_PAGES = 150
LIMITS = OperatorLimits(endless_pages=MOST_PAGES)
Rows = Sequence[object]
