"""Say why a crawl stops where a pipeline of the operator's own failed."""

from __future__ import annotations

from typing import Any

from twisted.python.failure import Failure

from igcrawl.errors import BadItem
from igcrawl.items import Page, Record


def what_failed(item: Any, failure: Failure) -> str:
    """Return the operator's line, without what the item holds.

    Args:
        item: what the pipelines were given.
        failure: what one of them raised.
    """
    error = failure.value
    if isinstance(error, BadItem):
        return str(error)
    said = f"a pipeline failed with {type(error).__name__}"
    # Python raises these two where a value is not of the kind that the code takes it for.
    if isinstance(error, TypeError | AttributeError):
        if isinstance(item, Page):
            said += ": it was given a Page, which gives records by iteration; single ones with IG_ITEM_PER_RECORD=True"
        elif isinstance(item, Record):
            kind = type(item).__name__
            said += f": it was given a {kind}, whose fields are attributes; itemadapter.ItemAdapter gives them by name"
    return said
