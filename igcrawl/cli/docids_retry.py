"""doc_ids that are known to be stale, asked by again."""

from __future__ import annotations

from collections.abc import Sequence

from igcrawl.config.config import Config
from igcrawl.doc_ids import DocIds, is_doc_id
from igcrawl.errors import BadInput
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.store import opened


async def retry(config: Config, wanted: str) -> str:
    """Let a stale id, or all of a query or an operation, be asked by again; return what to say.

    Raises:
        BadInput: there is no such thing, or the store cannot be used.
        StoreError: the store failed.
    """
    registry = DocIds(config.doc_ids, config.own_queries)
    operation = OPERATIONS.get(wanted)
    name = wanted if operation is None else operation.query_name
    query = registry.queries.get(name or "")
    if query is None and not is_doc_id(wanted):
        raise BadInput(f"{wanted[:60]!r} is no query, no operation that asks one and no doc_id: see scrapy docids list")
    ids = [wanted] if query is None else [each.id for each in query.ids]
    again = await ask_again(config.store, ids)
    return (
        f"tried again from now on: {', '.join(again)}" if again else f"{wanted}: none of its ids is known to be stale"
    )


async def ask_again(store_url: str, doc_ids: Sequence[str]) -> list[str]:
    """Forget that ids are stale; return those that were, in order.

    Raises:
        BadInput: the store cannot be used.
        StoreError: the store failed.
    """
    async with opened(store_url) as store:
        return [] if store is None else sorted(await store.doc_ids.forget_staleness(doc_ids))
