"""Dispatch of `scrapy session`: what each action takes, and which work it does."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from scrapy.settings import Settings

from igcrawl.cli import session_actions
from igcrawl.cli.command_config import config_of
from igcrawl.cli.subcommand_options import SubOption, problem_of_options
from igcrawl.config.config import Config
from igcrawl.errors import BadInput, NotLoggedIn
from igcrawl.operations.call import Host
from igcrawl.printable import say
from igcrawl.sessions import folder as session_folder
from igcrawl.sessions.formats.recognise import FoundSession
from igcrawl.verdict import ExitCode
from igcrawl.wording import did_you_mean, nearest


class ActionEnd(NamedTuple):
    """End of an action.

    Args:
        code: the exit code.
        problem: what is still to be told on standard error, None when all was said.
    """

    code: ExitCode = ExitCode.OK
    problem: str | None = None


def problem_of(action: str, words: Sequence[str], options: Iterable[SubOption], opts: argparse.Namespace) -> str | None:
    """Return what is wrong with a command line, None when it can be acted on.

    Args:
        action: the first word, empty without one.
        words: those behind it.
        options: those that the actions take.
        opts: the options that were given.
    """
    if action not in _ACTIONS:
        meant = did_you_mean(nearest(action, _ACTIONS))
        return f"scrapy session: {meant}say what to do: {', '.join(_ACTIONS)}; see scrapy session -h"
    if (foreign := problem_of_options("session", action, options, words, opts)) is not None:
        return foreign
    known = _ACTIONS[action]
    if not known.least <= len(words) <= known.most:
        return f"scrapy session {action} takes {known.takes}"
    return None


def act(action: str, words: list[str], opts: argparse.Namespace, settings: Settings) -> ActionEnd:
    """Do what was asked.

    Args:
        action: one in which `problem_of` finds no problem.
        words: those behind it.
        opts: the options.
        settings: the command's; the action's session takes the place of IG_SESSION.

    Raises:
        BadInput: a setting, a session, a file or the store cannot be used.
        StoreError: the store failed.
        NotLoggedIn: the login by hand did not end in a session.
    """
    return _ACTIONS[action].work(words, opts, settings)


def _config(settings: Settings, name: str | None = None) -> Config:
    """Return the checked settings, with this session in the place of IG_SESSION."""
    if name is not None:
        settings.set("IG_SESSION", name, priority="cmdline")
    return config_of(settings)


def _import(words: list[str], opts: argparse.Namespace, settings: Settings) -> ActionEnd:
    if bool(words) == bool(opts.browser):
        raise BadInput("scrapy session import: give a file, - for standard input, or --browser")
    now, account = time.time(), opts.account
    if account is not None and not (account.isascii() and account.isdecimal()):
        raise BadInput("--account: expected an account's id, digits only")
    found = (
        session_actions.read_browser(opts.browser, now, account)
        if opts.browser
        else session_actions.read_source(words[0], now, account)
    )
    _take_in(found, opts, _config(settings))
    if words and words[0] != "-":
        session_actions.warn_of(Path(words[0]))
    return ActionEnd()


def _login(words: list[str], opts: argparse.Namespace, settings: Settings) -> ActionEnd:
    # Playwright takes 0.3 s to import.
    from igcrawl.capture.chromium import find_chromium  # noqa: PLC0415
    from igcrawl.capture.login import login  # noqa: PLC0415

    config = _config(settings)
    if config.simulator:
        raise BadInput("the embedded simulator (IG_SIMULATOR) brings a session of its own: there is no login")
    # A login is too much of a human's work to be lost on these.
    session_folder.check_folder()
    if opts.name is not None:
        session_folder.check_name(opts.name)
    chromium = find_chromium(opts.browser, opts.cdp)
    say("igcrawl: a window opens; log in there as you always do, and leave it open", file=sys.stderr)
    try:
        logged_in = asyncio.run(login(config.base_urls[Host.WEB], chromium))
    except KeyboardInterrupt:
        raise NotLoggedIn("the login was stopped; nothing was saved") from None
    _take_in(FoundSession(logged_in), opts, config)
    return ActionEnd()


def _take_in(found: FoundSession, opts: argparse.Namespace, config: Config) -> None:
    for line in asyncio.run(session_actions.take_in(found, opts.name, config, force=opts.force)):
        say(line)


def _list(words: list[str], opts: argparse.Namespace, settings: Settings) -> ActionEnd:
    for line in asyncio.run(session_actions.table(_config(settings), time.time())):
        say(line)
    return ActionEnd()


def _check(words: list[str], opts: argparse.Namespace, settings: Settings) -> ActionEnd:
    # The reactor and the spider are for this action only.
    from igcrawl.cli.session_check import check  # noqa: PLC0415

    said, code = check(settings, _config(settings, words[0] if words else None))
    if code is not ExitCode.OK:
        return ActionEnd(code, said)
    say(said)
    return ActionEnd()


def _export(words: list[str], opts: argparse.Namespace, settings: Settings) -> ActionEnd:
    if opts.output is None and sys.stdout.isatty() and not opts.yes:
        raise BadInput("whoever sees this session can use it: -o FILE writes it for your eyes only, --yes shows it")
    session = _config(settings, words[0]).check_session()
    content = session_actions.exported(session, opts.format or "settings", time.time())
    if opts.output is None:
        session_actions.make_private(sys.stdout.fileno())
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    else:
        session_actions.write(Path(opts.output), content)
    return ActionEnd()


def _resume(words: list[str], opts: argparse.Namespace, settings: Settings) -> ActionEnd:
    config = _config(settings, words[0] if words and not words[0].isdecimal() else None)
    said, good = asyncio.run(session_actions.unpark(config.session_source, words[0] if words else None, config))
    say(said)
    return ActionEnd(ExitCode.OK if good else ExitCode.TROUBLE)


class _Action(NamedTuple):
    """An action: its work, how many words may follow, at least and at most, and what they are."""

    work: Callable[[list[str], argparse.Namespace, Settings], ActionEnd]
    least: int
    most: int
    takes: str


_ACTIONS: Final = {
    "import": _Action(_import, 0, 1, "one file"),
    "login": _Action(_login, 0, 0, "no more words"),
    "list": _Action(_list, 0, 0, "no more words"),
    "check": _Action(_check, 0, 1, "a session's name"),
    "export": _Action(_export, 1, 1, "a session's name"),
    "resume": _Action(_resume, 0, 1, "a session's name"),
}
