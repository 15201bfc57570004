"""`scrapy walks`: what the store holds, a line a walk, and what is left of it."""

from __future__ import annotations

import argparse
import asyncio

from scrapy.commands import ScrapyCommand

from igcrawl.commands.refusals import refuse, refuse_in_one_line, refusing_errors, whole_number


class Command(ScrapyCommand):
    """List the walks of the store, or make some wait again."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return the synopsis of the command's arguments."""
        return "[--crawl NUMBER_OR_NAME] [--verdict VERDICT,…] [--limit N] [--retry VERDICT,…]"

    def short_desc(self) -> str:
        """Return the line for `scrapy -h`."""
        return "List walks with verdict, counts, age and what is left to do; --retry reopens those with a verdict"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what is listed."""
        super().add_options(parser)
        refuse_in_one_line(parser)
        parser.add_argument("--crawl", help="one crawl, by its number or its name (default: the latest of each)")
        parser.add_argument(
            "--verdict",
            metavar="VERDICT,…",
            help="only walks with this verdict, or one of several: suspect,limited; open: those without one yet",
        )
        parser.add_argument(
            "--limit",
            default="100",
            help="at most this many walks per crawl (default: 100); 0: only how many of each verdict",
        )
        parser.add_argument(
            "--retry", metavar="VERDICT,…", help="reopen the walks that ended with this verdict, or one of several"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """List, or reopen."""
        from igcrawl.analysis.verdict_choice import read_verdicts  # noqa: PLC0415 - as below
        from igcrawl.cli import command_config, walks_list  # noqa: PLC0415 - Scrapy imports every command

        if args:
            refuse(f"scrapy walks takes options only, not {args[0]!r}")
        limit = whole_number("--limit", opts.limit)
        with refusing_errors():
            chosen = read_verdicts("--verdict", opts.verdict, may_be_open=True)
            retried = read_verdicts("--retry", opts.retry, may_be_open=False)
            config = command_config.config_with_store(self.settings)
            if opts.retry is not None:
                asyncio.run(walks_list.retry_walks(config, opts.crawl, retried))
            else:
                asyncio.run(walks_list.print_walks(config, opts.crawl, chosen, limit))
