"""Text of the server's for the operator's eyes: nothing in it steers a terminal or begins a line of its own. Pure.

What is written for a person goes through here: the log (`igcrawl.sessions.log_guard`), what commands print (`say`),
and the reason of a verdict. Records are data and keep what the server gave.
"""

from __future__ import annotations

import os
import sys
from typing import Final, TextIO

#: Before each further line of a text that may have several.
_INDENT: Final = "    "


def printable(text: str, most: int | None = None) -> str:
    r"""Return a text as one line in which everything can be seen.

    Line breaks, control characters, marks that change the direction of writing and halves of characters are written as
    escapes: ``\n``, ``\x1b``, ``\u202e``, ``\ud83d``.

    Args:
        text: whatever it is.
        most: so many characters at most, the last of which says that there was more; None for all.
    """
    if most is not None and len(text) > most:
        text = f"{text[: most - 1]}…"
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escaped(character) for character in text)


def fitted(text: str, most: int) -> str:
    """Return a text as one printable line of so many characters at most, its escapes included."""
    shown = printable(text, most)
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


def printable_lines(text: str, most: int | None = None) -> str:
    """Return a text of several lines, each of them printable; only the first begins where a record of a log does.

    Args:
        text: whatever it is.
        most: so many characters a line at most; None for all.
    """
    return f"\n{_INDENT}".join(printable(line) if most is None else fitted(line, most) for line in text.split("\n"))


def say(*values: object, sep: str = " ", file: TextIO | None = None, flush: bool = False) -> None:
    """Print values, each as one printable line.

    Args:
        values: whose text is printed.
        sep: between them; may be a line break.
        file: where they go; None for standard output.
        flush: whether what was printed before goes out at once.
    """
    stream = file or sys.stdout
    try:
        print(*(printable(str(value)) for value in values), sep=sep, file=stream, flush=flush)
    except OSError as error:
        # As in `scrapy walks | head`: nobody reads on. What cannot be said beside the output changes no exit code.
        if stream is not sys.stderr and not isinstance(error, BrokenPipeError):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def fill_closed_streams() -> None:
    """Give standard streams that were closed before the start, as by ``2>&-``, a place that takes all.

    Otherwise Scrapy's log fails for want of one, and a file that is opened later gets the number of another.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            # It gets the lowest number that is free: the stream's own.
            file = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(file, "w" if number else "r", encoding="utf-8", closefd=False))


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
