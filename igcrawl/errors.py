"""Everything that can go wrong, as one tree; each class carries its policy.

::

    IgcrawlError
    ├── BadInput                the operator's arguments, settings or files
    ├── Interrupted             the run was asked to stop
    ├── BadItem                 what a pipeline of somebody's own handed on
    ├── NotLoggedIn             a login by hand did not end in a session
    ├── StoreError              the store or an output cannot be read or written
    ├── LostClaim               another worker has taken the walk over
    └── AnswerError             what the server answered, or did not
        ├── Transient           passing fault: ask the same call again
        ├── MalformedAnswer     an answer that no reader understands
        ├── RequestRejected     the server found fault with the request
        ├── Unclear             on no list: evidence decides
        ├── StaleDocId          a registered query was rotated
        │   └── PerhapsStale    or its target refuses
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

What the client raises at the end of a doubtful list carries walk records, and stands in `igcrawl.api.doubts`.

Policy: `verdict` is how the walk ends, `reach` how far the error reaches.
Which answer is which error is decided in `igcrawl.calling`: by lists in `diagnosis`, or by `evidence`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, StrEnum
from typing import ClassVar

from igcrawl.verdict import Verdict


class Reach(Enum):
    """Reach of an error: what it ends."""

    WALK = "walk"
    CRAWL = "crawl"


class Sign(StrEnum):
    """Signs: what an answer looks like whose meaning is on no list."""

    #: A redirect, by HTTP or in JSON, or a page of HTML in place of JSON, with 200.
    ELSEWHERE = "leads elsewhere"
    #: 401 or 403, without a word.
    DENIED = "denied without words"
    #: 401 or 403 with words.
    DENIED_WITH_WORDS = "denied with words"
    #: Words that speak of the account or the device, with any status.
    ABOUT_ACCOUNT = "words about the account or device"
    #: Any other status, words, numbers or a null root that say no.
    REFUSED = "refused"
    #: JSON without what the operation reads.
    SHAPELESS = "without its root"
    #: 404, or null in the place of what was asked for.
    ABSENT = "absent"
    #: "Please wait", again after the session has rested.
    WAIT_AGAIN = "asked to wait again after a cooldown"


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


class BadItem(IgcrawlError):
    """Raised when a pipeline of the operator's own handed on what is no record. The page is not committed."""


class NotLoggedIn(IgcrawlError):
    """Raised when a login by hand did not end in a session. Nothing was saved."""


class StoreError(IgcrawlError):
    """Raised when the store or an exactly-once output cannot be read or written: a full disk, a lost connection.

    What was committed stays, and the same command continues from there.
    """


class LostClaim(IgcrawlError):
    """Raised when a worker commits to a walk that it no longer holds. Nothing of the commit was written."""


class AnswerError(IgcrawlError):
    """Raised for an answer that is not a page, and for an answer that did not come."""

    verdict: ClassVar[Verdict] = Verdict.FAILED
    reach: ClassVar[Reach] = Reach.WALK

    def clear(self, text: Callable[[str], str]) -> None:
        """Take out of what the server said what nobody may read.

        Args:
            text: returns a text without it.
        """
        self.args = (text(str(self)),)


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
    """Raised when the session works, and this call does not, e.g. for a page size that is too large."""


class Unclear(AnswerError):
    """Raised for an answer whose meaning is on no list: evidence decides it.

    Args:
        message: how it was answered, with the server's own words or the address that it leads to.
        sign: what it looks like.
        words: what the server said, "" for nothing.
    """

    def __init__(self, message: str, sign: Sign, words: str = "") -> None:
        super().__init__(message)
        self.sign = sign
        self.words = words

    def clear(self, text: Callable[[str], str]) -> None:
        """See `AnswerError.clear`."""
        super().clear(text)
        self.words = text(self.words)

    def is_like(self, other: Unclear) -> bool:
        """Return whether two answers look alike, whatever they were asked; numbers in their words may differ."""
        return (self.sign, _without_digits(self.words)) == (other.sign, _without_digits(other.words))


def _without_digits(words: str) -> str:
    return "".join(character for character in words if not character.isdecimal())


class StaleDocId(AnswerError):
    """Raised when a registered query was rotated, and no id that is known works."""

    verdict = Verdict.STALE_DOC_ID
    reach = Reach.CRAWL


class PerhapsStale(StaleDocId):
    """Raised when a registered query is refused, and nothing tells a rotated id from a target that refuses."""

    reach = Reach.WALK


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
        "the same command continues"
    )


class SessionExpired(Trouble):
    """Raised when the server asks for a login, and where a request would be sent after it had asked for one."""

    state = "expired"
    advice = "log in again by hand, then: scrapy session import FILE; the same command continues"


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
