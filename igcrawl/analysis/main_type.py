"""The main type of record of crawls: what a table of them holds."""

from __future__ import annotations

from collections.abc import Iterable

from scrapy.settings import BaseSettings

from igcrawl.errors import BadInput
from igcrawl.items import Payload
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.parsing.combined_readers import KnownRoots
from igcrawl.running.find_spider import find_spider
from igcrawl.store import ChosenCrawl


def main_type_of(settings: BaseSettings, crawls: Iterable[ChosenCrawl]) -> str | None:
    """Return the main type of crawls, None where they do not agree on one.

    Args:
        settings: Scrapy's; they name the modules that have spiders.
        crawls: with the operations of their chosen walks.
    """
    spiders: dict[str, set[str]] = {}
    for each in crawls:
        spiders.setdefault(each.crawl.spider, set()).update(count.operation for count in each.counts)
    types = {name for spider, operations in spiders.items() for name in _types_of(settings, spider, operations)}
    return types.pop() if len(types) == 1 and None not in types else None


def _types_of(settings: BaseSettings, spider: str, operations: set[str]) -> set[str | None]:
    try:
        named = find_spider(settings, spider).main_record
    except BadInput:
        named = ""
    # A spider that asks any operation has the type of what it is asked for.
    return {named} if named not in {"", Payload.TYPE} else {_type_of(operation) for operation in operations}


def _type_of(operation: str) -> str | None:
    known = OPERATIONS.get(operation)
    return None if known is None or isinstance(known.reader, KnownRoots) else known.record_type
