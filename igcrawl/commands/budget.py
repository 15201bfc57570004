"""`scrapy budget`: what sessions have used, what is left, and when they may send again."""

from __future__ import annotations

import argparse
import asyncio

from scrapy.commands import ScrapyCommand

from igcrawl.commands.refusals import refuse, refuse_in_one_line, refusing_errors


class Command(ScrapyCommand):
    """Show budgets, or drop what was learned."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return the synopsis of the command's arguments."""
        return "[--all | --forget]"

    def short_desc(self) -> str:
        """Return the line for `scrapy -h`."""
        return "Show what a session has used, what is left and when it may send again; --forget drops what was learned"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        refuse_in_one_line(parser)
        parser.add_argument("--all", action="store_true", help="every account that has sent anything")
        parser.add_argument("--forget", action="store_true", help="drop the session's learned limits and its cooldown")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Show, or drop."""
        from igcrawl.cli import budget_report, command_config  # noqa: PLC0415 - Scrapy imports every command

        if args:
            refuse(f"scrapy budget takes options only, not {args[0]!r}; the session is IG_SESSION's")
        with refusing_errors():
            config = command_config.config_of(self.settings)
            if opts.forget:
                asyncio.run(budget_report.drop_learned(config, every=opts.all))
            else:
                asyncio.run(budget_report.print_budgets(config, every=opts.all))
