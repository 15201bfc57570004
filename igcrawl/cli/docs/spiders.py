"""The spiders and their arguments as a page for people: docs/spiders.md, written by `scrapy operations --docs`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader

from igcrawl.arguments import Arguments
from igcrawl.arguments.describe import ArgumentHelp, HelpPlace, describe
from igcrawl.base_spiders.operation_spider import OperationSpider
from igcrawl.cli.spider_help import about
from igcrawl.config.packages import top_package

_INTRODUCTION: Final = """# Spiders
`scrapy crawl SPIDER -a NAME=VALUE …`. An unknown argument is refused with exit code 2, and nothing is sent.
Yes-or-no arguments take 1 and 0. Scrapyd's `_job` is accepted and ignored. What takes one account or post takes
[many](many_accounts.md). `scrapy crawl SPIDER -h` shows the same on the terminal.

Written by `scrapy operations --docs --answers tests/payloads` from the spiders and `igcrawl/arguments/`; a test
fails when this page is stale.

## Every spider"""
_HEAD: Final = "| argument | meaning |\n| --- | --- |"


def page_of_spiders() -> str:
    """Return the page."""
    lines = [_INTRODUCTION, _HEAD, *_rows(describe(Arguments)), ""]
    for name, spider in our_spiders().items():
        own = [argument for argument in describe(spider.arguments) if argument.place is not HelpPlace.EVERY]
        lines += [f"## {name}", about(spider), "", _HEAD, *_rows(own), "", *_examples(spider)]
    return "\n".join(lines)


def our_spiders() -> dict[str, type[OperationSpider]]:
    """Return the spiders of igcrawl by their names."""
    loader = SpiderLoader.from_settings(Settings({"SPIDER_MODULES": [top_package("spiders")]}))
    found = {name: loader.load(name) for name in sorted(loader.list())}
    return {name: spider for name, spider in found.items() if issubclass(spider, OperationSpider)}


def _rows(arguments: Iterable[ArgumentHelp]) -> Iterator[str]:
    for argument in arguments:
        yield f"| `{argument.name}` | {argument.text.replace('|', '&#124;')} |"


def _examples(spider: type[OperationSpider]) -> Iterator[str]:
    yield "<!-- not run: so many crawls take too long; tests/docs/test_words.py reads them -->"
    yield "```console"
    yield from (f"$ scrapy crawl {spider.name} {example}" for example in spider.examples)
    yield "```"
    yield ""
