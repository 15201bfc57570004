"""Evidence: asks a call, and where nobody knows what the answer means, has that decided and acts on it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Final, Protocol

from igcrawl.budget.gate import Gate
from igcrawl.calling.asking_walk import AskingWalk
from igcrawl.calling.decisions import ROTATED, Found, Meaning, Step
from igcrawl.calling.doc_id_rotation import DocIdRotation
from igcrawl.calling.inquiry import Answered, CanaryThrottled, Inquiry, Send, without_trace
from igcrawl.calling.reply import Reply
from igcrawl.calling.session_keeping import SessionKeeping
from igcrawl.doc_ids import DocId
from igcrawl.errors import (
    AnswerError,
    ChallengeRequired,
    NotFound,
    PerhapsStale,
    Refused,
    RequestRejected,
    SessionExpired,
    Sign,
    StaleDocId,
    TargetError,
    Throttled,
    Transient,
    Trouble,
    Unclear,
)
from igcrawl.operations.call import Call
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.wording import counted

#: So many cooldowns at most for a call whose canary is throttled as well.
_MOST_COOLDOWNS: Final = 6
#: After so many equal answers in a row an operation's other targets are not asked.
MOST_ALIKE: Final = 3
#: A query that found somebody within so many requests is believed when it finds nobody.
_BELIEVED_FOR: Final = 10
#: Meanings that hold for the next target, too, as long as the answers are alike.
_HOLDING: Final = frozenset(
    {
        Meaning.REFUSED,
        Meaning.REFUSED_OR_FAILED,
        Meaning.FAILED,
        Meaning.PERHAPS_STALE,
        Meaning.SUBSTITUTE,
        Meaning.STALE_SUBSTITUTE,
    }
)


class HoldsKeeping(Protocol):
    """Holds what keeps a run's session; None before the first request."""

    keeping: SessionKeeping | None


@dataclass(slots=True)
class _NoKeeping:
    keeping: SessionKeeping | None = None


class _Renewed(Exception):
    """Raised when another process has renewed the session: the call is asked again."""


@dataclass(slots=True)
class _Memory:
    """Memory that a run has of an operation.

    Args:
        earlier: the first page that was answered last.
        found_at: number of requests sent when it found somebody last; None for never.
        alike: answers in a row that nobody knows and that look alike.
        unclear: the last of them.
        meaning: what they were found to mean.
    """

    earlier: Call | None = None
    found_at: int | None = None
    alike: int = 0
    unclear: Unclear | None = None
    meaning: Meaning | None = None

    def forget_alike(self) -> None:
        self.alike, self.unclear, self.meaning = 0, None, None


