"""Python's words for what messages say in the command line's: the one place that decides how a program reads them.

Messages name arguments as the command line takes them (``-a fresh=1``, ``--any``), and advise commands. Walk records
keep such words in the store, where both read them, so they are turned when a message leaves for a program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from igcrawl.api.options import ARGUMENTS
from igcrawl.errors import IgcrawlError

_VALUE: Final = r"'[^']*'|[^\s`,;:()]+(?:,[^\s`,;:()]+)*"
_ARGUMENT: Final = re.compile(rf"-a (\w+)=({_VALUE})")
_SETTING: Final = re.compile(rf"-s (\w+)=({_VALUE})")
_CRAWL: Final = re.compile(rf"scrapy crawl (\w+)((?: -a \w+=(?:{_VALUE}))+)(?: …)?")
_QUESTION: Final = re.compile(r"^scrapy (compare|history|report|export)\b")
_OPTION: Final = re.compile(rf"(?<![\w-])--([a-z][a-z-]*)(?:=({_VALUE}))?")
#: The value that a message is about stands at its beginning, and may hold anything.
_FIRST: Final = re.compile(r"^([a-z_]+)=((?:(?!: ).)*)(?=: )")
#: Arguments, where a message names them without ``-a``.
_NAMED: Final = re.compile(rf"(?<![\w.])(?<!-a )({'|'.join(sorted(ARGUMENTS, key=len, reverse=True))})=({_VALUE})")
#: What stays as it is: other commands, for a terminal.
_COMMAND: Final = re.compile(r"(`[^`]*`|\bscrapy [a-z][^,;:`]*)")
_SAME: Final = re.compile(r"\bthe same command\b")
#: Options that are called otherwise here.
_NAMES: Final = {"from": "from_", "for": "purpose"}
#: Options without a value.
_FLAGS: Final = frozenset({"any"})
#: Arguments that are given as 0 or 1.
_SWITCHES: Final = frozenset({"fresh", "verify", "confirm", "expand", "stream", "lsd"})
#: Arguments that are numbers here; ids are text.
_NUMBERS: Final = frozenset({"depth", "max_pages", "max_users", "max_walks", "overlap", "page_size", "skip_over"})
_NUMBER: Final = re.compile(r"-?\d+")


def python_words(message: str) -> str:
    """Return a message as a program's user reads it."""
    about = _FIRST.match(message)
    if about is not None and about[1] in ARGUMENTS:
        return _given(about[1], about[2]) + python_words(message[about.end() :])
    told = _NAMED.sub(lambda found: _given(*found.groups()), message)
    told = _CRAWL.sub(_call, told)
    told = _ARGUMENT.sub(lambda found: _given(*found.groups()), told)
    told = _SETTING.sub(lambda found: f'settings={{"{found[1]}": {_shown(found[2])}}}', told)
    told = _SAME.sub("the same call", told).replace("run the command again", "call it again")
    told = _QUESTION.sub(r"\1", told)
    parts = _COMMAND.split(told)
    # The odd ones are commands.
    parts[::2] = [_OPTION.sub(_option, part) for part in parts[::2]]
    return "".join(parts)


@contextmanager
def in_python_words() -> Iterator[None]:
    """Turn the words of errors that are raised inside."""
    try:
        yield
    except IgcrawlError as error:
        error.args = (python_words(str(error)),)
        raise


def _call(found: re.Match[str]) -> str:
    """Return a method's call for a command that crawls."""
    spider, given = found[1], dict(_ARGUMENT.findall(found[2]))
    told = [_given(name, value) for name, value in given.items() if not (spider == "operation" and name == "name")]
    if spider == "operation" and "name" in given:
        spider, told = "call", [_shown(given["name"]), *told]
    return f"ig.{spider}({', '.join(told)})"


def _given(name: str, value: str) -> str:
    if name in _SWITCHES and value in {"0", "1"}:
        return f"{name}={bool(int(value))}"
    if name in _NUMBERS and _NUMBER.fullmatch(value):
        return f"{name}={value}"
    return f"{name}={_shown(value)}"


def _shown(value: str) -> str:
    return value if value in {"…", "True", "False"} else repr(value.removeprefix("'").removesuffix("'"))


def _option(found: re.Match[str]) -> str:
    name = _NAMES.get(found[1], found[1])
    if found[1] in _FLAGS:
        return f"{name}=True"
    return name if found[2] is None else f"{name}={_shown(found[2])}"
