"""The table by which evidence decides what an unclear answer means. Pure data, and the one loop that reads it.

A row holds what an answer looks like, what was asked further and how that was answered, and what it all means. The
first row that fits decides. Where none does, the next step of the sign's own order is taken.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from igcrawl.errors import Sign

#: So many further requests at most decide what an unclear answer means.
MOST_REQUESTS: Final = 4


class Step(StrEnum):
    """Steps of evidence: what is asked further, each at most once."""

    #: Known without asking: the operation is a registered query.
    REGISTERED = "a registered query"
    #: Known without asking: this query found somebody within the last ten requests.
    RECENT = "it found somebody just before"
    #: The same call with the same id and cursor.
    AGAIN = "the same call again"
    #: The same call without its cursor. "unclear" where that was answered earlier in this run.
    FIRST_PAGE = "the first page"
    #: The first page of the substitute, for the same target: the canary, where there is a substitute.
    SUBSTITUTE = "its substitute"
    #: The operator's own account by another query; on the other surface, where a surface is what is doubted.
    CANARY = "the operator's own account"
    #: The same query for the operator's own account.
    OWN = "the same query for the operator's own account"
    #: The same call by the next id.
    NEXT_ID = "the next id"
    #: The call for another target that was answered last in this run.
    EARLIER = "another target that was answered before"


class Found(StrEnum):
    """Answers to a step."""

    ANSWERED = "answered"
    #: A known answer of the target's own, which shows that the rest works.
    TARGETS_OWN = "the target's own answer"
    ABSENT = "absent"
    ELSEWHERE = "led elsewhere"
    DENIED = "denied without words"
    UNCLEAR = "unclear"
    #: There is nothing to ask.
    NONE = "cannot be asked"


class Meaning(StrEnum):
    """Meanings of an unclear answer, once decided."""

    PASSED = "a passing fault"
    BLOCKED = "a human must look at the account"
    EXPIRED = "the login has expired"
    THROTTLED = "the server's for now"
    STALE = "the id is stale, the next one works"
    STALE_SUBSTITUTE = "the id is stale, the substitute takes over"
    STALE_LAST = "the id is stale, and nothing takes over"
    PERHAPS_STALE = "the id or the target; it is not known which"
    SUBSTITUTE = "the substitute takes over, no id is stale"
    DEAD_CURSOR = "the cursor has died"
    NOT_FOUND = "there is no such target"
    TARGETS_OWN = "the target's own answer, as the substitute has it"
    REFUSED = "the target is refused"
    REFUSED_OR_FAILED = "the target is refused, if others were answered"
    FAILED = "the query fails"


#: Verdicts that follow, for docs; where a walk goes on there is none.
VERDICT_OF: Final[Mapping[Meaning, str]] = {
    Meaning.PASSED: "continues",
    Meaning.BLOCKED: "blocked, the session is parked",
    Meaning.EXPIRED: "blocked, the session is parked as expired",
    Meaning.THROTTLED: "throttled, the crawl ends, the session cools down",
    Meaning.STALE: "continues with the next id",
    Meaning.STALE_SUBSTITUTE: "continues with the substitute",
    Meaning.STALE_LAST: "stale_doc_id, the crawl ends",
    Meaning.PERHAPS_STALE: "stale_doc_id, the next target is asked",
    Meaning.SUBSTITUTE: "continues with the substitute",
    Meaning.DEAD_CURSOR: "starts over at the first page",
    Meaning.NOT_FOUND: "not_found",
    Meaning.TARGETS_OWN: "private, not_found or refused",
    Meaning.REFUSED: "refused",
    Meaning.REFUSED_OR_FAILED: "refused, if the operation answered another target within a day; else failed",
    Meaning.FAILED: "failed",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """A row of the table.

    Args:
        signs: what the answer looks like.
        facts: the steps that were taken, each with the answers that it may have had.
        meaning: what follows.
    """

    signs: frozenset[Sign]
    facts: Mapping[Step, Collection[Found]] = field(default_factory=dict)
    meaning: Meaning = Meaning.FAILED

    def fits(self, sign: Sign, facts: Mapping[Step, Found]) -> bool:
        """Return whether all that the row asks for was found."""
        return sign in self.signs and all(facts.get(step) in found for step, found in self.facts.items())


_ANY: Final = frozenset(Sign)
#: Signs that a rotated id may have.
ROTATED: Final = frozenset({Sign.REFUSED, Sign.SHAPELESS, Sign.WAIT_AGAIN})
_DENIALS: Final = frozenset({Sign.DENIED, Sign.DENIED_WITH_WORDS, Sign.ABOUT_ACCOUNT})
_WORKS: Final = (Found.ANSWERED, Found.TARGETS_OWN)
FAILS: Final = (Found.UNCLEAR, Found.DENIED, Found.ABSENT, Found.ELSEWHERE)
_YES, _NO, _NONE = (Found.ANSWERED,), (*FAILS, Found.NONE), (Found.NONE,)


def _row(signs: Collection[Sign], facts: Mapping[Step, Collection[Found]], meaning: Meaning) -> Decision:
    return Decision(frozenset(signs), facts, meaning)


#: The table; the first row that fits decides.
DECISIONS: Final = (
    _row(_ANY, {Step.AGAIN: _WORKS}, Meaning.PASSED),
    _row({*ROTATED, Sign.ABSENT}, {Step.FIRST_PAGE: _WORKS}, Meaning.DEAD_CURSOR),
    # The canary fails, too: it is the session's, or the server's for now. The substitute is asked for the same target,
    # which may be what is refused, so it alone says nothing of the session.
    _row(_ANY, {Step.CANARY: (Found.ELSEWHERE,)}, Meaning.BLOCKED),
    _row({Sign.ELSEWHERE, Sign.ABOUT_ACCOUNT}, {Step.CANARY: FAILS}, Meaning.BLOCKED),
    _row({Sign.DENIED}, {Step.CANARY: (Found.DENIED,)}, Meaning.EXPIRED),
    _row(_ANY, {Step.CANARY: FAILS}, Meaning.THROTTLED),
    # The canary works. Is the target there?
    _row({Sign.ABSENT}, {Step.RECENT: _YES}, Meaning.NOT_FOUND),
    _row({Sign.ABSENT}, {Step.OWN: _WORKS}, Meaning.NOT_FOUND),
    # The query cannot be asked about the operator. A substitute alone does not tell: a server may find nobody at all.
    _row(
        {Sign.ABSENT},
        {Step.SUBSTITUTE: (Found.ABSENT,), Step.OWN: (Found.NONE,), Step.CANARY: _WORKS},
        Meaning.NOT_FOUND,
    ),
    _row(_ANY, {Step.SUBSTITUTE: (Found.TARGETS_OWN,)}, Meaning.TARGETS_OWN),
    # An id is stale by contrast only.
    _row(ROTATED, {Step.NEXT_ID: _WORKS}, Meaning.STALE),
    # One that found somebody just before has hardly gone since: it is the target that is refused everywhere.
    _row(
        {Sign.REFUSED, Sign.SHAPELESS},
        {Step.RECENT: _YES, Step.SUBSTITUTE: FAILS, Step.CANARY: _WORKS, Step.NEXT_ID: _NO},
        Meaning.REFUSED_OR_FAILED,
    ),
    _row(ROTATED, {Step.EARLIER: _WORKS, Step.SUBSTITUTE: _YES}, Meaning.SUBSTITUTE),
    _row(ROTATED, {Step.EARLIER: _WORKS}, Meaning.REFUSED_OR_FAILED),
    _row(ROTATED, {Step.REGISTERED: _YES, Step.EARLIER: _NO, Step.SUBSTITUTE: _YES}, Meaning.STALE_SUBSTITUTE),
    _row(ROTATED, {Step.REGISTERED: _YES, Step.EARLIER: FAILS, Step.CANARY: _WORKS}, Meaning.STALE_LAST),
    _row(ROTATED, {Step.FIRST_PAGE: FAILS, Step.EARLIER: _NO, Step.CANARY: _WORKS}, Meaning.STALE_LAST),
    # A good answer of another shape is more likely a change of the server's than an id that is gone.
    _row({Sign.SHAPELESS}, {Step.REGISTERED: _YES, Step.EARLIER: _NO, Step.CANARY: _WORKS}, Meaning.FAILED),
    _row(ROTATED, {Step.REGISTERED: _YES, Step.EARLIER: _NO, Step.CANARY: _WORKS}, Meaning.PERHAPS_STALE),
    # One endpoint's refusal, or one target's.
    _row(_ANY - ROTATED, {Step.SUBSTITUTE: _YES}, Meaning.SUBSTITUTE),
    _row(
        ROTATED,
        {Step.REGISTERED: (Found.NONE,), Step.FIRST_PAGE: _NO, Step.CANARY: _WORKS},
        Meaning.REFUSED_OR_FAILED,
    ),
    # One that was answered before tells whether it is the target, or whoever is asked about.
    _row(_DENIALS, {Step.CANARY: _WORKS, Step.SUBSTITUTE: _NO, Step.EARLIER: _WORKS}, Meaning.REFUSED),
    _row(_DENIALS, {Step.CANARY: _WORKS, Step.SUBSTITUTE: _NO, Step.EARLIER: FAILS}, Meaning.FAILED),
    _row(_DENIALS, {Step.CANARY: _WORKS, Step.SUBSTITUTE: _NO, Step.EARLIER: _NONE}, Meaning.REFUSED_OR_FAILED),
    _row({Sign.ELSEWHERE}, {Step.CANARY: _WORKS, Step.AGAIN: _NO}, Meaning.FAILED),
    _row({Sign.ABSENT}, {Step.CANARY: _WORKS}, Meaning.FAILED),
)

_BY_CONTRAST: Final = (Step.AGAIN, Step.SUBSTITUTE, Step.CANARY, Step.NEXT_ID, Step.FIRST_PAGE, Step.EARLIER)
#: The order of steps for each sign, while no row fits.
STEPS: Final[Mapping[Sign, tuple[Step, ...]]] = {
    Sign.ELSEWHERE: (Step.SUBSTITUTE, Step.CANARY, Step.AGAIN),
    Sign.DENIED: (Step.AGAIN, Step.SUBSTITUTE, Step.CANARY, Step.EARLIER),
    Sign.DENIED_WITH_WORDS: (Step.AGAIN, Step.CANARY, Step.SUBSTITUTE, Step.EARLIER),
    Sign.ABOUT_ACCOUNT: (Step.AGAIN, Step.CANARY, Step.SUBSTITUTE, Step.EARLIER),
    Sign.REFUSED: _BY_CONTRAST,
    Sign.SHAPELESS: _BY_CONTRAST,
    Sign.WAIT_AGAIN: (Step.SUBSTITUTE, Step.CANARY, Step.NEXT_ID, Step.EARLIER),
    Sign.ABSENT: (Step.AGAIN, Step.SUBSTITUTE, Step.FIRST_PAGE, Step.OWN, Step.CANARY),
}


def decide(sign: Sign, facts: Mapping[Step, Found]) -> Meaning | None:
    """Return what an unclear answer means, None while the facts do not tell."""
    return next((row.meaning for row in DECISIONS if row.fits(sign, facts)), None)


def next_step(sign: Sign, facts: Mapping[Step, Found]) -> Step | None:
    """Return what to ask next, None when there is nothing left."""
    return next((step for step in STEPS[sign] if step not in facts), None)
