"""Options of a command that has subcommands: each option says whose it is; `-h` and refusals follow from that."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final, NoReturn

#: The commands that have them.
WITH_SUBCOMMANDS: Final = frozenset({"docids", "session"})
_LONGEST_FLAG: Final = 30


@dataclass(frozen=True, slots=True)
class SubOption:
    """An option of some of a command's subcommands.

    Args:
        flags: as it is written.
        of: the subcommands that take it, and what it does there.
        settings: further ones for `add_argument`.
    """

    flags: tuple[str, ...]
    of: Mapping[str, str]
    settings: Mapping[str, Any] = field(default_factory=dict)

    def is_given(self, opts: argparse.Namespace) -> bool:
        """Return whether a command line has it."""
        value = getattr(opts, self.settings.get("dest") or self.flags[0].lstrip("-"))
        return bool(value) and value != self.settings.get("default")

    @property
    def help(self) -> str:
        """Its meaning, subcommand by subcommand."""
        subcommands: dict[str, list[str]] = {}
        for name, text in self.of.items():
            subcommands.setdefault(text, []).append(name)
        return "; ".join(f"{', '.join(names)}: {text}" for text, names in subcommands.items())


def add_sub_options(parser: argparse.ArgumentParser, options: Iterable[SubOption]) -> None:
    """Add the options of all subcommands, and a `-h` that knows them."""
    for option in options:
        parser.add_argument(*option.flags, help=option.help, **option.settings)
    parser.add_argument("-h", "--help", action="store_true", help="show this help; behind a subcommand, its own")


def end_with_help(
    parser: argparse.ArgumentParser,
    command: str,
    subcommands: Mapping[str, str],
    options: Iterable[SubOption],
    args: list[str],
) -> NoReturn:
    """Print the help of the subcommand that was given, or of the whole command, and exit.

    Args:
        parser: the command's.
        command: its name.
        subcommands: synopses of what stands behind each.
        options: of all of them.
        args: as they were given.
    """
    if args and args[0] in subcommands:
        name = args[0]
        usage = f"scrapy {command} {name} {subcommands[name]}".rstrip()
        parser = argparse.ArgumentParser(usage=usage, add_help=False, formatter_class=parser.formatter_class)
        for option in options:
            if name in option.of:
                parser.add_argument(*option.flags, help=option.of[name], **option.settings)
    parser.print_help()
    raise SystemExit(0)


def problem_of_options(
    command: str, subcommand: str, options: Iterable[SubOption], words: Sequence[str], opts: argparse.Namespace
) -> str | None:
    """Return what is wrong with the options of a subcommand; None when it takes all that were given.

    Args:
        command: its name.
        subcommand: the one that was given.
        options: of all subcommands.
        words: those behind it; argparse leaves options there that it does not know.
        opts: the options.
    """
    unknown = (word.partition("=")[0][:_LONGEST_FLAG] for word in words if word.startswith("-") and word != "-")
    others = (option.flags[0] for option in options if subcommand not in option.of and option.is_given(opts))
    foreign = next(chain(unknown, others), None)
    return foreign and f"scrapy {command} {subcommand} does not take {foreign}; see scrapy {command} -h"
