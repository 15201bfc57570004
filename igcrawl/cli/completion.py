"""`scrapy completion SHELL`: a script by which a shell completes spiders, their arguments, operations and sessions."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any, Final

import shtab
from scrapy.commands import ScrapyCommand
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoaderProtocol

from igcrawl.arguments import OperationArguments
from igcrawl.arguments.describe import describe
from igcrawl.base_spiders.operation_spider import OperationSpider
from igcrawl.cli.completion_words import BASH_WRAPPER, Words, preambles
from igcrawl.cli.known_commands import commands_of, loader_of
from igcrawl.cli.spider_help import about
from igcrawl.cli.subcommand_options import WITH_SUBCOMMANDS
from igcrawl.config.config import DEFAULTS
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.verdict import Verdict

SHELLS: Final = ("bash", "zsh", "fish")
#: Actions of commands that take the name of a session.
_SESSION_ACTIONS: Final = ("check", "export", "resume")
#: Options that name a file, in whatever command.
_FILES: Final = frozenset({"logfile", "pidfile", "profile", "output", "script", "answers", "browser"})
#: Characters of help texts that a shell or argparse would read as something else.
_PLAIN: Final = str.maketrans({"%": "%%", '"': "'", "`": "'", "$": "", "[": "(", "]": ")"})


def script_for(settings: Settings, shell: str) -> str:
    """Return the script for a shell.

    Args:
        settings: the project's, with the add-ons' early ones.
        shell: one of `SHELLS`.

    Raises:
        BadInput: the spiders cannot be imported.
    """
    return _Script(settings).text(shell)


class _Script:
    def __init__(self, settings: Settings) -> None:
        self._settings, self._lists = settings, list[Words]()
        self._parser = argparse.ArgumentParser(prog="scrapy", add_help=False)
        loader = loader_of(settings)
        commands = self._parser.add_subparsers()
        for name, command in commands_of(settings).items():
            parser = commands.add_parser(name, help=_plain(command.short_desc()), conflict_handler="resolve")
            command.settings = settings
            # Where a word decides what follows, zsh would take the options before it for all there are.
            if name == "crawl":
                self._add_spiders(parser, command, loader)
            elif name in WITH_SUBCOMMANDS:
                self._add_actions(parser, command)
            else:
                command.add_options(parser)
                self._suit_options(parser)
                self._add_places(name, parser, loader)

    def text(self, shell: str) -> str:
        script = shtab.complete(self._parser, shell, preamble=preambles(self._lists)[shell])
        if shell == "bash":
            own = "complete -o bashdefault -F _shtab_scrapy scrapy"
            script = script.replace(own, "") + BASH_WRAPPER
        return f"{script.rstrip()}\n"

    def _suit_options(self, parser: argparse.ArgumentParser) -> None:
        for action in parser._actions:
            if action.help:
                action.help = _plain(action.help)
            if action.dest in _FILES or action.option_strings[:1] == ["-o"]:
                action.complete = shtab.FILE  # type: ignore[attr-defined]
            elif action.dest in {"verdict", "retry"}:
                self._offer(action, [verdict.value for verdict in Verdict])
            elif action.dest == "set":
                names = [name for name in DEFAULTS if name != "IG_SESSION"]
                self._offer(action, ["IG_SESSION=", *(f"{name}=" for name in names)], sessions="IG_SESSION=")

    def _add_places(self, name: str, parser: argparse.ArgumentParser, loader: SpiderLoaderProtocol) -> None:
        if name == "completion":
            self._offer(parser.add_argument("shell"), SHELLS)
        elif name == "operations":
            self._offer(parser.add_argument("names", nargs="*"), _operation_names())
        elif name == "help":
            topics = [*loader.list(), *commands_of(self._settings), *_operation_names()]
            self._offer(parser.add_argument("name"), dict.fromkeys(topics))
        elif name == "replay":
            self._offer(parser.add_argument("operation"), _operation_names())
            parser.add_argument("file").complete = shtab.FILE  # type: ignore[attr-defined]
        elif name == "export":
            parser.add_argument("out").complete = shtab.FILE  # type: ignore[attr-defined]

    def _add_spiders(
        self, parser: argparse.ArgumentParser, command: ScrapyCommand, loader: SpiderLoaderProtocol
    ) -> None:
        spiders = parser.add_subparsers()
        for name in loader.list():
            spider = loader.load(name)
            text = _plain(about(spider)) if issubclass(spider, OperationSpider) else name
            own = spiders.add_parser(name, help=text, conflict_handler="resolve")
            command.add_options(own)
            self._suit_options(own)
            if issubclass(spider, OperationSpider):
                given = next(action for action in own._actions if "-a" in action.option_strings)
                self._offer(given, _arguments(spider))

    def _add_actions(self, parser: argparse.ArgumentParser, command: ScrapyCommand) -> None:
        actions = parser.add_subparsers()
        for word in dict.fromkeys(each.split()[0] for each in command.syntax().split(" | ")):
            own = actions.add_parser(word, help=word, conflict_handler="resolve")
            command.add_options(own)
            self._suit_options(own)
            if word in _SESSION_ACTIONS:
                self._offer(own.add_argument("session"), (), sessions="")
            elif word == "import":
                own.add_argument("file").complete = shtab.FILE  # type: ignore[attr-defined]

    def _offer(self, action: argparse.Action, words: Iterable[str], sessions: str | None = None) -> None:
        offered = Words(f"_igcrawl_words_{len(self._lists)}", tuple(words), sessions)
        self._lists.append(offered)
        action.complete = offered.completes  # type: ignore[attr-defined]


def _operation_names() -> list[str]:
    return [name for operation in OPERATIONS.values() for name in (operation.name, *operation.other_names)]


def _arguments(spider: type[OperationSpider]) -> list[str]:
    """Return what may follow ``-a``, with the value where there are few."""
    words = []
    for argument in describe(spider.arguments):
        words += [f"{argument.name}={value}" for value in argument.values or ("",)]
    if spider.arguments is OperationArguments:
        words += [f"name={name}" for name in _operation_names()]
        words += [f"{name}=" for operation in OPERATIONS.values() for name in operation.takes]
    return list(dict.fromkeys(words))


def _plain(text: Any) -> str:
    """Return a help text without what a shell or argparse would read in it."""
    return str(text).translate(_PLAIN)
