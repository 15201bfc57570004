"""`scrapy docids`: the registered queries and their ids; new ids out of captures."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from scrapy.commands import ScrapyCommand

from igcrawl.commands.refusals import refuse, refuse_in_one_line, refusing_errors
from igcrawl.printable import say

if TYPE_CHECKING:
    from igcrawl.cli.subcommand_options import SubOption


_SUBCOMMANDS: Final = {
    "list": "[--all]",
    "retry": "QUERY_OR_ID",
    "import": "FILE [--write]",
    "capture": "[--write] [--all] [--browser PATH | --cdp URL] [--username NAME]",
}
_WRITE: Final = "write new and changed ids to doc_ids.toml"


def _options() -> tuple[SubOption, ...]:
    from igcrawl.cli.subcommand_options import SubOption  # noqa: PLC0415 - Scrapy imports every command

    return (
        SubOption(("--all",), {"list": "every known id", "capture": "every query found"}, {"action": "store_true"}),
        SubOption(("--write",), {"import": _WRITE, "capture": _WRITE}, {"action": "store_true"}),
        SubOption(("--browser",), {"capture": "the Chromium to start (default: Debian's)"}, {"metavar": "PATH"}),
        SubOption(
            ("--cdp",), {"capture": "a Chromium that is already running, http://127.0.0.1:9222"}, {"metavar": "URL"}
        ),
        SubOption(("--username",), {"capture": "whose pages to visit (default: instagram)"}, {"default": "instagram"}),
    )


class Command(ScrapyCommand):
    """List the doc_ids, or take new ones from a capture."""

    requires_project = True
    requires_crawler_process = False
    #: What it can be told to do.
    ACTIONS: ClassVar = {
        "list": "each query with its id and state",
        "retry": "try stale ids again, of a query or an operation, or one id",
        "import": "read ids from a HAR file or cURL text",
        "capture": "read ids from the website, in your browser",
    }

    def syntax(self) -> str:
        """Return the synopsis of the command's arguments."""
        return " | ".join(f"{name} {behind}" for name, behind in _SUBCOMMANDS.items())

    def short_desc(self) -> str:
        """Return the line for `scrapy -h`."""
        return (
            "List the registered queries and their doc_ids, retry a stale one; import takes new ones from a file, "
            "capture from a browser"
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what the subcommands take."""
        from igcrawl.cli.subcommand_options import add_sub_options  # noqa: PLC0415 - Scrapy imports every command

        super().add_options(parser)
        refuse_in_one_line(parser)
        add_sub_options(parser, _options())
        self._parser = parser

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Show help where it is asked for, before anything else is read."""
        from igcrawl.cli.subcommand_options import end_with_help  # noqa: PLC0415 - Scrapy imports every command

        if opts.help:
            end_with_help(self._parser, "docids", _SUBCOMMANDS, _options(), args)
        super().process_options(args, opts)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """List, retry, import or capture."""
        from igcrawl.cli import command_config, docids_retry, docids_table, docids_update  # noqa: PLC0415 - Scrapy imports every command
        from igcrawl.cli.subcommand_options import problem_of_options  # noqa: PLC0415
        from igcrawl.wording import did_you_mean, nearest  # noqa: PLC0415

        assert self.settings is not None
        known = bool(args) and args[0] in _SUBCOMMANDS
        if known and (problem := problem_of_options("docids", args[0], _options(), args[1:], opts)) is not None:
            refuse(problem)
        with refusing_errors():
            config = command_config.config_of(self.settings)
            match args:
                case ["list"]:
                    asyncio.run(docids_table.print_table(config, every=opts.all))
                case ["retry", wanted]:
                    say(asyncio.run(docids_retry.retry(config, wanted)))
                case ["import", name]:
                    self.exitcode = docids_update.import_file(self.settings, config, Path(name), write=opts.write)
                case ["capture"]:
                    self.exitcode = docids_update.capture_pages(self.settings, config, opts)
                case _:
                    meant = did_you_mean(nearest(args[0], _SUBCOMMANDS)) if args and not known else ""
                    refuse(f"{meant}scrapy docids takes {self.syntax()}")
