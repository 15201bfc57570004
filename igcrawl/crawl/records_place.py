"""The place of a crawl's records, for the operator."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from igcrawl.output.output import Output
from igcrawl.output.stream import StreamOutput
from igcrawl.store import CrawlRow, describe

logger = logging.getLogger(__name__)


def records_place(store: str, spider: str, crawl: int) -> str:
    """Return where a crawl's records are, and how to get them.

    Args:
        store: the store's address.
        spider: the spider's name.
        crawl: number of the crawl.
    """
    return f"the store, {describe(store)}: scrapy export {spider}.jsonl --crawl {crawl}"


def say_where_records_are(
    store: str, spider: str, crawl: CrawlRow, outputs: Sequence[Output], *, store_stays: bool
) -> None:
    """Say at a crawl's beginning where its records are.

    Args:
        store: the store's address.
        spider: the spider's name.
        crawl: which has begun.
        outputs: the crawl's. One that is a file shows it; what a reader took is nowhere to be found again.
        store_stays: whether the store is there when the run has ended.
    """
    if not crawl.kept:
        logger.warning(
            "this crawl's records are in its outputs only (IG_KEEP=False, or it was begun by an older igcrawl): "
            "one that is moved, cut or edited cannot be written again, and what cannot be appended to starts over"
        )
    elif store_stays and all(isinstance(output, StreamOutput) for output in outputs):
        logger.info("records are kept in %s", records_place(store, spider, crawl.id))
