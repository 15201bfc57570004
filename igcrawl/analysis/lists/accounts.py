"""Accounts as the operator names them, found by what the store's records say: an id, a name, a former name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Final

from igcrawl.analysis.chosen_pages import chosen_pages
from igcrawl.analysis.lists.kept_lists import KeptList, read_kept_lists
from igcrawl.analysis.lists.list_records import ACCOUNT_TYPES, profiles_of
from igcrawl.arguments.targets import NotATarget, Target, read_target, shown
from igcrawl.crawl.walk_rows import GIVEN
from igcrawl.errors import BadInput
from igcrawl.items import Profile
from igcrawl.output.json_lines import rows_of
from igcrawl.store import Choice, Store
from igcrawl.store.packed_records import unpack_lines

#: Types of the records whose account and name belong together.
_NAMING: Final = {Profile.TYPE, *ACCOUNT_TYPES}


@dataclass(frozen=True, slots=True)
class Account:
    """An account.

    Args:
        pk: its id.
        username: its name, None where it is not known.
        former: ids of accounts that had this name before, the latest first.
    """

    pk: str
    username: str | None = None
    former: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.pk if self.username is None else f"@{self.username} ({self.pk})"


async def find_accounts(store: Store, texts: Sequence[str]) -> list[Account]:
    """Return the accounts that the operator means, each by its id, @name, name or address.

    A name belongs to whom the latest record with it says: accounts give names up, and others take them.

    Args:
        store: an open store.
        texts: as the operator gave them.

    Raises:
        BadInput: one names no account, none that the store knows, or several.
    """
    targets = [_target_of(text) for text in texts]
    holders = await _holders_of(store, {target.value for target in targets if target.kind == "username"})
    return [
        Account(target.value) if target.kind == "user_id" else _holder(target.value, holders[target.value])
        for target in targets
    ]


def _target_of(text: str) -> Target:
    try:
        return read_target(text)
    except NotATarget as problem:
        raise BadInput(f"{shown(text)}: {problem}") from None


def _holder(username: str, holders: Mapping[str, str]) -> Account:
    """Return the account of a name.

    Args:
        username: the name.
        holders: the accounts that had it, each with the time at which it was known last.
    """
    if not holders:
        known = "`scrapy walks` lists what there is, and an id is found without a name"
        raise BadInput(f"@{username}: no record of the store has this name; {known}")
    latest = max(holders.values())
    chosen = [pk for pk, seen_at in holders.items() if seen_at == latest]
    if len(chosen) > 1:
        raise BadInput(f"@{username}: {' and '.join(sorted(chosen))} had this name at the same time; give the id")
    former = sorted(holders.keys() - set(chosen), key=lambda pk: holders[pk], reverse=True)
    return Account(chosen[0], username, tuple(former))


async def owner_name(store: Store, lists: Sequence[KeptList]) -> str | None:
    """Return the name of the account whose lists these are, as the latest one that has it says; None where none does.

    Args:
        store: an open store.
        lists: of one account, the latest last.
    """
    for kept in reversed(lists):
        for profile in await profiles_of(store, kept, first=True):
            if profile["pk"] == kept.owner_pk and profile.get("username"):
                return str(profile["username"])
        if kept.owner_given is not None:
            return kept.owner_given
    return None


async def _holders_of(store: Store, usernames: Set[str]) -> dict[str, dict[str, str]]:
    """Return the ids of the accounts that had these names, by name, each with the time at which it was known last."""
    holders: dict[str, dict[str, str]] = {username: {} for username in usernames}

    def note(username: str, pk: str, seen_at: str) -> None:
        of_name = holders[username]
        of_name[pk] = max(of_name.get(pk, ""), seen_at)

    if usernames:
        async for kept in read_kept_lists(store, lambda row: row.state.get(GIVEN) in usernames):
            if kept.owner_pk is not None and kept.owner_given is not None:
                note(kept.owner_given, kept.owner_pk, kept.started_at or "")
        async for record in _records_with(store, usernames):
            note(record["username"], record["pk"], record["fetched_at"])
    return holders


async def _records_with(store: Store, usernames: Set[str]) -> AsyncIterator[dict[str, Any]]:
    """Yield the records of accounts that have one of these names: all pages are searched, few are read."""
    needles = [b'"username":"%b"' % username.encode() for username in usernames]
    async for page in chosen_pages(store, Choice(latest=False)):
        lines = unpack_lines(page)
        if any(needle in lines for needle in needles):
            for record in rows_of(lines):
                if record["type"] in _NAMING and record.get("username") in usernames:
                    yield record
