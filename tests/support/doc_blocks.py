"""Blocks of code of a page: commands with what they print, and programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

#: A comment that belongs to the block behind it, and the block.
_BLOCK = re.compile(
    r"(?:^<!-- (?P<note>[^>]*?) -->\n+)?^(?P<fence>`{3,})(?P<kind>\w*)[^\n]*\n(?P<text>.*?)^(?P=fence)$", re.M | re.S
)
_NOT_RUN = re.compile(r"not run: (?P<why>.+)")
_INSIDE = re.compile(r"inside: (?P<statement>.+)")
_EXIT_CODE = re.compile(r"exit code: (?P<code>\d+)")
#: What begins a command in a block that does not say that it has some.
_COMMANDS = re.compile(r"^(\$ |scrapy |make |pip )", re.M)


@dataclass(frozen=True)
class Command:
    """A command, and the lines that the page shows below it."""

    text: str
    shown: tuple[str, ...] = ()

    def missing(self, printed: str) -> list[str]:
        """The lines shown that were not printed in their order; … stands for anything, alone for any lines."""
        lines = iter(line.rstrip() for line in printed.splitlines())
        return [
            line for line in self.shown if line != "…" and not any(_pattern(line).fullmatch(each) for each in lines)
        ]


@dataclass(frozen=True)
class Block:
    """A block with something to run."""

    kind: str
    text: str
    line: int
    why_not: str | None
    exit_code: int
    inside: str | None = None
    commands: tuple[Command, ...] = field(default=())


def blocks_of(page: Path) -> list[Block]:
    """The blocks of a page that a reader may run."""
    return list(_blocks(page.read_text("utf-8")))


def _blocks(text: str) -> Iterator[Block]:
    for found in _BLOCK.finditer(text):
        kind = found["kind"] or "console"
        if kind == "sh":
            kind = "console"
        if kind not in {"console", "python"} or (not found["kind"] and not _COMMANDS.search(found["text"])):
            continue
        note = found["note"] or ""
        not_run, code, inside = (mark.fullmatch(note) for mark in (_NOT_RUN, _EXIT_CODE, _INSIDE))
        line = text.count("\n", 0, found.start("fence")) + 1
        yield Block(
            kind,
            found["text"],
            line,
            not_run["why"] if not_run else None,
            int(code["code"]) if code else 0,
            inside["statement"] if inside else None,
            tuple(_commands(found["text"])) if kind == "console" else (),
        )


def _commands(text: str) -> Iterator[Command]:
    """A command begins with a dollar and goes on below a backslash; what stands below it is what it prints."""
    command, shown = "", list[str]()
    for line in text.splitlines():
        if command.endswith("\\\n"):
            command += line.removeprefix("> ") + ("\n" if line.endswith("\\") else "")
        elif line.startswith("$ "):
            if command:
                yield Command(command, tuple(shown))
            command, shown = line[2:] + ("\n" if line.endswith("\\") else ""), []
        else:
            shown.append(line.rstrip())
    if command:
        yield Command(command, tuple(shown))


def _pattern(line: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, line.split("…"))))
