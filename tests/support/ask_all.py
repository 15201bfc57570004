"""Walks that a test names, all in one process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import orjson
from scrapy.crawler import CrawlerProcess
from scrapy.utils.project import get_project_settings

from igcrawl.base_spiders.operation_spider import OperationSpider
from igcrawl.crawl.walk_rows import seed_of
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.store import Seed


class AskingSpider(OperationSpider):
    """One page of each walk."""

    name = "asking"
    main_record = "walk"
    asked: ClassVar[list[tuple[str, dict[str, object], str | None]]]

    def seeds(self) -> Iterator[Seed]:
        for number, (name, given, cursor) in enumerate(self.asked):
            operation = OPERATIONS[name]
            args = operation.check(given)
            taken = operation.check_cursor(cursor, args) if cursor is not None else None
            yield seed_of(operation, args, part=f"#{number}", cursor=taken)


def ask(walks: str) -> None:
    """Ask for what a file names."""
    AskingSpider.asked = orjson.loads(Path(walks).read_bytes())
    process = CrawlerProcess(get_project_settings())
    process.crawl(AskingSpider, max_pages="1")
    process.start()
