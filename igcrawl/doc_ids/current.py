"""The current id of each query: the first one not known to be stale. Pure."""

from __future__ import annotations

from collections.abc import Collection

from igcrawl.doc_ids.model import DocId, Origin
from igcrawl.doc_ids.registry import DocIds


class CurrentIds:
    """The ids of one run.

    Args:
        known: all ids.
        stale: those that are known to be stale.
    """

    def __init__(self, known: DocIds, stale: Collection[str] = ()) -> None:
        self.known = known
        self._stale = set(stale)
        self._stale_in_this_run: set[str] = set()
        self._on_probation: set[str] = set()
        self._tried: dict[str, str] = {}

    def learn(self, stale: Collection[str], on_probation: Collection[str] = ()) -> None:
        """Take over which ids are known to be stale; what this run has found stays.

        Args:
            stale: all of them.
            on_probation: those of them that may be tried once more.
        """
        self._on_probation = set(on_probation) - self._stale_in_this_run
        self._stale = {*stale, *self._stale_in_this_run} - self._on_probation

    def is_on_probation(self, doc_id: str) -> bool:
        """Return whether an id was stale, and is tried once more."""
        return doc_id in self._on_probation

    def acquit(self, doc_id: str) -> None:
        """Take an id for one that works."""
        self._on_probation.discard(doc_id)

    def of(self, operation: str, query_name: str) -> DocId | None:
        """Return the id that an operation's query is asked by; None when all are stale."""
        candidates = self._candidates(operation, query_name)
        tried = self._tried.get(query_name)
        return next((each for each in candidates if each.id == tried), candidates[0] if candidates else None)

    def successors(self, operation: str, query_name: str, used: str) -> list[DocId]:
        """Return the ids that are left in place of one that may be stale, in their order."""
        return [each for each in self._candidates(operation, query_name) if each.id != used]

    def likely(self, operation: str, query_name: str, used: DocId) -> list[DocId]:
        """Return the successors that are worth a request although something else works, too.

        That is the next one, and the first that is shipped: what is listed behind an id that is gone was gone before.
        """
        left = self.successors(operation, query_name, used.id)
        own = used.origin is not Origin.SHIPPED and bool(left) and left[0].origin is not Origin.SHIPPED
        return left[:1] + ([each for each in left if each.origin is Origin.SHIPPED][:1] if own else [])

    def attempt(self, query_name: str, doc_id: str | None) -> None:
        """Ask a query by this id for now; None goes back to the first."""
        if doc_id is None:
            self._tried.pop(query_name, None)
        else:
            self._tried[query_name] = doc_id

    def drop(self, doc_id: str) -> None:
        """Ask by this id no more."""
        self._stale_in_this_run.add(doc_id)
        self._stale.add(doc_id)
        self._on_probation.discard(doc_id)

    def _candidates(self, operation: str, query_name: str) -> list[DocId]:
        found = []
        for each in self.known.candidates(operation, query_name):
            # Whoever names an id for a run wants it tried, whatever was known before.
            stale = self._stale_in_this_run if each.origin is Origin.SETTING else self._stale
            if each.id not in stale:
                found.append(each)
        return found
