"""Histories of accounts: their lists crawl after crawl, who was new and gone, and what their profiles said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from igcrawl.analysis.lists.kept_lists import KeptList, read_kept_lists
from igcrawl.analysis.lists.list_doubts import Change, doubts_of_change
from igcrawl.analysis.lists.list_engine import ListEngine, Wanted, list_engine
from igcrawl.analysis.lists.list_records import profiles_of
from igcrawl.analysis.report.model import COUNTS, CRAWLS, AccountReport, Crawl, ListOverTime, ProfileCount
from igcrawl.items import Profile
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.store import Store, WalkRow
from igcrawl.verdict import OPEN


@dataclass(frozen=True, slots=True)
class AccountWithLists:
    """An account as the page shows it, and the lists that it was made of.

    Args:
        account: what the page shows.
        latest: the list of each kind that is held against others: the latest complete one, else the latest with
            anybody in it.
    """

    account: AccountReport
    latest: Mapping[str, KeptList]


async def read_histories(store: Store, chosen: Sequence[str]) -> list[AccountWithLists]:
    """Return the histories of accounts, in their order; those without any list are left out.

    Args:
        store: an open store.
        chosen: their ids.
    """
    wanted = set(chosen)
    lists: dict[str, list[KeptList]] = defaultdict(list)
    async for kept in read_kept_lists(store, lambda row: row.target in wanted):
        # One that was claimed and has brought nothing yet has no date.
        if kept.ended_at is not None:
            lists[kept.target].append(kept)
    profiles = await _profile_walks(store, wanted)
    return [await _history(store, pk, lists[pk], profiles[pk]) for pk in chosen if lists[pk]]


async def _profile_walks(store: Store, wanted: Collection[str]) -> dict[str, list[WalkRow]]:
    """Return the walks that asked for nothing but profiles, by account, the latest ones."""
    walks: dict[str, list[WalkRow]] = defaultdict(list)
    for crawl in await store.crawls.generations():
        async for row in store.walks.all(crawl.id):
            operation = OPERATIONS.get(row.operation)
            if row.target in wanted and row.pages and operation and issubclass(operation.reader.record, Profile):
                walks[row.target].append(row)
    latest = {pk: sorted(own, key=lambda row: row.updated_at or "")[-COUNTS:] for pk, own in walks.items()}
    return defaultdict(list, latest)


async def _history(
    store: Store, pk: str, lists: Sequence[KeptList], profile_walks: Sequence[WalkRow]
) -> AccountWithLists:
    kinds = _by_kind(lists)
    shown = {kind: own[-CRAWLS:] for kind, own in kinds.items()}
    profiles = await _profiles(store, pk, [*(kept for own in shown.values() for kept in own), *profile_walks])
    latest_first = profiles[::-1]
    given = [kept.owner_given for kept in sorted(lists, key=lambda kept: kept.moment) if kept.owner_given]
    account = AccountReport(
        pk=pk,
        username=_known(latest_first, "username") or (given[-1] if given else None),
        full_name=_known(latest_first, "full_name"),
        is_private=_known(latest_first, "is_private"),
        is_verified=_known(latest_first, "is_verified"),
        counts=[
            ProfileCount(
                at=each["fetched_at"], followers=each.get("follower_count"), following=each.get("following_count")
            )
            for each in profiles[-COUNTS:]
        ],
        lists=[
            ListOverTime(kind=kind, crawls=await _crawls(store, own), earlier=max(len(own) - CRAWLS, 0))
            for kind, own in kinds.items()
        ],
    )
    return AccountWithLists(account, {kind: _held_against(own) for kind, own in kinds.items()})


def _by_kind(lists: Sequence[KeptList]) -> dict[str, list[KeptList]]:
    """Return lists by their kind, each in the order of time; others of the same kind say what they are."""
    subjects: dict[str, list[KeptList]] = defaultdict(list)
    for kept in sorted(lists, key=lambda kept: kept.moment):
        subjects[kept.subject].append(kept)
    kinds: dict[str, list[KeptList]] = {}
    for own in sorted(subjects.values(), key=lambda own: (own[-1].kind, -len(own))):
        last = own[-1]
        names = (last.kind, f"{last.kind} ({last.operation})", f"{last.kind} ({last.subject})")
        kinds[next(name for name in names if name not in kinds)] = own
    return kinds


def _held_against(own: Sequence[KeptList]) -> KeptList:
    holding = [kept for kept in own if kept.holds_something] or own
    return next((kept for kept in reversed(holding) if kept.is_complete), holding[-1])


async def _profiles(store: Store, pk: str, walks: Iterable[KeptList | WalkRow]) -> list[dict[str, Any]]:
    """Return an account's profiles that stand before its lists or were asked for alone, the oldest first."""
    found = [each for walk in walks for each in await profiles_of(store, walk, first=True) if each["pk"] == pk]
    return sorted(found, key=lambda each: str(each["fetched_at"]))


def _known(profiles: Iterable[Mapping[str, Any]], field: str) -> Any:
    return next((each[field] for each in profiles if each.get(field) is not None), None)


async def _crawls(store: Store, own: Sequence[KeptList]) -> list[Crawl]:
    """Return the latest crawls of a list, each compared with the last complete one before it."""
    shown = own[-CRAWLS:]
    older = [kept for kept in own[: -len(shown)] if kept.is_complete][-1:]
    if len(shown) + len(older) == 1 and not shown[0].is_update:
        return [_crawl(shown[0], shown[0].held)]
    async with list_engine(store) as engine:
        for kept in (*older, *shown):
            await engine.load(kept)
        sizes = engine.sizes()
        crawls = []
        for place in range(len(older), len(engine.lists)):
            complete = [earlier for earlier in range(place) if engine.lists[earlier].is_complete]
            after = engine.lists[place]
            change = _change(engine, complete[-1], place) if complete and after.holds_something else {}
            crawls.append(_crawl(after, sizes[place], **change))
    return crawls


def _change(engine: ListEngine, earlier: int, later: int) -> dict[str, Any]:
    """Return who is new and gone in a list, as far as it can tell."""
    before, after, both = engine.lists[earlier], engine.lists[later], 1 << earlier | 1 << later
    new = engine.count(Wanted(1 << later, both))
    doubts = doubts_of_change(Change.NEW, before, after, new)
    gone = None
    # A list that was cut or not read to its end does not tell who is gone.
    if after.is_complete:
        gone = engine.count(Wanted(1 << earlier, both))
        doubts += doubts_of_change(Change.GONE, before, after, gone)
    doubt = "; ".join(dict.fromkeys(doubts)) or None
    return {"since": before.ended_at, "new": new, "gone": gone, "change_doubt": doubt}


def _crawl(kept: KeptList, found: int, **change: Any) -> Crawl:
    return Crawl(
        number=kept.crawl,
        at=kept.ended_at or "",
        verdict=kept.verdict or OPEN,
        found=found,
        expected=kept.expected,
        requests=kept.requests,
        doubt=kept.doubt,
        **change,
    )
