"""Everything that can go wrong, as one tree; each class carries its policy.

::

    IgcrawlError
    ├── BadInput                the operator's arguments, settings or files
    ├── Interrupted             the run was asked to stop
    ├── NotLoggedIn             a login by hand did not end in a session
    ├── StoreError              the store or an output cannot be read or written
    ├── LostClaim               another worker has taken the walk over
    └── AnswerError             what the server answered, or did not
        ├── Transient           passing fault: ask the same call again
        ├── MalformedAnswer     an answer that no reader understands
        ├── RequestRejected     the server found fault with the request
        ├── StaleDocId          a call was answered as if its doc_id were gone
        │   └── NoDocIdLeft     none of the query's doc_ids works
        ├── DeadCursor          the call works without its cursor only
        ├── Throttled           too many requests
        ├── WaitTooLong         the budget has no room for longer than the operator would wait
        ├── TargetError         the target's own answer
        │   ├── PrivateAccount
        │   ├── NotFound
        │   └── Refused
        └── Trouble             a human must look at the account
            ├── SessionExpired
            ├── ChallengeRequired
            ├── AutomationNoticed
            └── SessionParked   it was parked before, by this run or another

Policy: `verdict` is how the walk ends, `reach` how far the error reaches.
Which answer is which error is decided in one place, `diagnosis.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar

from igcrawl.verdict import Verdict


class Reach(Enum):
    """Reach of an error: what it ends."""

    WALK = "walk"
    CRAWL = "crawl"


class IgcrawlError(Exception):
    """The root. Its text is one line for the operator and never holds a part of the session.

    Args:
        message: what happened; what a server put into it is made printable.
    """

    def __init__(self, message: str) -> None:
        printable = "".join(character if character.isprintable() else " " for character in message)
        super().__init__(" ".join(printable.split()))


class BadInput(IgcrawlError):
    """Raised when an argument, a setting or a file cannot be used. Nothing was sent; the exit code is 2."""


class Interrupted(IgcrawlError):
    """Raised where a call would have to wait or be sent while the run is being stopped."""

    verdict: ClassVar[Verdict] = Verdict.INTERRUPTED
    reach: ClassVar[Reach] = Reach.CRAWL


class NotLoggedIn(IgcrawlError):
    """Raised when a login by hand did not end in a session. Nothing was saved."""


class StoreError(IgcrawlError):
    """Raised when the store or an exactly-once output cannot be read or written: a full disk, a lost connection.

    What was committed stays, and the same command goes on from there.
    """


class LostClaim(IgcrawlError):
    """Raised when a worker commits to a walk that it no longer holds. Nothing of the commit was written."""


class AnswerError(IgcrawlError):
    """Raised for an answer that is not a page, and for an answer that did not come."""

    verdict: ClassVar[Verdict] = Verdict.FAILED
    reach: ClassVar[Reach] = Reach.WALK


class Transient(AnswerError):
    """Raised for 5xx, a cut connection or body, broken compression and truncated JSON."""


class MalformedAnswer(AnswerError):
    """Raised when an answer is valid JSON that does not have the operation's shape.

    Args:
        operation: name of the operation that was asked.
        place: where in the answer, e.g. ``data.user.follower_count``.
        problem: what is wrong there.
    """

    def __init__(self, operation: str, place: str, problem: str) -> None:
        super().__init__(f"{operation}: {place}: {problem}")
        self.operation = operation
        self.place = place
        self.problem = problem


class RequestRejected(AnswerError):
    """Raised for a 4xx that is none of the others, e.g. a page size that is too large."""


class StaleDocId(AnswerError):
    """Raised when a GraphQL call is answered as Instagram answers an unregistered doc_id.

    Args:
        message: how it was answered.
        after_rest: whether the answer looked throttled first, so that the session has rested for it.
    """

    verdict = Verdict.STALE_DOC_ID
    reach = Reach.CRAWL

    def __init__(self, message: str, *, after_rest: bool = False) -> None:
        super().__init__(message)
        self.after_rest = after_rest


@dataclass(frozen=True, slots=True)
class TriedDocIds:
    """Result of a search for a doc_id that ended without one.

    Args:
        tried: ids that the call was sent with, in this order; none when all were known to be stale.
        substitute: name of the operation to ask next, None where nothing stands in.
        first_page: envelope of the substitute's first page, None when it is still to be asked for.
    """

    tried: tuple[str, ...] = ()
    substitute: str | None = None
    first_page: dict[str, Any] | None = None


class NoDocIdLeft(StaleDocId):
    """Raised when none of the doc_ids of a query works that are worth a request.

    Args:
        message: how the last of them was answered.
        search: what was tried, and what is next.
    """

    def __init__(self, message: str, search: TriedDocIds) -> None:
        super().__init__(message)
        self.search = search


class DeadCursor(AnswerError):
    """Raised when a call works without its cursor only.

    Args:
        message: how it was answered with the cursor.
        first: the envelope that came without, which is the first page's.
    """

    def __init__(self, message: str, first: dict[str, Any]) -> None:
        super().__init__(message)
        self.first = first


class Throttled(AnswerError):
    """Raised for 429 and its disguises.

    Args:
        message: what the server said.
        retry_after: seconds until it may be asked again, where it said so.
    """

    verdict = Verdict.THROTTLED
    reach = Reach.CRAWL

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class WaitTooLong(AnswerError):
    """Raised where a request would have to wait longer than IG_WAIT_MAX. Nothing was sent."""

    verdict = Verdict.THROTTLED
    reach = Reach.CRAWL


class TargetError(AnswerError):
    """Raised when the target, not the session, is why there is no page."""


class PrivateAccount(TargetError):
    """Raised when the target is private and the session does not follow it."""

    verdict = Verdict.PRIVATE


class NotFound(TargetError):
    """Raised when there is no such account or thing."""

    verdict = Verdict.NOT_FOUND


class Refused(TargetError):
    """Raised when the target does not allow the operation, e.g. chaining."""

    verdict = Verdict.REFUSED


class Trouble(AnswerError):
    """Raised when no further request may be made with this session: it is parked.

    `state` is what it is parked as, `advice` what its operator does now, with the session's name for `{session}`.
    """

    verdict = Verdict.BLOCKED
    reach = Reach.CRAWL
    state: ClassVar[str] = "parked"
    advice: ClassVar[str] = (
        "open Instagram with this account and do what it asks, then: scrapy session resume {session}; "
        "the same command goes on"
    )


class SessionExpired(Trouble):
    """Raised when the server asks for a login, and where a request would be sent after it had asked for one."""

    state = "expired"
    advice = "log in again by hand, then: scrapy session import FILE; the same command goes on"


class ChallengeRequired(Trouble):
    """Raised when the server asks for a challenge, a checkpoint or consent, or has suspended the account."""


class AutomationNoticed(Trouble):
    """Raised when the server says that it has seen automated behaviour."""

    advice = (
        "leave the account alone for a day or more and use it by hand, then: scrapy session resume {session}, "
        "and go on with a smaller IG_BUDGET_HOUR"
    )


class SessionParked(Trouble):
    """Raised when a request would be sent with a session that is parked."""
