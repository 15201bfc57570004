"""Table of the registered queries: their ids, where each came from, and whether it works."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from igcrawl.cli.tables import print_columns
from igcrawl.config.config import Config
from igcrawl.doc_ids import DocId, DocIds
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.store import DocIdRow, opened
from igcrawl.times import minute_of

_COLUMNS: Final = ("query", "operation", "surface", "id", "origin", "seen", "source", "state")
#: What is said of an id of which the store knows nothing.
UNTRIED: Final = "untried"
_NOTHING: Final = DocIdRow()


async def print_table(config: Config, *, every: bool) -> None:
    """Print the queries with the ids they are asked by; no store is made for it.

    Args:
        config: the command's settings.
        every: all known ids in place of those up to the one that is asked by.

    Raises:
        BadInput: the store cannot be used.
        StoreError: the store failed.
    """
    async with opened(config.store) as store:
        known = {} if store is None else await store.doc_ids.all()
    print_columns([_COLUMNS, *_rows(DocIds(config.doc_ids, config.own_queries), known, every=every)])


def _rows(doc_ids: DocIds, known: Mapping[str, DocIdRow], *, every: bool = False) -> Iterator[tuple[str, ...]]:
    """Yield the table's lines.

    Args:
        doc_ids: of the run.
        known: what is known of an id, by the id.
        every: all known ids in place of those up to the one that is asked by.
    """
    for query in doc_ids.queries.values():
        asking = [operation.name for operation in OPERATIONS.values() if operation.query_name == query.name]
        for each in doc_ids.candidates(asking[0] if asking else "", query.name):
            row = known.get(each.id, _NOTHING)
            yield _row(query.name, " ".join(asking), query.surface, each, _state(row))
            if row.stale_since is None and not every:
                break


def _state(row: DocIdRow) -> str:
    worked = "" if row.worked_at is None else f"last success {minute_of(row.worked_at)} UTC"
    if row.stale_since is not None:
        return f"stale since {minute_of(row.stale_since)} UTC" + (f" ({worked})" if worked else "")
    return f"working ({worked})" if worked else UNTRIED


def _row(name: str, operations: str, surface: str, known: DocId, state: str) -> tuple[str, ...]:
    return name, operations or "-", surface, known.id, known.origin, known.seen or "-", known.source or "-", state
