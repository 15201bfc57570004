"""`scrapy session`: import, log in, list, check, export and resume sessions."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from scrapy.commands import ScrapyCommand

from igcrawl.cli import session_actions
from igcrawl.cli.command_config import config_of
from igcrawl.commands.crawl import refuse
from igcrawl.config.config import Config
from igcrawl.errors import BadInput, NotLoggedIn, StoreError
from igcrawl.operations.call import Host
from igcrawl.printable import say
from igcrawl.sessions import folder as session_folder
from igcrawl.sessions.formats.browser import BROWSERS
from igcrawl.sessions.formats.recognise import Found
from igcrawl.verdict import ExitCode

#: What can be done, and how many words may follow: at least, at most.
_ACTIONS: Final = {
    "import": (0, 1),
    "login": (0, 0),
    "list": (0, 0),
    "check": (0, 1),
    "export": (1, 1),
    "resume": (0, 1),
}
#: The options that an action takes.
_OPTIONS: Final = {
    "import": ("name", "browser", "force"),
    "login": ("name", "browser", "cdp", "force"),
    "export": ("format", "output", "yes"),
}


class Command(ScrapyCommand):
    """Keep sessions: a file each in `sessions/`, what happened to them in the store."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return the synopsis of the command's arguments."""
        return (
            "import FILE|- [--name NAME] [--force] | import --browser BROWSER | "
            "login [--name NAME] | list | check [NAME] | resume [NAME] | "
            "export NAME [--format settings|netscape] [-o FILE]"
        )

    def short_desc(self) -> str:
        """Return the line for `scrapy -h`."""
        return "Import a session of a program or a browser, or log in by hand; list, check, export, resume sessions"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options of all actions."""
        super().add_options(parser)
        parser.add_argument("--name", help="import, login: what to call it (default: the account's name or id)")
        parser.add_argument(
            "--browser", help=f"import: from this browser: {', '.join(BROWSERS)}; login: path of the Chromium to start"
        )
        parser.add_argument("--cdp", metavar="URL", help="login: a Chromium that runs already, http://127.0.0.1:9222")
        parser.add_argument("--force", action="store_true", help="import, login: replace a session of another account")
        parser.add_argument("--format", help="export: settings (default) or netscape, a cookies.txt")
        parser.add_argument("-o", dest="output", metavar="FILE", help="export: a file for your eyes only, mode 0600")
        parser.add_argument("--yes", action="store_true", help="export: show the session on the terminal, too")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Do what was asked."""
        action, words = (args[0], args[1:]) if args else ("", [])
        if action not in _ACTIONS:
            refuse(f"scrapy session: say what to do: {', '.join(_ACTIONS)}; see scrapy session -h")
        _check_words(action, words, opts)
        actions: dict[str, Callable[[list[str], argparse.Namespace], None]] = {
            "import": self._import,
            "login": self._login,
            "list": self._list,
            "check": self._check,
            "export": self._export,
            "resume": self._resume,
        }
        try:
            actions[action](words, opts)
        except BadInput as error:
            refuse(str(error))
        except (StoreError, NotLoggedIn) as error:
            refuse(str(error), ExitCode.INCOMPLETE)

    def _config(self, name: str | None = None) -> Config:
        """Return the checked settings, with this session in the place of IG_SESSION."""
        assert self.settings is not None
        if name is not None:
            self.settings.set("IG_SESSION", name, priority="cmdline")
        return config_of(self.settings)

    def _import(self, words: list[str], opts: argparse.Namespace) -> None:
        if bool(words) == bool(opts.browser):
            raise BadInput("scrapy session import: give a file, - for standard input, or --browser")
        now = time.time()
        found = (
            session_actions.read_browser(opts.browser, now)
            if opts.browser
            else session_actions.read_source(words[0], now)
        )
        for line in asyncio.run(session_actions.take_in(found, opts.name, self._config().store, force=opts.force)):
            say(line)
        if words and words[0] != "-":
            session_actions.warn_of(Path(words[0]))

    def _login(self, words: list[str], opts: argparse.Namespace) -> None:
        # Playwright takes 0.3 s to import.
        from igcrawl.capture.chromium import find_chromium  # noqa: PLC0415
        from igcrawl.capture.login import login  # noqa: PLC0415

        config = self._config()
        if config.simulator:
            raise BadInput("the embedded simulator (IG_SIMULATOR) brings a session of its own: there is no login")
        # A login is too much of a human's work to be lost on these.
        session_folder.check_folder()
        if opts.name is not None:
            session_folder.check_name(opts.name)
        chromium = find_chromium(opts.browser, opts.cdp)
        say("igcrawl: a window opens; log in there as you always do, and leave it open", file=sys.stderr)
        try:
            settings = asyncio.run(login(config.base_urls[Host.WEB], chromium))
        except KeyboardInterrupt:
            raise NotLoggedIn("the login was stopped; nothing was saved") from None
        for line in asyncio.run(session_actions.take_in(Found(settings), opts.name, config.store, force=opts.force)):
            say(line)

    def _list(self, words: list[str], opts: argparse.Namespace) -> None:
        for line in asyncio.run(session_actions.table(self._config().store, time.time())):
            say(line)

    def _export(self, words: list[str], opts: argparse.Namespace) -> None:
        if opts.output is None and sys.stdout.isatty() and not opts.yes:
            raise BadInput("whoever sees this session can use it: -o FILE writes it for your eyes only, --yes shows it")
        content = session_actions.exported(
            self._config(words[0]).check_session(), opts.format or "settings", time.time()
        )
        if opts.output is None:
            sys.stdout.buffer.write(content)
            sys.stdout.flush()
        else:
            session_actions.write(Path(opts.output), content)

    def _resume(self, words: list[str], opts: argparse.Namespace) -> None:
        config = self._config(words[0] if words and not words[0].isdecimal() else None)
        said, good = asyncio.run(
            session_actions.unpark(config.session_source, words[0] if words else None, config.store)
        )
        say(said)
        self.exitcode = ExitCode.OK if good else ExitCode.TROUBLE

    def _check(self, words: list[str], opts: argparse.Namespace) -> None:
        # The reactor and the spider are for this action only.
        from igcrawl.cli.session_check import check  # noqa: PLC0415

        config = self._config(words[0] if words else None)
        assert self.settings is not None
        said, code = check(self.settings, config)
        if code is not ExitCode.OK:
            refuse(said, code)
        say(said)


def _check_words(action: str, words: list[str], opts: argparse.Namespace) -> None:
    """Refuse what the action does not take."""
    least, most = _ACTIONS[action]
    given = [name for name in ("name", "browser", "cdp", "force", "format", "output", "yes") if getattr(opts, name)]
    strange = next((word for word in words if word.startswith("-") and word != "-"), None)
    foreign = next((name for name in given if name not in _OPTIONS.get(action, ())), None)
    if strange is not None or foreign is not None:
        option = strange.partition("=")[0][:30] if strange else "-o" if foreign == "output" else f"--{foreign}"
        refuse(f"scrapy session {action} does not take {option}; see scrapy session -h")
    if not least <= len(words) <= most:
        wanted = "no more words" if most == 0 else "a session's name" if action != "import" else "one file"
        refuse(f"scrapy session {action} takes {wanted}")