@dataclass(slots=True)
class Evidence:
    """Asks the calls of one run.

    Args:
        send: sends a call.
        gate: of the session.
        rotation: of the doc_ids.
        run: holds what keeps the session.
    """

    send: Send
    gate: Gate
    rotation: DocIdRotation
    run: HoldsKeeping = field(default_factory=_NoKeeping)
    _memories: dict[str, _Memory] = field(default_factory=dict)
    _username: str | None = None
    _sent: int = 0

    async def ask(self, walk: AskingWalk, call: Call) -> Reply:
        """Ask a call.

        Returns:
            Its answer; or that of its first page, where its cursor has died, or of the first page of its substitute.

        Raises:
            StaleDocId: no id works.
            AnswerError: what else the answer is a case of.
        """
        memory = self._memories.setdefault(call.operation, _Memory())
        if memory.alike >= MOST_ALIKE and call.cursor is None:
            return await self._not_asked(walk, call, memory)
        for cooldowns in count():
            used = await self._current(call.operation)
            if used is None and OPERATIONS[call.operation].query_name is not None:
                return await self._by_substitute_alone(walk, call)
            try:
                envelope = await self._counted(walk, call, {})
            except Unclear as unclear:
                if used is not None and await self._is_known_stale(call.operation, used, unclear):
                    continue
                try:
                    return await self._decide(walk, call, without_trace(unclear), used, memory)
                except CanaryThrottled as throttled:
                    if cooldowns == _MOST_COOLDOWNS:
                        raise throttled.error from None
                    await self.gate.throttled(throttled.error)
                    continue
                except _Renewed:
                    memory.forget_alike()
                    continue
            except TargetError:
                await self._worked(call, used, memory, found=False)
                raise
            await self._worked(call, used, memory)
            return Reply(call, envelope)
        raise AssertionError("the loop above ends by itself")

    async def confirm_absent(self, walk: AskingWalk, call: Call, error: NotFound) -> Reply:
        """Decide whether a target is really gone that an answer did not name.

        Returns:
            The substitute's answer, which finds it.

        Raises:
            NotFound: it is.
            AnswerError: what else was found out.
        """
        memory = self._memories.setdefault(call.operation, _Memory())
        unclear = Unclear(str(error), Sign.ABSENT)
        try:
            return await self._decide(walk, call, unclear, await self._current(call.operation), memory)
        except CanaryThrottled as throttled:
            await self.gate.throttled(throttled.error)
            raise throttled.error from None
        except _Renewed:
            memory.forget_alike()
            return await self.ask(walk, call)

    @property
    def _renewals(self) -> int:
        return self.run.keeping.renewals if self.run.keeping is not None else 0

    async def _counted(self, walk: AskingWalk, call: Call, beside: dict[str, Any]) -> dict[str, Any]:
        self._sent += 1
        return await self.send(walk, call, beside)

    async def _current(self, operation: str) -> DocId | None:
        if OPERATIONS[operation].query_name is None:
            return None
        used = self.rotation.current(operation)
        if used is None:
            await self.rotation.learn()
            used = self.rotation.current(operation)
        return used

    async def _is_known_stale(self, operation: str, used: DocId, unclear: Unclear) -> bool:
        """Return whether an id needs no evidence: another worker has found it stale, or it was so a day ago."""
        if unclear.sign not in ROTATED:
            return False
        await self.rotation.learn()
        current = self.rotation.current(operation)
        if current is None or current.id != used.id:
            return True
        if self.rotation.is_on_probation(used):
            await self.rotation.condemn(operation, used, None)
            return True
        return False

    async def _worked(self, call: Call, used: DocId | None, memory: _Memory, *, found: bool = True) -> None:
        memory.forget_alike()
        if found:
            memory.found_at = self._sent
            await self.gate.note_answered(call.operation)
        if call.cursor is None:
            memory.earlier = call
        if used is not None:
            await self.rotation.note_working(used)

    async def _decide(
        self, walk: AskingWalk, call: Call, unclear: Unclear, used: DocId | None, memory: _Memory
    ) -> Reply:
        alike = memory.unclear is not None and memory.unclear.is_like(unclear)
        memory.alike = memory.alike + 1 if alike else 1
        memory.unclear = unclear
        if alike and memory.meaning is not None and call.cursor is None:
            return await self._repeat(walk, call, unclear, used, memory, memory.meaning)
        inquiry = Inquiry(
            self._counted,
            walk,
            call,
            unclear,
            self.gate.session.ds_user_id,
            self.rotation,
            memory.earlier,
            memory.found_at is not None and self._sent - memory.found_at <= _BELIEVED_FOR,
            self._username,
            used,
        )
        renewals = self._renewals
        meaning = await inquiry.decide()
        if self._renewals != renewals:
            # What was answered before was said of another session.
            raise _Renewed
        self._username = inquiry.username
        memory.meaning = meaning if meaning in _HOLDING and call.cursor is None else None
        memory.unclear = inquiry.unclear
        if inquiry.facts.get(Step.OWN) is Found.ANSWERED:
            memory.found_at = self._sent
        if meaning is Meaning.NOT_FOUND:
            # However many are gone in a row, the next one may be there.
            memory.forget_alike()
        return await self._act(inquiry, meaning, memory)

    async def _act(self, inquiry: Inquiry, meaning: Meaning, memory: _Memory) -> Reply:
        """Carry out what follows: return the reply that the walk goes on with, or raise."""
        call, used = inquiry.call, inquiry.used
        if meaning in _GOING_ON:
            answered = inquiry.answers[_GOING_ON[meaning]]
            if meaning is Meaning.STALE and used is not None:
                await self._condemn(inquiry, used, inquiry.successor)
                memory.earlier = None
            if meaning is Meaning.STALE_SUBSTITUTE and used is not None:
                await self._condemn(inquiry, used, None)
            if meaning in {Meaning.PASSED, Meaning.STALE}:
                await self._worked(call, None, memory, found=answered.error is None)
            return _reply(answered, _note(call, meaning, inquiry.unclear))
        if meaning is Meaning.STALE_LAST and used is not None:
            await self._condemn(inquiry, used, None)
        raise await self._error(inquiry, meaning)

    async def _condemn(self, inquiry: Inquiry, used: DocId, successor: DocId | None) -> None:
        if not inquiry.condemns:
            return
        await self.rotation.condemn(inquiry.call.operation, used, successor)
        if inquiry.unclear.sign is Sign.WAIT_AGAIN:
            # What the server said of its patience was meant for the id.
            await self.gate.mistaken()

    async def _error(self, inquiry: Inquiry, meaning: Meaning) -> AnswerError:
        """Return the error that a meaning is, with its evidence; a session that must stop is stopped by now."""
        unclear, operation = inquiry.unclear, inquiry.call.operation
        text = f"{unclear}{inquiry.told}"
        keeping = self.run.keeping
        if meaning is Meaning.EXPIRED and keeping is not None and await keeping.renewed():
            raise _Renewed
        if meaning in {Meaning.BLOCKED, Meaning.EXPIRED}:
            trouble: Trouble = (ChallengeRequired if meaning is Meaning.BLOCKED else SessionExpired)(text)
            await self.gate.park(trouble)
            return trouble
        if meaning is Meaning.THROTTLED:
            throttled = Throttled(f"{text}; the session or the server does not answer for now")
            await self.gate.throttled(throttled)
            return throttled
        if meaning is Meaning.NOT_FOUND:
            return NotFound(text)
        if meaning is Meaning.STALE_LAST and inquiry.condemns:
            return StaleDocId(f"{operation}: its doc_id is no longer registered: {text}")
        if meaning in {Meaning.PERHAPS_STALE, Meaning.STALE_LAST}:
            return PerhapsStale(f"{operation}: its doc_id may no longer be registered: {text}")
        if inquiry.call.cursor is not None:
            # A target that was answered before is not one that refuses.
            return RequestRejected(text)
        return await self._refusal(unclear, meaning, operation, text)

    async def _refusal(self, unclear: Unclear, meaning: Meaning, operation: str, text: str) -> AnswerError:
        if meaning is Meaning.REFUSED:
            return Refused(text)
        says_no = unclear.words or unclear.sign is Sign.DENIED
        if meaning is Meaning.REFUSED_OR_FAILED and says_no and await self.gate.has_answered(operation):
            return Refused(text)
        return RequestRejected(text)

    async def _repeat(
        self, walk: AskingWalk, call: Call, unclear: Unclear, used: DocId | None, memory: _Memory, meaning: Meaning
    ) -> Reply:
        """Ask once more, then take the answer to mean what the one before, which was like it, was found to mean."""
        if meaning in _TAKING_OVER:
            return await self._by_substitute(walk, call, unclear, meaning)
        if unclear.sign is not Sign.ELSEWHERE and not OPERATIONS[call.operation].changes_server:
            try:
                envelope = await self._counted(walk, call, {})
            except Unclear as again:
                unclear = again
            else:
                await self._worked(call, used, memory)
                return Reply(call, envelope)
        text = f"{unclear}, as of the target before it"
        if meaning is Meaning.PERHAPS_STALE:
            raise PerhapsStale(f"{call.operation}: its doc_id may no longer be registered: {text}")
        raise await self._refusal(unclear, meaning, call.operation, text)

    async def _not_asked(self, walk: AskingWalk, call: Call, memory: _Memory) -> Reply:
        unclear = memory.unclear
        assert unclear is not None
        if memory.meaning in _TAKING_OVER:
            return await self._by_substitute(walk, call, unclear, memory.meaning)
        text = f"not asked: {counted(memory.alike, 'target')} in a row had the same answer: {unclear}"
        if memory.meaning is Meaning.PERHAPS_STALE:
            raise PerhapsStale(text)
        raise RequestRejected(text)

    async def _by_substitute(self, walk: AskingWalk, call: Call, unclear: Unclear, meaning: Meaning) -> Reply:
        fallback = OPERATIONS[call.operation].fallback
        assert fallback is not None
        asked = replace(call, operation=fallback, cursor=None)
        reply = await self.ask(walk, asked)
        return replace(reply, note=_note(call, meaning, unclear))

    async def _by_substitute_alone(self, walk: AskingWalk, call: Call) -> Reply:
        """Ask the substitute of a query of which every id is known to be stale.

        Raises:
            StaleDocId: there is none, or it fails, too.
        """
        gone = StaleDocId(f"{call.operation}: every known doc_id was rotated")
        fallback = OPERATIONS[call.operation].fallback
        if fallback is None or (call.cursor is not None and not walk.pages):
            raise gone
        try:
            reply = await self.ask(walk, replace(call, operation=fallback, cursor=None))
        except (RequestRejected, Transient) as error:
            raise PerhapsStale(f"{gone}, and {fallback} fails, too: {error}") from None
        return replace(reply, note=_note(call, Meaning.STALE_SUBSTITUTE, None))


