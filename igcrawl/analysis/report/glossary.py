"""Verdicts in the report: what each means, and how loudly it is shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from igcrawl.verdict import OPEN, Verdict

MEANINGS: Final = {
    Verdict.COMPLETE: "The list ended and holds what was expected, short of it by at most 5% or 3 accounts.",
    Verdict.UPDATED: "Only who is new was read, down to followers already known. Who left is still counted.",
    Verdict.STOPPED: "The operator's own limit ended the walk: the rest of the list is unknown.",
    Verdict.UNVERIFIED: "The list ended, but nothing said how long it should be.",
    Verdict.LIMITED: "The server said that it cut the list: who is missing may still be in it.",
    Verdict.SUSPECT: "The list ended too short for what the profile said, or seemed endless.",
    Verdict.LOOPED: "The server's pages went in a circle: the rest of the list is unknown.",
    Verdict.PRIVATE: "The account is private: its list was not shown.",
    Verdict.NOT_FOUND: "There was no such account.",
    Verdict.REFUSED: "The server refused the list.",
    Verdict.THROTTLED: "Too many requests: the walk goes on with the same command.",
    Verdict.STALE_DOC_ID: "The query was rotated, and no other worked: the walk goes on with the same command.",
    Verdict.BLOCKED: "The server wanted a human to look at the session: nothing was asked after that.",
    Verdict.FAILED: "The server kept failing: the walk goes on with the same command.",
    Verdict.INTERRUPTED: "The run was stopped: the walk goes on with the same command.",
    OPEN: "The walk has not ended: the same command goes on with it.",
}
_GOOD: Final = {Verdict.COMPLETE, Verdict.UPDATED}
_PLAIN: Final = {Verdict.UNVERIFIED, Verdict.PRIVATE, Verdict.NOT_FOUND, Verdict.REFUSED}
_BAD: Final = {Verdict.BLOCKED, Verdict.FAILED, Verdict.STALE_DOC_ID}


def tone(verdict: str) -> str:
    """Return how a verdict is shown: good, plain, warn or bad."""
    if verdict in _GOOD:
        return "good"
    if verdict in _PLAIN:
        return "plain"
    return "bad" if verdict in _BAD else "warn"


def glossary(verdicts: Iterable[str]) -> list[tuple[str, str]]:
    """Return the meanings of verdicts, each once and the best first."""
    wanted = set(verdicts)
    return [(str(verdict), meaning) for verdict, meaning in MEANINGS.items() if verdict in wanted]
