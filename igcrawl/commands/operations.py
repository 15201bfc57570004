"""`scrapy operations`: the catalogue, a line an operation."""

from __future__ import annotations

import argparse
from pathlib import Path

from scrapy.commands import ScrapyCommand

from igcrawl.commands.refusals import refuse, refuse_in_one_line, refusing_errors
from igcrawl.verdict import ExitCode


class Command(ScrapyCommand):
    """List, check or document the operations."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return the synopsis of the command's arguments."""
        return "[NAME …] [--check] [--docs --answers FOLDER]"

    def short_desc(self) -> str:
        """Return the line for `scrapy -h`."""
        return "List the operations; with NAME, show one: its arguments, fields, other names and an example"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what else can be done with the catalogue."""
        super().add_options(parser)
        refuse_in_one_line(parser)
        parser.add_argument("--check", action="store_true", help="look for faults of the catalogue; exit 1 with one")
        parser.add_argument("--docs", action="store_true", help="write the pages of docs/ that come from the code")
        parser.add_argument("--answers", metavar="FOLDER", help="recorded answers that --docs takes its examples from")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the table, or the faults, or write the page."""
        from igcrawl.cli import (  # noqa: PLC0415 - Scrapy imports every command
            command_config,
            operation_help,
            operations_check,
            operations_table,
        )
        from igcrawl.cli.docs import pages  # noqa: PLC0415 - as above

        if args and (opts.check or opts.docs):
            refuse(f"{args[0]!r}: --check and --docs are for the whole catalogue: give no NAME with them")
        if opts.check:
            self.exitcode = ExitCode.INCOMPLETE if operations_check.print_faults() else ExitCode.OK
        if opts.docs:
            if not opts.answers or not pages.FOLDER.is_dir():
                refuse("--docs needs --answers=FOLDER, and writes the generated pages into docs/ of the checkout")
            try:
                pages.write_pages(Path(opts.answers))
            except OSError as error:
                refuse(f"--answers {opts.answers}: {error.strerror or error}")
        if not opts.check and not opts.docs:
            with refusing_errors():
                config = command_config.config_of(self.settings)
                for name in args:
                    operation_help.print_operation(name)
                if not args:
                    operations_table.print_table(config)
