"""Ids of each query: the run's setting first, then the operator's own file, then the shipped ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Final

from igcrawl.doc_ids.model import DocId, Origin, Query
from igcrawl.doc_ids.tables import read_queries

#: Setting that replaces an operation's doc_id for a run, e.g. ``-s IG_DOC_ID_followers=2847…``.
OVERRIDE_PREFIX: Final = "IG_DOC_ID_"


@cache
def shipped_queries() -> Mapping[str, Query]:
    """Return the queries of `igcrawl/doc_ids/shipped.toml`, by friendly name."""
    text = files("igcrawl.doc_ids").joinpath("shipped.toml").read_text("utf-8")
    return read_queries(text, "igcrawl/doc_ids/shipped.toml", Origin.SHIPPED, {})


class DocIds:
    """The doc_ids of one run.

    Args:
        overrides: doc_ids for this run by operation name, as `IG_DOC_ID_…` gives them.
        own: the queries of the operator's own file.
    """

    def __init__(self, overrides: Mapping[str, str] | None = None, own: Mapping[str, Query] | None = None) -> None:
        self._overrides = dict(overrides or {})
        shipped = shipped_queries()
        self._queries = {**shipped, **{name: _joined(query, shipped.get(name)) for name, query in (own or {}).items()}}

    @property
    def queries(self) -> Mapping[str, Query]:
        """All queries by friendly name, each with its own ids before the shipped ones."""
        return self._queries

    def candidates(self, operation: str, query_name: str) -> tuple[DocId, ...]:
        """Return the ids that an operation's query can be asked by, each once, in the order to try them."""
        known = self._queries[query_name].ids
        override = self._overrides.get(operation)
        if override is None:
            return known
        # An id that is known keeps what it needs: the operator who names it means the id, not its variables.
        same = next((each for each in known if each.id == override), DocId(override))
        first = replace(same, source=f"{OVERRIDE_PREFIX}{operation}", origin=Origin.SETTING)
        return (first, *(each for each in known if each.id != override))

    def root_field(self, query_name: str) -> str:
        """Return the root of a query's answer, empty when it is not known."""
        return self._queries[query_name].root_field


def _joined(own: Query, shipped: Query | None) -> Query:
    """Put the operator's own ids before the shipped ones; what an id is known to need, it needs in both."""
    known = {each.id: each for each in shipped.ids} if shipped is not None else {}
    ids: dict[str, DocId] = {}
    for each in own.ids:
        needs = each.variables or (known[each.id].variables if each.id in known else {})
        ids.setdefault(each.id, replace(each, variables=needs))
    return replace(own, ids=(*ids.values(), *(each for each in known.values() if each.id not in ids)))
