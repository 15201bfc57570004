"""Generations of one list: whom an update knows already, who is new, who is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from igcrawl.store import Store, WalkRow
from igcrawl.store.packed_ids import SortedIds, unpack
from igcrawl.verdict import Verdict, tells_who_is_gone


@dataclass(frozen=True, slots=True)
class ListChange:
    """Changes in a complete list, compared with earlier ones.

    Args:
        new: how many it holds that the last complete one, and the updates since, did not; None without one.
        gone: how many are missing from it and from the complete one before it for the first time; None where that
            cannot be told.
    """

    new: int | None = None
    gone: int | None = None


async def known_since(store: Store, subject: str, before: int) -> SortedIds | None:
    """Return whom the last complete generation of a list held, and the updates that followed on it.

    An update counts only when it reached those that were known: one that was broken off has a gap behind it.
    Returns None when the list was never complete.

    Args:
        store: where it is kept.
        subject: names the list.
        before: number of the walk that asks; what came later does not count.
    """
    held = _back_to(await store.walks.earlier(subject, before), lambda walk: walk.verdict == Verdict.COMPLETE)
    return None if held is None else await ids_of(store, [walk.id for walk in held])


async def ids_of(store: Store, walks: Iterable[int], beside: bytes = b"") -> SortedIds:
    """Return what walks have found, in flat memory.

    Args:
        store: where it is kept.
        walks: their numbers.
        beside: packed ids that are not in the store yet.
    """
    pages = [beside]
    for walk in walks:
        pages += [page.ids async for page in store.walks.found(walk)]
    return SortedIds(pages)


async def change_of(store: Store, row: WalkRow, last_page: bytes) -> ListChange:
    """Hold a complete list against the earlier ones.

    Args:
        store: where they are kept.
        row: the list's walk as it will be committed, with its verdict.
        last_page: packed ids of its last page, which is not in the store yet.
    """
    earlier = await store.walks.earlier(row.subject, row.id)
    known = _back_to(earlier, lambda walk: walk.verdict == Verdict.COMPLETE)
    if known is None or row.verdict != Verdict.COMPLETE:
        return ListChange()
    before = await ids_of(store, [walk.id for walk in known])
    here = await ids_of(store, [row.id], last_page)
    new = sum(number not in before for number in here)
    if not _tells_who_is_gone(row):
        return ListChange(new)
    return ListChange(new, await _gone(store, earlier, here))


async def _gone(store: Store, earlier: Sequence[WalkRow], here: SortedIds) -> int | None:
    """Count the accounts of the generation before the last that neither the last one nor this one holds."""
    last = _back_to(earlier, _tells_who_is_gone)
    if last is None:
        return None
    older = _back_to(earlier[len(last) :], _tells_who_is_gone)
    if older is None:
        return 0
    seen_since = await ids_of(store, [walk.id for walk in last])
    gone: set[int] = set()
    for walk in older:
        async for page in store.walks.found(walk.id):
            gone.update(number for number in unpack(page.ids) if number not in seen_since and number not in here)
    return len(gone)


def _back_to(earlier: Sequence[WalkRow], fits: Callable[[WalkRow], bool]) -> list[WalkRow] | None:
    """Return the walks from the latest one to the first that fits, None when none does."""
    for place, walk in enumerate(earlier):
        if fits(walk):
            return list(earlier[: place + 1])
    return None


def _tells_who_is_gone(row: WalkRow) -> bool:
    return tells_who_is_gone(row.verdict or "", row.records, row.expected)
