"""The commands and their options as a page for people: docs/commands.md, written by `scrapy operations --docs`."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from scrapy.commands import ScrapyCommand
from scrapy.settings import Settings

from igcrawl.cli.known_commands import commands_in
from igcrawl.wording import capitalised

_INTRODUCTION: Final = """# Commands
`scrapy COMMAND -h` shows the same on the terminal, and Scrapy's own options (`-s`, `--logfile`, …). The rest of
Scrapy's commands stay as they are. On a terminal, tables are as wide as the terminal and wrap their cells;
elsewhere each row is one line. [Exit codes](verdicts.md#exit-codes) are the same everywhere.

Written by `scrapy operations --docs --answers tests/payloads` from `igcrawl/commands/`; a test fails when this
page is stale.
"""
#: What to read beside the options, in Markdown.
MORE: Final[Mapping[str, str]] = {
    "budget": "[Budget](budget.md) explains what it shows.",
    "compare": "[Comparing lists](compare.md) tells how to read the answers.",
    "completion": "The script knows the spiders and operations of the moment it was written: write it again after "
    "adding one.",
    "crawl": "Each of the [spiders](spiders.md) has its arguments; `scrapy crawl SPIDER -h` lists them with their "
    "defaults, allowed values and examples. `scrapy crawl SPIDER` alone lists the targets that it can be given, with "
    "exit code 2.",
    "docids": "[doc_ids](doc_ids.md) explains what it is for.",
    "export": "[Files that other programs open](export.md) says what each format is for, and which walks are written.",
    "help": "Without a name it lists the spiders and commands.",
    "history": "[Comparing lists](compare.md#an-account-over-time) tells how to read it.",
    "operations": "[Operations](operations.md) lists the same. The table has other names where it is not printed on "
    "a terminal.",
    "report": "[A report to look at](report.md) explains its parts.",
    "session": "[Sessions](sessions.md) explains formats, states and containers.",
    "simulate": "[The simulator](simulator.md) has a script of faults, and how another shell crawls it.",
    "walks": "[Long crawls](running.md#one-crawl) says which walks are open, and which are final. `records` counts as "
    "the walk's record does; `lines` is what the store keeps of it: its records, its walk record, and the profile that "
    "was asked beside its list.",
}


def page_of_commands() -> str:
    """Return the page."""
    return "\n".join(
        [_INTRODUCTION, *(line for name, command in our_commands().items() for line in _entry(name, command))]
    )


def our_commands() -> dict[str, ScrapyCommand]:
    """Return the commands of igcrawl by their names."""
    found = dict(sorted(commands_in("igcrawl.commands").items()))
    for command in found.values():
        command.settings = Settings()
    return found


def actions_of(command: ScrapyCommand) -> dict[str, str]:
    """Return the words that a command can be told to do, with their meanings: its `ACTIONS`."""
    return dict(getattr(command, "ACTIONS", {}))


def options_of(command: ScrapyCommand) -> list[argparse.Action]:
    """Return the options that a command has beside those of all of Scrapy's."""
    scrapys = {tuple(each.option_strings) for each in _added(lambda parser: ScrapyCommand.add_options(command, parser))}
    return [option for option in _added(command.add_options) if tuple(option.option_strings) not in scrapys]


def ways_of(command: ScrapyCommand) -> list[str]:
    """Return the ways in which a command can be called; between two of its actions a bar may mean another choice."""
    actions = "|".join(actions_of(command))
    return re.split(rf" \| (?=(?:{actions})\b)" if actions else r" \| (?![^\[]*\])", command.syntax())


def _added(add: Callable[[argparse.ArgumentParser], Any]) -> list[argparse.Action]:
    parser = argparse.ArgumentParser(add_help=False, conflict_handler="resolve")
    add(parser)
    return parser._actions


def _entry(name: str, command: ScrapyCommand) -> Iterator[str]:
    yield f"## scrapy {name}"
    yield f"{capitalised(command.short_desc())}."
    if name in MORE:
        yield MORE[name]
    yield ""
    yield "```text"
    yield from (f"scrapy {name} {way}".rstrip() for way in ways_of(command))
    yield "```"
    yield ""
    rows = [(f"`{word}`", meaning) for word, meaning in actions_of(command).items()]
    rows += [(_shown(option), _meaning(option)) for option in options_of(command)]
    if rows:
        yield f"| {'action or option' if actions_of(command) else 'option'} | meaning |"
        yield "| --- | --- |"
        yield from (f"| {what} | {meaning.replace('|', '&#124;')} |" for what, meaning in rows)
        yield ""


def _shown(option: argparse.Action) -> str:
    takes = "" if option.nargs == 0 else f" {option.metavar or option.dest.upper()}"
    return ", ".join(f"`{name}{takes}`" for name in option.option_strings)


def _meaning(option: argparse.Action) -> str:
    return (option.help or "") % {"default": option.default} if "%(" in (option.help or "") else option.help or ""
