"""`scrapy history`: an account's lists and profiles over time, by what the store holds."""

from __future__ import annotations

import argparse
from collections.abc import Coroutine
from typing import Any

from scrapy.commands import ScrapyCommand

from igcrawl.commands.refusals import answer_from_store, refuse, refuse_in_one_line, whole_number


class Command(ScrapyCommand):
    """Tell what the store knows of an account over time."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return the synopsis of the command's arguments."""
        return "A [-O FILE] [--limit N]"

    def short_desc(self) -> str:
        """Return the line for `scrapy -h`."""
        return "An account over time, by the store: size and verdict of each list, and what its profiles said"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add where it is written."""
        super().add_options(parser)
        refuse_in_one_line(parser)
        parser.add_argument(
            "-O", dest="out", metavar="FILE", help="write all of it: .csv, .xlsx, .jsonl, .parquet, or -"
        )
        parser.add_argument("--limit", default="50", help="at most this many lines a table, the latest (default: 50)")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print, or write."""
        from igcrawl.cli import command_config, history_table  # noqa: PLC0415 - Scrapy imports every command

        if len(args) != 1:
            refuse("scrapy history: give one account: an id, @name, or address")
        limit = whole_number("--limit", opts.limit)

        def question() -> Coroutine[Any, Any, None]:
            config = command_config.config_with_store(self.settings)
            return history_table.print_history(config, args[0], opts.out, limit)

        self.exitcode = answer_from_store(question)
