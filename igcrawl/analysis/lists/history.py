"""An account over time: each list that was read of it, and what its profiles said. No request."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Final

from igcrawl.analysis.destination import Destination
from igcrawl.analysis.lists.accounts import Account, find_accounts, owner_name
from igcrawl.analysis.lists.answer_file import answer_destination, write_answer
from igcrawl.analysis.lists.kept_lists import KeptList, read_kept_lists
from igcrawl.analysis.lists.list_records import profiles_of
from igcrawl.config.config import Config
from igcrawl.errors import BadInput
from igcrawl.items import Profile
from igcrawl.items.columns import Column, ColumnKind, columns_of
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.store import Store, WalkRow, opened_existing
from igcrawl.verdict import OPEN

#: What profiles tell of an account; pictures have other addresses every time.
TOLD: Final = (
    *("follower_count", "following_count", "media_count", "username", "full_name", "biography", "external_url"),
    *("category", "is_private", "is_verified", "is_business"),
)
_OF_LIST: Final = (
    Column("at", ColumnKind.TEXT),
    Column("what", ColumnKind.TEXT),
    Column("crawl", ColumnKind.COUNT),
    Column("verdict", ColumnKind.TEXT),
    Column("accounts", ColumnKind.COUNT),
    Column("new", ColumnKind.COUNT),
    Column("expected", ColumnKind.COUNT),
    Column("doubt", ColumnKind.TEXT),
)
_OF_PROFILE: Final = tuple(column for column in columns_of([Profile]) if column.name in TOLD)
COLUMNS: Final = (*_OF_LIST, *_OF_PROFILE, Column("changed", ColumnKind.TEXT))


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenProfile:
    """A profile as one answer had it.

    Args:
        at: when the answer came.
        crawl: whose it was.
        values: of `TOLD`; those that the answer did not hold are missing.
        changed: what is not as the answers before had it, each with both values; what one lacked is no change.
    """

    at: str
    crawl: int
    values: Mapping[str, Any]
    changed: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """An account over time, as far as the store knows it.

    Args:
        account: the account.
        lists: of every kind, the latest last.
        profiles: the latest last.
        destination: where all was written, None for nowhere.
    """

    account: Account
    lists: Sequence[KeptList]
    profiles: Sequence[SeenProfile]
    destination: Destination | None = None


async def read_history(config: Config, text: str, out: str | None = None) -> History:
    """Return what the store knows of an account over time.

    Args:
        config: the command's settings.
        text: the account, see `find_accounts`.
        out: a file for it, None for none.

    Raises:
        BadInput: the store knows nothing of it, or the file cannot be written.
        StoreError: the store could not be read, or the file not be written.
    """
    destination = answer_destination(out, config)
    async with opened_existing(config.store, "tell") as store:
        [account] = await find_accounts(store, [text])
        history = await history_of(store, account)
    if destination is not None:
        write_answer(destination, COLUMNS, rows_of(history))
    return History(account=history.account, lists=history.lists, profiles=history.profiles, destination=destination)


async def history_of(store: Store, account: Account) -> History:
    """Return what a store knows of an account over time.

    Raises:
        BadInput: nothing.
    """
    found = [kept async for kept in read_kept_lists(store, lambda row: row.target == account.pk)]
    lists = sorted(found, key=lambda kept: kept.moment)
    name = account.username or await owner_name(store, lists)
    seen = [profile async for profile in _profiles(store, account.pk, lists, name)]
    if not (lists or seen):
        former = f"; {account.former[0]} had this name before" if account.former else ""
        raise BadInput(
            f"the store knows nothing of {account}{former}; `scrapy crawl profiles -a user_ids={account.pk}` asks"
        )
    seen.sort(key=lambda each: each[0]["fetched_at"])
    return History(account=Account(account.pk, name), lists=lists, profiles=list(_with_changes(seen)))


async def _profiles(
    store: Store, pk: str, lists: Sequence[KeptList], name: str | None
) -> AsyncIterator[tuple[dict[str, Any], int]]:
    """Yield an account's profiles, each with the number of its crawl."""
    names = {each for each in (name, *(kept.owner_given for kept in lists)) if each is not None}
    found: list[tuple[dict[str, Any], int]] = []
    for kept in lists:
        found += [(profile, kept.crawl) for profile in await profiles_of(store, kept, first=True)]
    names |= {profile["username"] for profile, _ in found if profile["pk"] == pk and profile.get("username")}
    async for walk in _profile_walks(store, {pk, *names}):
        found += [(profile, walk.crawl) for profile in await profiles_of(store, walk)]
    for profile, crawl in found:
        if profile["pk"] == pk:
            yield profile, crawl


async def _profile_walks(store: Store, targets: Set[str]) -> AsyncIterator[WalkRow]:
    """Yield the walks that asked for the profile of one of these ids and names."""
    asking = {
        name
        for name, operation in OPERATIONS.items()
        if any(issubclass(part.record, Profile) for part in operation.reader.parts)
    }
    for crawl in await store.crawls.generations():
        async for row in store.walks.all(crawl.id):
            if row.operation in asking and row.target in targets and row.fence:
                yield row


def _with_changes(seen: Sequence[tuple[Mapping[str, Any], int]]) -> Iterator[SeenProfile]:
    """Yield profiles, the latest last, with what has changed since those before."""
    known: dict[str, Any] = {}
    for profile, crawl in seen:
        values = {name: profile[name] for name in TOLD if profile.get(name) is not None}
        changed = {name: (known[name], value) for name, value in values.items() if known.get(name, value) != value}
        known |= values
        yield SeenProfile(at=profile["fetched_at"], crawl=crawl, values=values, changed=changed)


def rows_of(history: History) -> list[dict[str, Any]]:
    """Return a history's rows for a file, by their time."""
    rows = [_row_of_list(kept) for kept in history.lists]
    rows += [
        {"at": seen.at, "what": Profile.TYPE, "crawl": seen.crawl, **seen.values, "changed": told_changes(seen) or None}
        for seen in history.profiles
    ]
    empty = dict.fromkeys(column.name for column in COLUMNS)
    return [empty | row for row in sorted(rows, key=lambda row: row["at"] or "")]


def _row_of_list(kept: KeptList) -> dict[str, Any]:
    return {
        "at": kept.ended_at,
        "what": kept.kind,
        "crawl": kept.crawl,
        "verdict": kept.verdict or OPEN,
        "accounts": None if kept.is_update else kept.held,
        "new": kept.records if kept.is_update else None,
        "expected": kept.expected,
        "doubt": kept.doubt,
    }


def told_changes(seen: SeenProfile) -> str:
    """Return what has changed in a profile, counts aside: these are told by themselves."""
    told = [
        f"{name}: {before} → {after}" for name, (before, after) in seen.changed.items() if not name.endswith("_count")
    ]
    return "; ".join(told)
