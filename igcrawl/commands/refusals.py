"""Refusals: what commands say, in one line, where they cannot do what they were told."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from igcrawl.errors import BadInput, IgcrawlError
from igcrawl.printable import say
from igcrawl.verdict import ExitCode


def refuse(problem: str, code: ExitCode = ExitCode.BAD_INPUT) -> NoReturn:
    """Say in one line why nothing was done, and exit."""
    say(f"igcrawl: {' '.join(problem.split())}", file=sys.stderr)
    raise SystemExit(int(code))


class _Once(argparse._StoreAction):
    """An option with one value: a second one is refused, where argparse would take it and say nothing of the first."""

    #: What the last line of options that was parsed is taken into, and what it gave.
    _given: tuple[Any, Any] = None, None

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: str | None = None) -> None:
        """Take the value."""
        into, before = self._given
        if into is namespace and before != values:
            parser.error(f"{option_string} is given twice, as {before!r} and {values!r}: give it once")
        self._given = namespace, values
        super().__call__(parser, namespace, values, option_string)


def refuse_in_one_line(parser: argparse.ArgumentParser) -> None:
    """Let a command's parser say in one line which option it cannot read, in place of argparse's usage.

    Options that are added from then on take one value, and no second one.
    """
    parser.register("action", None, _Once)
    parser.register("action", "store", _Once)

    def error(message: str) -> NoReturn:
        # Such as: scrapy crawl [options] <spider>
        command = " ".join((parser.usage or "scrapy").split()[:2])
        refuse(f"{message}; see {command} -h")

    parser.error = error  # type: ignore[method-assign]


@contextmanager
def refusing_errors() -> Iterator[None]:
    """Say an error that is raised inside in one line, and exit; bad input has an exit code of its own."""
    try:
        yield
    except BadInput as error:
        refuse(str(error))
    except IgcrawlError as error:
        refuse(str(error), ExitCode.INCOMPLETE)


def whole_number(option: str, given: str) -> int:
    """Return the number that an option was given; anything else is refused."""
    if not (given.isascii() and given.isdecimal()):
        refuse(f"{option}: expected a whole number, got {given!r}")
    return int(given)


def answer_from_store(question: Callable[[], Coroutine[Any, Any, ExitCode | None]]) -> ExitCode:
    """Ask a store something, and return the exit code; what stands in the way is said in one line.

    Args:
        question: reads the settings and returns what is to be awaited; None is `ExitCode.OK`.
    """
    code = None
    try:
        with refusing_errors():
            code = asyncio.run(question())
    except BrokenPipeError:
        # Whoever was reading has enough: nothing to be said.
        return ExitCode.INCOMPLETE
    except KeyboardInterrupt:
        refuse("stopped; no file was changed", ExitCode.INCOMPLETE)
    return code or ExitCode.OK
