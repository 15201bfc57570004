"""`scrapy crawl typeahead -a query=py`: what Instagram shows while one types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from igcrawl.arguments import Typeahead, TypeaheadArguments
from igcrawl.base_spiders.calls_spider import CallsSpider
from igcrawl.items import Hit

SOURCES: Final = {
    Typeahead.KEYWORD: "keyword_typeahead",
    Typeahead.STREAM: "typeahead_stream",
    Typeahead.USERS: "typeahead_users",
}


class TypeaheadSpider(CallsSpider):
    """Suggestions that Instagram shows while one types."""

    name = "typeahead"
    examples = (
        "-a query=py -O typeahead.jsonl",
        "-a query=py -a source=users -O users.csv",
    )
    arguments = TypeaheadArguments
    args: TypeaheadArguments
    main_record = Hit.TYPE

    def calls(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give the one call."""
        yield SOURCES[self.args.source], {"query": self.args.query}
