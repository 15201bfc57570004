"""The network of suggestions: whom the server suggests beside whom."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import replace
from typing import Any, Final

from igcrawl.analysis.chosen_pages import chosen_pages
from igcrawl.analysis.lists.kept_lists import SUGGESTIONS, list_kinds
from igcrawl.analysis.report.histories import AccountWithLists
from igcrawl.analysis.report.model import Network
from igcrawl.analysis.report.network import laid_out
from igcrawl.analysis.report.shared import compared
from igcrawl.items import Suggestion
from igcrawl.output.json_lines import rows_of
from igcrawl.store import Choice, Store
from igcrawl.store.packed_records import unpack_lines

#: So many links are read at most.
_MOST: Final = 500_000


async def read_suggested(
    store: Store, histories: Sequence[AccountWithLists], around: Collection[str]
) -> Network | None:
    """Return the network of suggestions, None when there are none.

    Args:
        store: an open store.
        histories: of the accounts of the report.
        around: ids of accounts: only those are drawn that are suggested beside one of these, and what is suggested
            beside those; empty for all.
    """
    links: list[tuple[str, str]] = []
    names: dict[str, str | None] = {history.account.pk: history.account.username for history in histories}
    async for record in _suggestions(store):
        links.append((record["target_pk"], record["pk"]))
        names.setdefault(record["pk"], record.get("username"))
        if len(links) == _MOST:
            break
    cut = len(links) == _MOST
    if around:
        near = {pk for target, pk in links if target in around} | set(around)
        links = [link for link in links if link[0] in near]
    sources = [
        compared(history, kind, kept)
        for history in histories
        for kind, kept in history.latest.items()
        if kept.kind == SUGGESTIONS
    ]
    network = laid_out(SUGGESTIONS, links, names, {target for target, _ in links}, sources)
    return network and replace(network, cut=cut)


async def _suggestions(store: Store) -> AsyncIterator[dict[str, Any]]:
    """Yield the suggestions of the latest walk of each account."""
    for operation in (name for name, kind in list_kinds().items() if kind == SUGGESTIONS):
        async for page in chosen_pages(store, Choice(operation=operation, latest=True)):
            for record in rows_of(unpack_lines(page)):
                if record["type"] == Suggestion.TYPE:
                    yield record
