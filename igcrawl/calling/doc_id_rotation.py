"""Rotation of doc_ids: by which id a query is asked now, and what is remembered of ids that work and of stale ones.

That an id is stale is decided by evidence (`igcrawl.calling.decisions`); other walks, runs and workers find it in the
store. After a day a stale id is tried again, at the cost of one request.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from igcrawl.budget.gate import Gate
from igcrawl.config.config import Config
from igcrawl.doc_ids import CurrentIds, DocId, DocIds
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.store import Store
from igcrawl.times import DAY, timestamp

logger = logging.getLogger(__name__)

#: Seconds between two notes that an id still works.
_NOTED_EVERY: Final = 3600.0


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
        await rotation.learn()
        return rotation

    def current(self, operation: str) -> DocId | None:
        """Return the id that an operation is asked by now; None when all that are known are stale."""
        return self._ids.of(operation, query_of(operation))

    def successor(self, operation: str, used: DocId) -> DocId | None:
        """Return the id to ask by in place of another, None when there is none."""
        left = self._ids.likely(operation, query_of(operation), used)
        return left[0] if left else None

    @contextmanager
    def attempt(self, operation: str, doc_id: DocId) -> Iterator[None]:
        """Ask an operation by this id for the time being."""
        self._ids.attempt(query_of(operation), doc_id.id)
        try:
            yield
        finally:
            self._ids.attempt(query_of(operation), None)

    async def learn(self) -> None:
        """Take over what other runs and workers have found out.

        Raises:
            StoreError: the store failed.
        """
        known = await self._store.doc_ids.all()
        stale = {doc_id: row.stale_since for doc_id, row in known.items() if row.stale_since is not None}
        day_ago = timestamp(time.time() - DAY)
        self._ids.learn(stale, on_probation=[doc_id for doc_id, since in stale.items() if since <= day_ago])

    def is_on_probation(self, doc_id: DocId) -> bool:
        """Return whether an id was stale a day ago, and is tried once more."""
        return self._ids.is_on_probation(doc_id.id)

    async def condemn(self, operation: str, doc_id: DocId, successor: DocId | None) -> None:
        """Remember that an id is stale, and which one works in its place.

        Raises:
            StoreError: the store failed.
        """
        if self.is_on_probation(doc_id):
            # So that it counts as stale from now on.
            await self._store.doc_ids.forget_staleness([doc_id.id])
        self._ids.drop(doc_id.id)
        await self._store.doc_ids.note(doc_id.id, timestamp(time.time()), works=False)
        if successor is not None:
            await self.note_working(successor)
        now = successor or self.current(operation)
        went_on = f"going on with {now.id}" if now is not None else "no other known id works"
        logger.warning("%s: its doc_id %s was rotated; %s", operation, doc_id.id, went_on)

    async def note_working(self, doc_id: DocId) -> None:
        """Remember that an id works.

        Raises:
            StoreError: the store failed.
        """
        now = time.time()
        if now - self._noted.get(doc_id.id, 0.0) >= _NOTED_EVERY:
            self._noted[doc_id.id] = now
            self._ids.acquit(doc_id.id)
            await self._store.doc_ids.note(doc_id.id, timestamp(now), works=True)


def query_of(operation: str) -> str:
    """Return the name of an operation's registered query."""
    name = OPERATIONS[operation].query_name
    assert name is not None
    return name
