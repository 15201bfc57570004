"""The place of a crawl's records, for the operator."""

from __future__ import annotations

from igcrawl.store import describe


def records_place(store: str, spider: str, crawl: int) -> str:
    """Return where a crawl's records are, and how to get them.

    Args:
        store: the store's address.
        spider: the spider's name.
        crawl: number of the crawl.
    """
    return f"the store, {describe(store)}: scrapy export {spider}.jsonl --crawl {crawl}"
