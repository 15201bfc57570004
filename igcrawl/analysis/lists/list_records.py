"""Records of kept lists, as the store has them: the accounts with their names, and the profiles that stand before."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any, Final

from igcrawl.analysis.chosen_pages import chosen_pages
from igcrawl.analysis.formats.table_values import type_of
from igcrawl.analysis.lists.kept_lists import KeptList
from igcrawl.items import Follow, Profile, Suggestion
from igcrawl.output.json_lines import from_line
from igcrawl.store import Choice, Store, WalkRow
from igcrawl.store.packed_ids import numbers_of
from igcrawl.store.packed_records import unpack_lines
from igcrawl.verdict import Verdict

#: The id of a line's account; `owner_pk` and `target_pk` end differently.
_PK: Final = re.compile(r'"pk":"([^"\\]*)"')
#: Types of the records that are accounts of a list.
ACCOUNT_TYPES: Final = frozenset({Follow.TYPE, Suggestion.TYPE})


async def walks_of(store: Store, kept: KeptList, *, named: bool = False) -> list[WalkRow]:
    """Return the walks that together hold a list, the latest first: an update stands on those before it.

    Args:
        store: an open store.
        kept: the list.
        named: also those that have the records of accounts which the walk passed over, since they were known.
    """
    [own] = [row async for row in store.walks.all(kept.crawl) if row.id == kept.walk]
    walks = [own]
    if not (kept.is_update or (named and kept.held > kept.records)):
        return walks
    for row in await store.walks.earlier(kept.subject, kept.walk):
        walks.append(row)
        if row.verdict == Verdict.COMPLETE and not (named and row.state.get("passed")):
            break
    return walks


def pages_of(store: Store, walk: WalkRow | KeptList) -> AsyncIterator[bytes]:
    """Yield the JSON lines of a walk, see `chosen_pages`."""
    choice = Choice(crawls=[walk.crawl], operation=walk.operation, target=walk.target, latest=False)
    return chosen_pages(store, choice)


async def pages_with(store: Store, walk: WalkRow, missing: set[int]) -> AsyncIterator[bytes]:
    """Yield pages as `pages_of` does, but only those with accounts that are missing, until none is missing.

    Args:
        store: an open store.
        walk: the walk.
        missing: the numbers that stand for the accounts; those of a page are missing no more.
    """
    async for page in pages_of(store, walk):
        there = missing.intersection(numbers_of(_PK.findall(unpack_lines(page).decode())))
        if there:
            yield page
            missing -= there
        if not missing:
            return


async def profiles_of(store: Store, walk: WalkRow | KeptList, *, first: bool = False) -> list[dict[str, Any]]:
    """Return the profiles among a walk's records.

    Args:
        store: an open store.
        walk: the walk.
        first: only those on the first page, where that of a list's owner is.
    """
    found = []
    async for page in pages_of(store, walk):
        found += [from_line(line) for line in unpack_lines(page).splitlines() if type_of(line) == Profile.TYPE]
        if first:
            break
    return found
