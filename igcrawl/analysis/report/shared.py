"""Accounts that the lists of several accounts share: their overlap, and who follows each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from igcrawl.analysis.lists.kept_lists import KeptList
from igcrawl.analysis.lists.list_engine import MOST_LISTS, ListEngine, Wanted, list_engine
from igcrawl.analysis.lists.list_records import pages_with, walks_of
from igcrawl.analysis.report.histories import AccountWithLists
from igcrawl.analysis.report.model import OVERLAPPING, ComparedList, Network, Overlap
from igcrawl.analysis.report.network import laid_out
from igcrawl.output.json_lines import rows_of
from igcrawl.store import Store
from igcrawl.store.packed_ids import number_of
from igcrawl.store.packed_records import unpack_lines
from igcrawl.verdict import OPEN

_FOLLOWERS, _FOLLOWING = "followers", "following"
MUTUAL: Final = "mutual"


async def read_shared(store: Store, histories: Sequence[AccountWithLists]) -> tuple[Overlap | None, Network | None]:
    """Return how lists overlap, and the network of those who follow each other; None where there is none.

    Args:
        store: an open store.
        histories: whose latest lists are held against each other.
    """
    lists = [
        (history, kind, kept) for history in histories for kind, kept in history.latest.items() if kept.holds_something
    ]
    largest = sorted(lists, key=lambda each: -each[2].held)[:OVERLAPPING]
    overlapping = [each for each in lists if each in largest]
    pairs = [history for history in histories if _has_both(history)][: (MOST_LISTS - OVERLAPPING) // 2]
    if len(overlapping) < 2 and not pairs:
        return None, None
    async with list_engine(store) as engine:
        numbers: dict[int, int] = {}
        of_pairs = [history.latest[kind] for history in pairs for kind in (_FOLLOWERS, _FOLLOWING)]
        for kept in (*(each[2] for each in overlapping), *of_pairs):
            if kept.walk not in numbers:
                numbers[kept.walk] = await engine.load(kept)
        overlap = None
        if len(overlapping) > 1:
            places = [numbers[kept.walk] for _, _, kept in overlapping]
            matrix = engine.pairs()
            overlap = Overlap(
                lists=[
                    compared(history, kind, kept, matrix[place][place])
                    for (history, kind, kept), place in zip(overlapping, places, strict=True)
                ],
                shared=[[matrix[one][other] for other in places] for one in places],
                left_out=len(lists) - len(overlapping),
            )
        mutual = await _mutual(store, engine, pairs, numbers)
    return overlap, mutual


def compared(history: AccountWithLists, kind: str, kept: KeptList, size: int | None = None) -> ComparedList:
    """Return a list as the page names it beside others.

    Args:
        history: of its account.
        kind: as the page calls it.
        kept: the list.
        size: how many accounts it holds, None for what its walk says.
    """
    return ComparedList(
        name=f"{history.account.name} {kind}",
        at=kept.ended_at or "",
        verdict=kept.verdict or OPEN,
        size=kept.held if size is None else size,
        doubt=kept.doubt,
    )


def _has_both(history: AccountWithLists) -> bool:
    return all(kind in history.latest and history.latest[kind].holds_something for kind in (_FOLLOWERS, _FOLLOWING))


async def _mutual(
    store: Store, engine: ListEngine, pairs: Sequence[AccountWithLists], numbers: Mapping[int, int]
) -> Network | None:
    """Return the network of those who follow one of the accounts and are followed by it."""
    both = {
        history.account.pk: sum(1 << numbers[history.latest[kind].walk] for kind in (_FOLLOWERS, _FOLLOWING))
        for history in pairs
    }
    links = [(pk, member.pk) for pk, bits in both.items() for member in engine.members(Wanted(bits, bits))]
    names = {history.account.pk: history.account.username for history in pairs}
    for history in pairs:
        found = {pk for owner, pk in links if owner == history.account.pk and pk not in names}
        names |= await _names(store, history.latest[_FOLLOWING], found)
    sources = [compared(history, kind, history.latest[kind]) for history in pairs for kind in (_FOLLOWERS, _FOLLOWING)]
    return laid_out(MUTUAL, links, names, set(both), sources)


async def _names(store: Store, kept: KeptList, wanted: set[str]) -> dict[str, str | None]:
    """Return the names of accounts of a list, as far as its records have them."""
    missing, names = {number_of(pk) for pk in wanted}, dict[str, str | None]()
    for walk in await walks_of(store, kept, named=True) if wanted else ():
        async for page in pages_with(store, walk, missing):
            names |= {
                each["pk"]: each.get("username") for each in rows_of(unpack_lines(page)) if each.get("pk") in wanted
            }
    return names
