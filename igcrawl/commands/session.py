"""`scrapy session`: import, log in, list, check, export and resume sessions."""

from __future__ import annotations

import argparse
from typing import ClassVar

from scrapy.commands import ScrapyCommand

from igcrawl.commands.crawl import refuse
from igcrawl.errors import BadInput, NotLoggedIn, StoreError
from igcrawl.verdict import ExitCode


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
        return (
            "import FILE|- [--name NAME] [--account ID] [--force] | import --browser BROWSER | "
            "login [--name NAME] | list | check [NAME] | resume [NAME] | "
            "export NAME [--format settings|netscape] [-o FILE]"
        )

    def short_desc(self) -> str:
        """Return the line for `scrapy -h`."""
        return "Import a session of a program or a browser, or log in by hand; list, check, export, resume sessions"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options of all actions."""
        from igcrawl.sessions.formats.browser import BROWSERS  # noqa: PLC0415 - Scrapy imports every command

        super().add_options(parser)
        parser.add_argument("--name", help="import, login: what to call it (default: the account's name or id)")
        parser.add_argument("--account", metavar="ID", help="import: which account, if the file holds several")
        parser.add_argument(
            "--browser", help=f"import: from this browser: {', '.join(BROWSERS)}; login: path of the Chromium to start"
        )
        parser.add_argument(
            "--cdp", metavar="URL", help="login: a Chromium that is already running, http://127.0.0.1:9222"
        )
        parser.add_argument("--force", action="store_true", help="import, login: replace a session of another account")
        parser.add_argument("--format", help="export: settings (default) or netscape, a cookies.txt")
        parser.add_argument(
            "-o", dest="output", metavar="FILE", help="export: write to this file, which only you can read (mode 0600)"
        )
        parser.add_argument("--yes", action="store_true", help="export: allow the session to be shown on the terminal")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Do what was asked."""
        from igcrawl.cli import session_dispatch  # noqa: PLC0415 - Scrapy imports every command

        action, words = (args[0], args[1:]) if args else ("", [])
        problem = session_dispatch.problem_of(action, words, opts)
        if problem is not None:
            refuse(problem)
        assert self.settings is not None
        try:
            self.exitcode, problem = session_dispatch.act(action, words, opts, self.settings)
        except BadInput as error:
            refuse(str(error))
        except (StoreError, NotLoggedIn) as error:
            refuse(str(error), ExitCode.INCOMPLETE)
        if problem is not None:
            refuse(problem, self.exitcode)
