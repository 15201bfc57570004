"""What the pages name of commands, spiders, arguments and options is in the code, in blocks and in sentences alike."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from igcrawl.arguments import IGNORED
from igcrawl.cli.docs import commands as commands_page
from igcrawl.cli.docs import spiders as spiders_page
from igcrawl.cli.docs.commands import actions_of, options_of
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.verdict import Verdict
from tests.conftest import ROOT

PAGES = [*sorted((ROOT / "docs").glob("*.md")), *(ROOT / name for name in ("README.md", "CONTRIBUTING.md"))]
#: Of Scrapy itself, and of any shell.
SCRAPYS = {"list", "runspider", "shell", "startproject", "COMMAND", "SPIDER", "SHELL"}
EVERY_COMMANDS = {"-s", "-h", "--help", "--logfile", "-L", "--nolog", "-a", "-o", "-O"}
#: Spiders of pages that show how one is written, and such that stand for any.
OF_PAGES = {"SPIDER", "feeds", "thread"}
_NAMED = re.compile(r"`(scrapy [^`\n]+)`|^(?:\$ )?((?:[A-Z_]+=\S+ )*scrapy [a-z].*)$", re.M)


our_commands, our_spiders = cache(commands_page.our_commands), cache(spiders_page.our_spiders)


def named(text: str) -> Iterator[list[str]]:
    """The words of each `scrapy …` of a page, up to where the shell takes over."""
    joined = text.replace("\\\n", " ")
    for found in _NAMED.finditer(joined):
        command = found[1] or found[2][found[2].index("scrapy ") :]
        command = re.split(r"\s[|><;&]|\s#|…$|\s\[|\s{4,}", command)[0]
        try:
            yield shlex.split(command)[1:]
        except ValueError:
            yield command.split()[1:]


def faults_of(words: list[str]) -> Iterator[str]:
    """What a command names that the code does not have."""
    if not words or words[0] in SCRAPYS or words[0].startswith(("-", "…")):
        return
    name, *rest = words
    commands, spiders = our_commands(), our_spiders()
    if name not in commands:
        yield f"there is no command {name}"
        return
    known = {option for each in options_of(commands[name]) for option in each.option_strings}
    options = [word.partition("=")[0] for word in rest if re.match(r"--?[a-zA-Z]", word)]
    yield from (f"{name} has no {option}" for option in options if option not in known | EVERY_COMMANDS)
    firsts = rest[0].split("|") if rest and re.fullmatch(r"[a-z|]+", rest[0]) else []
    if actions_of(commands[name]):
        yield from (f"{name} does not take {word}" for word in firsts if word not in actions_of(commands[name]))
    if name == "crawl" and rest and re.fullmatch("[a-z_]+", rest[0]):
        if rest[0] not in spiders:
            yield from [] if rest[0] in OF_PAGES else [f"there is no spider {rest[0]}"]
            return
        yield from _argument_faults(rest, set(spiders[rest[0]].arguments.model_fields) | set(IGNORED))


def _argument_faults(words: list[str], known: set[str]) -> Iterator[str]:
    given = [word for flag, word in pairwise(words) if flag == "-a"]
    arguments = dict(word.partition("=")[::2] for word in given if "=" in word)
    if words[0] == "operation" and arguments.get("name") in OPERATIONS:
        known = known | set(OPERATIONS[arguments["name"]].arguments) | {"username"}
    elif words[0] == "operation":
        known = known | set(arguments)
    yield from (f"{words[0]} has no argument {name}" for name in arguments if name.isidentifier() and name not in known)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_names_no_command_spider_argument_or_option_that_does_not_exist(page: Path) -> None:
    assert [(words, fault) for words in named(page.read_text("utf-8")) for fault in faults_of(words)] == []


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("`scrapy craul followers`", "there is no command craul"),
        ("$ scrapy crawl folowers -a user_id=1", "there is no spider folowers"),
        ("$ IG_SESSION=me scrapy crawl followers -a user=1", "followers has no argument user"),
        ("`scrapy walks --rety suspect`", "walks has no --rety"),
        ("$ scrapy session chek me", "session does not take chek"),
        ("$ scrapy crawl operation -a name=chaining -a user=1", "operation has no argument user"),
    ],
)
def test_a_slip_on_a_page_is_found(line: str, fault: str) -> None:
    assert [each for words in named(line) for each in faults_of(words)] == [fault]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_names_no_verdict_that_does_not_exist(page: Path) -> None:
    told = re.findall(r"(?:ends?|ended|verdict is) `([a-z_]+)`", page.read_text("utf-8"))
    assert set(told) - {verdict.value for verdict in Verdict} == set()
