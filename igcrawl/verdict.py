"""Verdicts of walks, and the exit codes of a crawl that follow from them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import IntEnum, StrEnum
from typing import Final

#: A list may be this much shorter than the expected count and still be complete: a share, or a number of
#: accounts, whichever is more. Instagram's counts include accounts that it no longer lists.
TOLERATED_SHARE = 0.05
TOLERATED_ACCOUNTS = 3
#: A complete list may be this much shorter than the expected count and still tell who is gone.
TOLERATED_SHARE_FOR_GONE = 0.01

_MOST: Final = (1 << 63) - 1


class Verdict(StrEnum):
    """Reasons for the end of a walk. Every walk ends with exactly one."""

    COMPLETE = "complete"
    UPDATED = "updated"
    STOPPED = "stopped"
    UNVERIFIED = "unverified"
    LIMITED = "limited"
    SUSPECT = "suspect"
    LOOPED = "looped"
    PRIVATE = "private"
    NOT_FOUND = "not_found"
    REFUSED = "refused"
    THROTTLED = "throttled"
    STALE_DOC_ID = "stale_doc_id"
    BLOCKED = "blocked"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


#: In the place of a verdict: a walk that has none yet.
OPEN: Final = "open"
#: Reasons for each verdict, in Markdown: "the walk ended because …".
MEANINGS: Final[Mapping[Verdict, str]] = {
    Verdict.COMPLETE: "the list ended and is at most 5% or 3 accounts, whichever is more, shorter than expected; or "
    "the one answer came. The reason says when it held over 5% and 3 accounts more",
    Verdict.UPDATED: "`since=last` reached accounts that were known",
    Verdict.STOPPED: "your own limit was reached: `max_pages`, `max_users`, `skip_over`",
    Verdict.UNVERIFIED: "the list ended, and nothing said how long it should be",
    Verdict.LIMITED: "the server said that it cut the list",
    Verdict.SUSPECT: "the list ended too short, or seems to have [no end](honesty.md#lists-without-an-end); or the "
    "server said that there is more and gave no cursor, or no row of the last page could be read",
    Verdict.LOOPED: "a cursor came a second time",
    Verdict.PRIVATE: "the account is private; or its profile says so, and its list was empty",
    Verdict.NOT_FOUND: "there is no such account or thing",
    Verdict.REFUSED: "the target does not allow the operation",
    Verdict.THROTTLED: "too many requests, and the run was not to wait longer",
    Verdict.STALE_DOC_ID: "the registered query was rotated, and nothing else could take its place",
    Verdict.BLOCKED: "the server wants a human to look at the account, or the login has expired",
    Verdict.FAILED: "the server kept failing, or sent what no reader understands",
    Verdict.INTERRUPTED: "the run was stopped",
}
#: Verdicts after which `scrapy crawl` exits 0.
GOOD = frozenset(
    {
        Verdict.COMPLETE,
        Verdict.UPDATED,
        Verdict.STOPPED,
        Verdict.UNVERIFIED,
        Verdict.PRIVATE,
        Verdict.NOT_FOUND,
        Verdict.REFUSED,
    }
)


#: Verdicts of walks that brought what they were to bring, or that the operator or the budget ended.
UNREMARKABLE: Final = frozenset(
    {Verdict.COMPLETE, Verdict.UPDATED, Verdict.STOPPED, Verdict.UNVERIFIED, Verdict.INTERRUPTED}
)
#: Verdicts after which the same command continues; after `stopped`, when the limit was raised.
RESUMABLE = frozenset(
    {
        Verdict.INTERRUPTED,
        Verdict.THROTTLED,
        Verdict.BLOCKED,
        Verdict.STALE_DOC_ID,
        Verdict.FAILED,
        Verdict.STOPPED,
    }
)
#: Verdicts that the same command continues with; `stopped` only when its limit was raised.
REOPENED: Final = tuple(sorted(verdict.value for verdict in RESUMABLE - {Verdict.STOPPED}))


#: Verdicts after which there is nothing left to ask.
FINAL = frozenset(Verdict) - RESUMABLE


#: Verdicts that are not good, the worst first.
BAD: Final = (
    Verdict.BLOCKED,
    Verdict.FAILED,
    Verdict.STALE_DOC_ID,
    Verdict.THROTTLED,
    Verdict.INTERRUPTED,
    Verdict.SUSPECT,
    Verdict.LOOPED,
    Verdict.LIMITED,
)


class ExitCode(IntEnum):
    """Exit codes of `scrapy crawl` and of the other commands."""

    OK = 0
    INCOMPLETE = 1
    BAD_INPUT = 2
    TROUBLE = 3


#: Meanings of each exit code, in Markdown: of `scrapy crawl`, and of the other commands.
EXIT_CODE_MEANINGS: Final[Mapping[ExitCode, tuple[str, str]]] = {
    ExitCode.OK: ("every walk of the crawl ended well", "done"),
    ExitCode.INCOMPLETE: (
        "a walk ended otherwise, or an output failed; run the same command again or look at `scrapy walks`",
        "the store failed, or the result is not what it should be",
    ),
    ExitCode.BAD_INPUT: ("arguments, settings or files cannot be used; nothing was sent", "the same"),
    ExitCode.TROUBLE: (
        "a human must act: the session is parked, was parked in this run, or its login has expired; see"
        " [sessions](sessions.md#looking-after-them). It comes before 1",
        "the same",
    ),
}


def exit_code(verdicts: Iterable[Verdict]) -> ExitCode:
    """Return the exit code of a crawl whose walks ended so."""
    seen = set(verdicts)
    if Verdict.BLOCKED in seen:
        return ExitCode.TROUBLE
    return ExitCode.OK if seen <= GOOD else ExitCode.INCOMPLETE


def worst_of(verdicts: Collection[Verdict]) -> Verdict | None:
    """Return the worst of several verdicts; None when all are good."""
    return next((verdict for verdict in BAD if verdict in verdicts), None)


def judge_ended_list(records: int, expected: int | None) -> Verdict:
    """Judge a list that the server ended by itself: it gave no further cursor and did not say that it cut the list.

    Args:
        records: different accounts found.
        expected: the count in the target's profile, None when it was not asked for.
    """
    if expected is None:
        return Verdict.UNVERIFIED
    if expected > 0 and records == 0:
        return Verdict.SUSPECT
    tolerated = max(TOLERATED_SHARE * expected, TOLERATED_ACCOUNTS)
    return Verdict.COMPLETE if expected - records <= tolerated else Verdict.SUSPECT


def holds_too_many(records: int, expected: int | None) -> bool:
    """Return whether a list holds so many more than were expected as it may hold fewer, and more."""
    return expected is not None and records - expected > max(TOLERATED_SHARE * expected, TOLERATED_ACCOUNTS)


def believed_count(count: int | None) -> int | None:
    """Return a count of the server's, None when it is none: below zero, or beyond 64 bits."""
    return count if count is not None and 0 <= count <= _MOST else None


def tells_who_is_gone(verdict: str, records: int, expected: int | None) -> bool:
    """Return whether an account not in a list may be taken for missing: the list is complete, by 1% at most."""
    if verdict != Verdict.COMPLETE or expected is None:
        return False
    return expected - records <= TOLERATED_SHARE_FOR_GONE * expected