#: Meanings by which another operation takes over.
_TAKING_OVER: Final = (Meaning.SUBSTITUTE, Meaning.STALE_SUBSTITUTE)
#: Meanings with which a walk goes on, and the step whose answer it goes on with.
_GOING_ON: Final = {
    Meaning.PASSED: Step.AGAIN,
    Meaning.DEAD_CURSOR: Step.FIRST_PAGE,
    Meaning.STALE: Step.NEXT_ID,
    Meaning.STALE_SUBSTITUTE: Step.SUBSTITUTE,
    Meaning.SUBSTITUTE: Step.SUBSTITUTE,
    Meaning.TARGETS_OWN: Step.SUBSTITUTE,
}


def _reply(answered: Answered, note: str) -> Reply:
    if answered.envelope is None:
        assert answered.error is not None
        raise answered.error
    return Reply(answered.call, answered.envelope, note)


def _note(call: Call, meaning: Meaning, unclear: Unclear | None) -> str:
    fallback = OPERATIONS[call.operation].fallback
    if meaning is Meaning.STALE_SUBSTITUTE:
        return f"{fallback} stands in for {call.operation}, whose doc_id was rotated"
    if meaning is Meaning.SUBSTITUTE:
        return f"{fallback} stands in for {call.operation}: {unclear}"
    return f"its cursor had died: {unclear}" if meaning is Meaning.DEAD_CURSOR else ""
