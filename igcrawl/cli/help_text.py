"""Layout of help: a heading, and below it terms with what they mean, wrapped within the terminal."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from typing import Final

from igcrawl.cli.tables import shown_width, wrapped

_INDENT: Final = "  "
_GAP: Final = "  "
_LONGEST_TERM: Final = 24
_NARROWEST: Final = 20
_WIDEST: Final = 110


def help_width() -> int:
    """Return the width of help: the terminal's, 80 without one, and not so wide that lines are hard to read."""
    return min(max(shutil.get_terminal_size((80, 24)).columns, _NARROWEST), _WIDEST)


def paragraph(text: str, width: int, indent: str = "") -> Iterator[str]:
    """Yield a text in lines."""
    yield from (indent + line for line in wrapped(text, max(width - len(indent), 1)))


def section(heading: str, rows: Iterable[tuple[str, str]], width: int) -> Iterator[str]:
    """Yield a blank line, a heading, and terms with what they mean behind them; nothing where there are none.

    Args:
        heading: ends with a colon.
        rows: terms and meanings.
        width: of the lines.
    """
    listed = list(rows)
    if not listed:
        return
    yield ""
    yield heading
    most = max((shown_width(term) for term, _ in listed if shown_width(term) <= _LONGEST_TERM), default=0)
    for term, meaning in listed:
        lead = _INDENT + term + " " * (most - shown_width(term))
        if shown_width(term) > most or width - len(_INDENT) - most - len(_GAP) < _NARROWEST:
            yield _INDENT + term
            yield from paragraph(meaning, width, _INDENT * 3)
            continue
        first, *others = wrapped(meaning, width - shown_width(lead) - len(_GAP))
        yield (lead + _GAP + first).rstrip()
        yield from (" " * shown_width(lead) + _GAP + line for line in others)
