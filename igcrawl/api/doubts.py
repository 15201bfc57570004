"""Errors of a list that is not what its caller takes it for, by the verdicts of its walks.

They stand beside the tree of `igcrawl.errors`, since they carry the walks' records: `NotFound`, `PrivateAccount` and
`Refused` here are those of a program's lists, there those of a single answer.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from types import FrameType
from typing import Final, Self

from igcrawl.api.python_words import python_words
from igcrawl.api.walk_ends import WalkEnds
from igcrawl.errors import BadInput, IgcrawlError, SessionParked, StoreError
from igcrawl.items import WalkEnd
from igcrawl.running import Outcome
from igcrawl.verdict import BAD, RESUMABLE, ExitCode, Verdict
from igcrawl.wording import counted


class DoubtfulResult(IgcrawlError):
    """Raised at the end of a list that is not whole, or may not be. What came before is in the store.

    `walk` is the record of the walk that ended worst, `walks` are those of all that ended badly, the worst first. The
    list's own `walks` has those of the other accounts, too.

    Args:
        message: what happened, and what to do now.
        walks: the records, the worst first; at least one.
    """

    def __init__(self, message: str, walks: Sequence[WalkEnd]) -> None:
        super().__init__(message)
        self.walk = walks[0]
        self.walks = list(walks)

    def __reduce__(self) -> tuple[type[Self], tuple[str, list[WalkEnd]]]:
        return type(self), (str(self), self.walks)


class DoubtfulResultWarning(UserWarning):
    """Warning in the place of `DoubtfulResult`, with ``on_doubt="warn"``."""


def warn_caller(doubt: str) -> None:
    """Warn of a doubtful result at the line outside igcrawl that reads the list."""
    frame: FrameType | None = sys._getframe()
    level = 1
    while frame is not None and str(frame.f_globals.get("__name__")).startswith("igcrawl."):
        frame, level = frame.f_back, level + 1
    warnings.warn(doubt, DoubtfulResultWarning, stacklevel=level)


class NotFound(DoubtfulResult):
    """Raised when there is no such account or thing."""


class PrivateAccount(DoubtfulResult):
    """Raised when the account is private, and the session does not follow it."""


class Refused(DoubtfulResult):
    """Raised when the account does not allow what was asked."""


#: Answers of the targets themselves.
_OF_TARGETS: Final[dict[Verdict, type[DoubtfulResult]]] = {
    Verdict.NOT_FOUND: NotFound,
    Verdict.PRIVATE: PrivateAccount,
    Verdict.REFUSED: Refused,
}


def problem_of(outcome: Outcome, ends: WalkEnds, *, whole_graph: bool = False) -> IgcrawlError | None:
    """Return what is wrong with a crawl's result; None when nothing is.

    Args:
        outcome: of the crawl.
        ends: the ends of its walks.
        whole_graph: whether it walks accounts that it found: that some of them are private is in their nature.
    """
    if outcome.exit_code is ExitCode.BAD_INPUT:
        return BadInput(python_words(outcome.refused or "the crawl was refused"))
    if bad := ends.of(*BAD):
        return DoubtfulResult(_told(bad), bad)
    if outcome.exit_code is ExitCode.TROUBLE:
        return SessionParked(python_words(outcome.refused or "the session is parked; scrapy session list tells why"))
    missing = ends.of(*_OF_TARGETS)
    if missing and not (whole_graph and len(missing) < len(ends.all)):
        return _OF_TARGETS[Verdict(missing[0].verdict)](_told(missing), missing)
    if outcome.exit_code is not ExitCode.OK:
        broke_off = "the crawl broke off; its log tells why, and the same loop continues it"
        return StoreError(python_words(outcome.refused or broke_off))
    return None


def _told(walks: Sequence[WalkEnd]) -> str:
    """Return what became of walks, and what to do now."""
    worst = walks[0]
    verdict = Verdict(worst.verdict)
    of = "" if worst.expected is None else f" of {worst.expected:,}"
    reason = f": {python_words(worst.reason)}" if worst.reason else ""
    more = f"; {counted(len(walks) - 1, 'more walk')} ended like it or little better" if len(walks) > 1 else ""
    return f"{worst.walk} ended {verdict}, {counted(worst.records, 'record')}{of}{reason}{more}{_advice(verdict)}"


def _advice(verdict: Verdict) -> str:
    if verdict in _OF_TARGETS:
        return ""
    if verdict in RESUMABLE:
        return '; what came is in the store, and the same loop continues; on_doubt="warn" takes it as it is'
    return '; what came is in the store, on_doubt="warn" takes it as it is, and the same loop asks for the list anew'
