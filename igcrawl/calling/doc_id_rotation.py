"""Rotation of doc_ids: found out by a canary, remembered in the store, and answered with the next id.

A rotated id is answered as a dead cursor, a disturbed server or a throttled session may be answered, too. So before an
id is called stale, a call that needs no id must work; then the next known id is tried with the same cursor, and where
that does not do, the same call without its cursor. A rotation costs three requests at most, once: other walks, runs
and workers find it in the store.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from typing import Any, Final

from igcrawl.budget.gate import Gate
from igcrawl.calling.asking_walk import AskingWalk
from igcrawl.calling.canary import Send, ask_canary
from igcrawl.calling.scrapy_request import RESTED
from igcrawl.config.config import Config
from igcrawl.doc_ids import CurrentIds, DocId, DocIds
from igcrawl.errors import DeadCursor, NoDocIdLeft, RequestRejected, StaleDocId, TargetError, Throttled, TriedDocIds
from igcrawl.operations.call import Call
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.store import Store
from igcrawl.times import timestamp

logger = logging.getLogger(__name__)

#: Seconds between two notes that an id still works.
_NOTED_EVERY: Final = 3600.0
#: So many cooldowns at most for a call whose canary fails as well.
_MOST_COOLDOWNS: Final = 6


@dataclass(frozen=True, slots=True)
class _Doubt:
    """Doubt about a doc_id: the call was answered as if the id were gone, and the canary works.

    Args:
        sign: that answer.
        first_page: envelope of the first page of what stands in, if that was the canary.
        misled: whether the session has rested for nothing.
    """

    sign: StaleDocId
    first_page: dict[str, Any] | None
    misled: bool


class DocIdRotation:
    """State of the doc_ids in one run.

    Args:
        ids: of the run.
        store: opened.
        gate: of the session.
    """

    def __init__(self, ids: CurrentIds, store: Store, gate: Gate) -> None:
        self._ids = ids
        self._store = store
        self._gate = gate
        self._noted: dict[str, float] = {}

    @classmethod
    async def begin(cls, config: Config, store: Store, gate: Gate) -> DocIdRotation:
        """Return the state of a run's doc_ids, as far as the store knows it.

        Args:
            config: names the run's own doc_ids.
            store: opened.
            gate: of the session.

        Raises:
            StoreError: the store failed.
        """
        rotation = cls(CurrentIds(DocIds(config.doc_ids, config.own_queries)), store, gate)
        await rotation._learn()
        return rotation

    def current(self, operation: str) -> DocId | None:
        """Return the id that an operation is asked by now; None when all that are known are stale."""
        return self._ids.of(operation, _query_of(operation))

    async def ask(self, send: Send, walk: AskingWalk, call: Call) -> dict[str, Any]:
        """Ask a registered query by an id that works, and return the answer's envelope.

        Raises:
            NoDocIdLeft: no id works.
            DeadCursor: it is the call's cursor that does not work.
            AnswerError: what else the answer is a case of.
        """
        used = self.current(call.operation)
        if used is None:
            await self._learn()
            used = self.current(call.operation)
        if used is None:
            search = TriedDocIds(substitute=OPERATIONS[call.operation].fallback)
            raise NoDocIdLeft(f"{call.operation}: every doc_id that is known was rotated", search)
        try:
            envelope = await send(walk, call, {})
        except StaleDocId as sign:
            return await self._replace(send, walk, call, used, sign)
        except TargetError:
            await self._note_working(used.id)
            raise
        await self._note_working(used.id)
        return envelope

    async def _replace(self, send: Send, walk: AskingWalk, call: Call, used: DocId, sign: StaleDocId) -> dict[str, Any]:
        """Ask a call again that was answered as if its id were gone: when the session has rested, or by another id."""
        account = self._gate.session.ds_user_id
        cooldowns = 0
        while True:
            await self._learn()
            current = self.current(call.operation)
            if current is None or current.id != used.id:
                # Another worker has found it out.
                return await self.ask(send, walk, call)
            try:
                first_page = await ask_canary(send, walk, call, account, after_rest=sign.after_rest)
            except Throttled as error:
                if cooldowns == _MOST_COOLDOWNS:
                    raise
                await self._gate.throttled(error)
                cooldowns += 1
            else:
                # What the server said of the canary, it meant; of the call, not.
                misled = sign.after_rest and not cooldowns
                return await self._succeed(send, walk, call, used, _Doubt(sign, first_page, misled))
            try:
                envelope = await send(walk, call, {RESTED: sign.after_rest})
            except StaleDocId as again:
                sign = again
            else:
                await self._note_working(used.id)
                return envelope

    async def _succeed(self, send: Send, walk: AskingWalk, call: Call, used: DocId, doubt: _Doubt) -> dict[str, Any]:
        """Ask by the ids that are left: by the likely, and where nothing stands in by all.

        Raises:
            NoDocIdLeft: none of them works.
            DeadCursor: it is the call's cursor that does not work.
            AnswerError: what else the answer is a case of.
        """
        operation, query, gone = call.operation, _query_of(call.operation), [used]
        sign, misled, substitute = doubt.sign, doubt.misled, OPERATIONS[operation].fallback
        left = self._ids.successors(operation, query, used.id)
        for successor in left if substitute is None else self._ids.likely(operation, query, used):
            self._ids.attempt(query, successor.id)
            try:
                envelope = await send(walk, call, {RESTED: sign.after_rest})
            except StaleDocId as again:
                misled |= again.after_rest and not sign.after_rest
                gone.append(successor)
            except RequestRejected as error:
                logger.warning("%s: doc_id %s does not do: %s", operation, successor.id, error)
                gone.append(successor)
            except TargetError:
                await self._rotated(operation, gone, successor, misled=misled)
                raise
            else:
                await self._rotated(operation, gone, successor, misled=misled)
                return envelope
            finally:
                self._ids.attempt(query, None)
        await self._refute(send, walk, call, sign)
        # Those that were not worth a request are not worth one for the next walk either.
        await self._rotated(operation, [used, *left], None, misled=misled)
        search = TriedDocIds(tuple(each.id for each in gone), substitute, doubt.first_page)
        raise NoDocIdLeft(str(sign), search)

    async def _refute(self, send: Send, walk: AskingWalk, call: Call, sign: StaleDocId) -> None:
        """Ask the same without the cursor: when that works, the id does, and the cursor has died.

        Raises:
            DeadCursor: it has.
        """
        if call.cursor is None or sign.after_rest:
            # Nobody is asked to wait for a cursor's sake.
            return
        try:
            first = await send(walk, replace(call, cursor=None), {})
        except StaleDocId:
            return
        raise DeadCursor(f"{call.operation}: answered as if its doc_id were gone, but only with this cursor", first)

    async def _rotated(self, operation: str, gone: list[DocId], successor: DocId | None, *, misled: bool) -> None:
        """Remember what was found out, for this run and in the store."""
        for each in gone:
            self._ids.drop(each.id)
            await self._store.doc_ids.note(each.id, timestamp(time.time()), works=False)
        if misled:
            await self._gate.mistaken()
        if successor is not None:
            await self._note_working(successor.id)
        went_on = f"going on with {successor.id}" if successor is not None else "no other that is known works"
        logger.warning("%s: its doc_id %s was rotated; %s", operation, ", ".join(each.id for each in gone), went_on)

    async def _note_working(self, doc_id: str) -> None:
        now = time.time()
        if now - self._noted.get(doc_id, 0.0) >= _NOTED_EVERY:
            self._noted[doc_id] = now
            await self._store.doc_ids.note(doc_id, timestamp(now), works=True)

    async def _learn(self) -> None:
        known = await self._store.doc_ids.all()
        self._ids.learn([doc_id for doc_id, row in known.items() if row.stale_since is not None])


def _query_of(operation: str) -> str:
    name = OPERATIONS[operation].query_name
    assert name is not None
    return name
