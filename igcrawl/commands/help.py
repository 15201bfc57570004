"""`scrapy help`: what `-h` says of a spider or command, and what is known of an operation."""

from __future__ import annotations

import argparse

from scrapy.cmdline import execute
from scrapy.commands import ScrapyCommand

from igcrawl.commands.refusals import refuse, refusing_errors


class Command(ScrapyCommand):
    """Explain a spider, a command or an operation."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return the synopsis of the command's arguments."""
        return "[SPIDER | COMMAND | OPERATION]"

    def short_desc(self) -> str:
        """Return the line for `scrapy -h`."""
        return "Explain a spider's arguments, a command's options, or an operation"

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print what is known of the name."""
        from igcrawl.cli import help_topics  # noqa: PLC0415 - Scrapy imports every command
        from igcrawl.cli.subcommand_options import WITH_SUBCOMMANDS  # noqa: PLC0415

        assert self.settings is not None
        with refusing_errors():
            # As people say it: scrapy help crawl followers.
            if args[:1] == ["crawl"]:
                args = args[1:] or args
            name, behind = (args[0], args[1:]) if args else (None, [])
            if len(behind) > (name in WITH_SUBCOMMANDS):
                refuse(f"give one name, not {len(args)}")
            command = help_topics.print_topic(self.settings, name)
        if command is not None:
            execute(["scrapy", *command, *behind, "-h"], self.settings)
