"""Help for one spider: `scrapy crawl SPIDER -h`, and in short when it is started without arguments."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from typing import TextIO

from igcrawl.arguments.describe import ArgumentHelp, HelpPlace, describe
from igcrawl.base_spiders.operation_spider import OperationSpider
from igcrawl.cli.help_text import help_width, paragraph, section
from igcrawl.errors import BadInput
from igcrawl.printable import say


def print_help(spider: type[OperationSpider]) -> None:
    """Print what a spider does, its arguments and examples."""
    _print(help_lines(spider, help_width()), sys.stdout)


def problem_without_arguments(spider: type[OperationSpider]) -> str | None:
    """Return why a spider cannot crawl without arguments, None if it can."""
    try:
        spider.check({})
    except BadInput as error:
        return str(error)
    return None


def print_short_help(spider: type[OperationSpider]) -> None:
    """Print a spider's targets and examples to standard error."""
    _print(short_lines(spider, help_width()), sys.stderr)


def help_lines(spider: type[OperationSpider], width: int) -> Iterator[str]:
    """Yield a spider's help.

    Args:
        spider: its class.
        width: of the lines; those of commands may be longer, so that they can be copied.
    """
    yield f"Usage: scrapy crawl {spider.name} -a ARGUMENT=VALUE … [-O FILE] [-s SETTING=VALUE] …"
    yield ""
    yield from paragraph(about(spider), width)
    arguments = describe(spider.arguments)
    yield from section(_targets_heading(arguments), _rows(arguments, HelpPlace.TARGET), width)
    yield from section("Further arguments:", _rows(arguments, HelpPlace.OWN), width)
    yield from section("Arguments of every spider:", _rows(arguments, HelpPlace.EVERY), width)
    outputs = [
        ("-O FILE", "writes the records to FILE and replaces what an earlier crawl wrote; the suffix says the format: "
         ".jsonl, .csv, .json, .xml"),
        ("-o FILE", "the same, but keeps what is already there"),
    ]  # fmt: skip
    yield from section("Output:", outputs, width)
    yield from _examples(spider)
    yield ""
    more = "`scrapy crawl -h` lists Scrapy's own options; docs/settings.md of igcrawl explains the settings."
    yield from paragraph(more, width)


def short_lines(spider: type[OperationSpider], width: int) -> Iterator[str]:
    """Yield a spider's targets and examples.

    Args:
        spider: its class.
        width: of the lines; those of commands may be longer, so that they can be copied.
    """
    arguments = describe(spider.arguments)
    yield from section(_targets_heading(arguments), _rows(arguments, HelpPlace.TARGET), width)
    yield from _examples(spider)
    yield ""
    yield f"scrapy crawl {spider.name} -h lists all arguments."


def about(spider: type[OperationSpider]) -> str:
    """Return what a spider does, in a line."""
    return (inspect.getdoc(spider) or spider.name).partition("\n")[0]


def _targets_heading(arguments: list[ArgumentHelp]) -> str:
    targets = [each for each in arguments if each.place is HelpPlace.TARGET]
    return "Target:" if len(targets) == 1 else "Targets (give one kind):"


def _rows(arguments: list[ArgumentHelp], place: HelpPlace) -> Iterator[tuple[str, str]]:
    return ((f"{each.name}=…", each.text) for each in arguments if each.place is place)


def _examples(spider: type[OperationSpider]) -> Iterator[str]:
    if spider.examples:
        yield ""
        yield "Examples:"
        yield from (f"  scrapy crawl {spider.name} {example}" for example in spider.examples)


def _print(lines: Iterator[str], file: TextIO) -> None:
    for line in lines:
        say(line, file=file)
