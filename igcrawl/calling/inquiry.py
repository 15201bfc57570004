"""Inquiry: gathers evidence for one unclear answer, step by step, with at most four further requests."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias, TypeVar

from igcrawl.calling.asking_walk import AskingWalk
from igcrawl.calling.canary import APP_CANARY, canary_of, host_of, is_about_name, own_call
from igcrawl.calling.decisions import FAILS, MOST_REQUESTS, ROTATED, Found, Meaning, Step, decide, next_step
from igcrawl.calling.doc_id_rotation import DocIdRotation
from igcrawl.calling.scrapy_request import ASIDE, CANARY, RESTED
from igcrawl.doc_ids import DocId
from igcrawl.errors import AnswerError, NotFound, PrivateAccount, Sign, TargetError, Throttled, Transient, Unclear
from igcrawl.operations.call import Call
from igcrawl.operations.catalogue import OPERATIONS

logger = logging.getLogger(__name__)

#: Sends a call for a walk, with this in its request's meta, and returns the answer's envelope.
Send: TypeAlias = Callable[[AskingWalk, Call, dict[str, Any]], Awaitable[dict[str, Any]]]

_FOUND: Final = {Sign.ELSEWHERE: Found.ELSEWHERE, Sign.DENIED: Found.DENIED, Sign.ABSENT: Found.ABSENT}
#: Steps that ask for the session's own account.
_FOR_ITSELF: Final = frozenset({Step.CANARY, Step.OWN})


_E = TypeVar("_E", bound=AnswerError)


class CanaryThrottled(Exception):
    """Raised when a step of evidence is answered as throttled, by a clear word.

    Args:
        error: that answer.
    """

    def __init__(self, error: Throttled) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True, slots=True)
class Answered:
    """The outcome of a step.

    Args:
        call: what was asked.
        envelope: the answer, None when it is an error.
        error: how it was answered otherwise.
    """

    call: Call
    envelope: dict[str, Any] | None = None
    error: AnswerError | None = None


@dataclass(slots=True)
class Inquiry:
    """Evidence for one unclear answer.

    Args:
        send: sends a call.
        walk: pays for it.
        call: was answered so.
        unclear: that answer.
        account: the session's own.
        rotation: of the run; None where no doc_id is known.
        earlier: the first page that the query answered last in this run, None for none.
        recent: whether the query found somebody just before.
        username: name of the session's own account, None as long as it is not known.
    """

    send: Send
    walk: AskingWalk
    call: Call
    unclear: Unclear
    account: str
    rotation: DocIdRotation | None = None
    earlier: Call | None = None
    recent: bool = False
    username: str | None = None
    used: DocId | None = None
    successor: DocId | None = None
    facts: dict[Step, Found] = field(default_factory=dict)
    answers: dict[Step, Answered] = field(default_factory=dict)
    requests: int = 0

    async def decide(self) -> Meaning:
        """Ask until the table decides, and return what the answer means.

        Raises:
            CanaryThrottled: the server says clearly that it is too much.
            Trouble: it says clearly that a human must look.
            Transient: it fails by now.
        """
        registered = OPERATIONS[self.call.operation].surface.is_graphql
        self.facts[Step.REGISTERED] = Found.ANSWERED if registered else Found.NONE
        # What a list's first page found says nothing of a page behind it.
        recent = self.recent and self.call.cursor is None
        self.facts[Step.RECENT] = Found.ANSWERED if recent else Found.NONE
        while (meaning := decide(self.unclear.sign, self.facts)) is None:
            step = next_step(self.unclear.sign, self.facts)
            if step is None:
                return Meaning.FAILED
            self.facts[step] = await self._take(step)
            logger.debug("%s: %s; %s: %s", self.walk.id, self.unclear, step, self.facts[step])
        logger.debug("%s: %s, so it is: %s", self.walk.id, self.unclear, meaning)
        return meaning

    @property
    def told(self) -> str:
        """The evidence in one line, for the operator."""
        told = [f"{step} ({self.facts[step]})" for step in self.answers]
        return f"; also asked: {', '.join(told)}" if told else ""

    async def _take(self, step: Step) -> Found:
        if self.requests >= MOST_REQUESTS:
            return Found.NONE
        if step is Step.AGAIN:
            return await self._again()
        if step is Step.NEXT_ID:
            return await self._next_id()
        if step is Step.SUBSTITUTE:
            return await self._substitute()
        if step is Step.CANARY:
            return await self._canary()
        if step is Step.OWN:
            return await self._own()
        if step is Step.FIRST_PAGE:
            return await self._first_page()
        return await self._earlier()

    async def _ask(self, step: Step, call: Call, **beside: Any) -> Found:
        """Ask, and keep what came of it."""
        self.requests += 1
        try:
            envelope = await self.send(self.walk, call, beside)
        except Throttled as error:
            raise CanaryThrottled(error) from None
        except (TargetError, Unclear) as error:
            self.answers[step] = Answered(call, error=without_trace(error))
            if isinstance(error, Unclear):
                return _FOUND.get(error.sign, Found.UNCLEAR)
            # The session's own account is there for it.
            is_unseen = isinstance(error, NotFound | PrivateAccount) and step in _FOR_ITSELF
            return Found.ABSENT if is_unseen else Found.TARGETS_OWN
        except Transient as error:
            if step is Step.AGAIN:
                raise
            self.answers[step] = Answered(call, error=without_trace(error))
            return Found.UNCLEAR
        self.answers[step] = Answered(call, envelope)
        return Found.ANSWERED

    async def _again(self) -> Found:
        is_target_gone = self.unclear.sign is Sign.ABSENT and self.call.cursor is None
        if is_target_gone or OPERATIONS[self.call.operation].changes_server:
            return Found.NONE
        found = await self._ask(Step.AGAIN, self.call)
        error = self.answers[Step.AGAIN].error
        if isinstance(error, Unclear) and not self.unclear.is_like(error):
            # The first answer was a passing fault; this one is what must be decided.
            self.unclear = error
            return Found.NONE
        return found

    @property
    def condemns(self) -> bool:
        """True if the evidence is against the id that was used: the same call was refused twice in the same way.

        A cursor may have died, so with one another call must have been refused, too, or this one answered by an id.
        """
        if self.unclear.sign is Sign.WAIT_AGAIN:
            return True
        refused = {step for step in (Step.AGAIN, Step.FIRST_PAGE, Step.EARLIER) if self.facts.get(step) in FAILS}
        if self.call.cursor is None or self.facts.get(Step.NEXT_ID) in {Found.ANSWERED, Found.TARGETS_OWN}:
            return Step.AGAIN in refused
        return Step.AGAIN in refused and len(refused) > 1

    def _refused_alike(self, step: Step) -> bool:
        """Return whether a contrast was refused as the call was, and not by a passing fault of another kind."""
        error = self.answers[step].error
        return isinstance(error, Unclear) and self.unclear.is_like(error)

    async def _first_page(self) -> Found:
        first = replace(self.call, cursor=None)
        if self.call.cursor is None or not self.walk.can_begin_again:
            return Found.NONE
        found = await self._ask(Step.FIRST_PAGE, first, **{CANARY: True})
        answered = found in {Found.ANSWERED, Found.TARGETS_OWN}
        # Only what was answered in this run tells an id that has gone from one that never did this.
        telling = _same(self.earlier, first) and self._refused_alike(Step.FIRST_PAGE)
        return found if answered or telling else Found.NONE

    async def _substitute(self) -> Found:
        fallback = OPERATIONS[self.call.operation].fallback
        if fallback is None or (self.call.cursor is not None and not self.walk.pages):
            # A cursor of one surface means nothing to another, so where the operator begins at one nothing takes over.
            return Found.NONE
        call = replace(self.call, operation=fallback, cursor=None)
        found = await self._ask(Step.SUBSTITUTE, call, **{CANARY: True})
        if isinstance(self.answers[Step.SUBSTITUTE].error, NotFound) and self.unclear.sign is Sign.ABSENT:
            return Found.ABSENT
        if found is Found.TARGETS_OWN and self.unclear.sign is Sign.WAIT_AGAIN:
            # No target's own answer says "Please wait".
            return Found.NONE
        if found is Found.DENIED and host_of(call) is host_of(self.call):
            return Found.NONE
        return found

    async def _canary(self) -> Found:
        if self.facts.get(Step.SUBSTITUTE) is Found.ANSWERED:
            return Found.NONE
        call = canary_of(self.call, self.unclear.sign, self.account)
        asked = self.answers.get(Step.SUBSTITUTE)
        if asked is not None and _same(asked.call, call):
            self.answers[Step.CANARY] = asked
            return self.facts[Step.SUBSTITUTE]
        return await self._ask(Step.CANARY, call, **{CANARY: True, ASIDE: True})

    async def _own(self) -> Found:
        if self.call.cursor is not None and self.facts.get(Step.FIRST_PAGE) is not Found.ABSENT:
            # A page may be gone while its list is there.
            return Found.NONE
        if self.username is None and is_about_name(self.call):
            await self._learn_username()
        call = own_call(self.call, self.account, self.username)
        if call is None:
            return Found.NONE
        return await self._ask(Step.OWN, call, **{CANARY: True, ASIDE: True})

    async def _learn_username(self) -> None:
        """Ask how the session's own account is named; that it is answered shows that the session works."""
        call = Call(APP_CANARY, {"user_id": self.account})
        self.facts[Step.CANARY] = await self._ask(Step.CANARY, call, **{CANARY: True, ASIDE: True})
        envelope = self.answers[Step.CANARY].envelope
        user = envelope.get("user") if envelope is not None else None
        if isinstance(user, dict) and isinstance(user.get("username"), str):
            self.username = user["username"]

    async def _next_id(self) -> Found:
        if self.rotation is None or self.used is None:
            return Found.NONE
        self.successor = self.rotation.successor(self.call.operation, self.used)
        if self.successor is None:
            return Found.NONE
        rested = self.unclear.sign is Sign.WAIT_AGAIN
        with self.rotation.attempt(self.call.operation, self.successor):
            return await self._ask(Step.NEXT_ID, self.call, **{RESTED: rested})

    async def _earlier(self) -> Found:
        earlier = self.earlier
        if earlier is None or Step.FIRST_PAGE in self.answers or self.unclear.sign is Sign.WAIT_AGAIN:
            return Found.NONE
        if self.call.cursor is not None and self.unclear.sign not in ROTATED:
            # A target that was answered before is not one that refuses.
            return Found.NONE
        if _same(earlier, self.call):
            # It refuses what it answered.
            return Found.UNCLEAR
        found = await self._ask(Step.EARLIER, earlier, **{CANARY: True, ASIDE: True})
        answered = found in {Found.ANSWERED, Found.TARGETS_OWN}
        return found if answered or self._refused_alike(Step.EARLIER) else Found.NONE


def without_trace(error: _E) -> _E:
    """Return an error without its traceback, whose frames hold the whole answer."""
    error.__context__ = error.__cause__ = None
    return error.with_traceback(None)


def _same(one: Call | None, other: Call) -> bool:
    return one is not None and (one.operation, one.args, one.cursor) == (other.operation, other.args, other.cursor)
