"""`scrapy session`: import, log in, list, check, export and resume sessions."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, ClassVar, Final

from scrapy.commands import ScrapyCommand

from igcrawl.commands.refusals import refuse, refuse_in_one_line, refusing_errors

if TYPE_CHECKING:
    from igcrawl.cli.subcommand_options import SubOption


_SUBCOMMANDS: Final = {
    "import": "FILE | - | --browser BROWSER [--name NAME] [--account ID] [--force]",
    "login": "[--name NAME] [--browser PATH | --cdp URL] [--force]",
    "list": "",
    "check": "[NAME]",
    "resume": "[NAME]",
    "export": "NAME [--format settings|netscape] [-o FILE | --yes]",
}
_REPLACE: Final = "replace a session of another account"
_NAME: Final = "what to call it (default: the account's name or id)"


def _options() -> tuple[SubOption, ...]:
    from igcrawl.cli.subcommand_options import SubOption  # noqa: PLC0415 - Scrapy imports every command
    from igcrawl.sessions.formats.browser import BROWSERS  # noqa: PLC0415

    return (
        SubOption(("--name",), {"import": _NAME, "login": _NAME}),
        SubOption(("--account",), {"import": "which account, if the file holds several"}, {"metavar": "ID"}),
        SubOption(
            ("--browser",),
            {"import": f"from this browser: {', '.join(BROWSERS)}", "login": "path of the Chromium to start"},
        ),
        SubOption(
            ("--cdp",), {"login": "a Chromium that is already running, http://127.0.0.1:9222"}, {"metavar": "URL"}
        ),
        SubOption(("--force",), {"import": _REPLACE, "login": _REPLACE}, {"action": "store_true"}),
        SubOption(("--format",), {"export": "settings (default) or netscape, a cookies.txt"}),
        SubOption(
            ("-o",),
            {"export": "write to this file, which only you can read (mode 0600)"},
            {"dest": "output", "metavar": "FILE"},
        ),
        SubOption(("--yes",), {"export": "allow the session to be shown on the terminal"}, {"action": "store_true"}),
    )


class Command(ScrapyCommand):
    """Keep sessions: a file each in `sessions/`, what happened to them in the store."""

    requires_project = True
    requires_crawler_process = False
    #: What it can be told to do.
    ACTIONS: ClassVar = {
        "import": "take a session from a file, standard input (`-`) or a browser",
        "login": "log in by hand in a window that opens",
        "list": "all sessions, with their state",
        "check": "ask for the account's own profile: one request",
        "resume": "let a parked session send again",
        "export": "write a session as a file for other programs",
    }

    def syntax(self) -> str:
        """Return the synopsis of the command's arguments."""
        return " | ".join(f"{name} {behind}".rstrip() for name, behind in _SUBCOMMANDS.items())

    def short_desc(self) -> str:
        """Return the line for `scrapy -h`."""
        return "Import a session of a program or a browser, or log in by hand; list, check, export, resume sessions"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options of all actions."""
        from igcrawl.cli.subcommand_options import add_sub_options  # noqa: PLC0415 - Scrapy imports every command

        super().add_options(parser)
        refuse_in_one_line(parser)
        add_sub_options(parser, _options())
        self._parser = parser

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Show help where it is asked for, before anything else is read."""
        from igcrawl.cli.subcommand_options import end_with_help  # noqa: PLC0415 - Scrapy imports every command

        if opts.help:
            end_with_help(self._parser, "session", _SUBCOMMANDS, _options(), args)
        super().process_options(args, opts)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Do what was asked."""
        from igcrawl.cli import session_dispatch  # noqa: PLC0415 - Scrapy imports every command

        action, words = (args[0], args[1:]) if args else ("", [])
        problem = session_dispatch.problem_of(action, words, _options(), opts)
        if problem is not None:
            refuse(problem)
        assert self.settings is not None
        with refusing_errors():
            self.exitcode, problem = session_dispatch.act(action, words, opts, self.settings)
        if problem is not None:
            refuse(problem, self.exitcode)
