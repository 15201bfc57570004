"""Stores with lists whose accounts are known, and what is compared of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from igcrawl.analysis.lists.compare import ChangeAnswer, CompareOrder, SharedAnswer, compare_change, compare_shared
from igcrawl.analysis.lists.list_doubts import Change
from igcrawl.cli.command_config import config_of
from igcrawl.config.config import Config
from igcrawl.items import Follow, Profile
from igcrawl.output.json_lines import to_lines
from igcrawl.store import FoundPage, PackedRecords, PageCommit, Store, WalkRow
from igcrawl.store.packed_ids import number_of, pack
from igcrawl.store.packed_records import pack_lines
from tests.analysis.histories import crawl_of, settings_for
from tests.store.samples import claimed, seed

#: Whose lists these are unless another is named.
OWNER = 25025320


async def put_list(
    store: Store,
    day: int,
    pks: Sequence[object],
    *,
    verdict: str | None = "complete",
    names: dict[object, str] | None = None,
    owner: object = OWNER,
    owner_name: str | None = None,
    operation: str = "followers",
    subject: str | None = None,
    new: Sequence[object] | None = None,
    keeps: bool = True,
    crawl: str | None = None,
    records: bool = True,
    **changes: Any,
) -> WalkRow:
    """A list that ended on a day of November 2026, in a crawl of its own.

    Args:
        pks: the accounts that it held.
        names: of some of them; `u<pk>` is that of others.
        new: those of whom there are records, where an update has passed over the others.
    """
    at = f"2026-11-{day:02}T09:00:00.000Z"
    key = f"{operation}/{owner}"
    given = seed(owner, key=key, subject=subject or key, operation=operation)
    walk = await claimed(store, await crawl_of(store, given, name=crawl, key=f"{key} {day}", keeps=keeps))
    fresh = list(pks if new is None else new)
    rows: list[Any] = [
        Profile("profile", "user_profile", at, key, str(owner), username=owner_name, follower_count=len(pks))
    ]
    rows += [
        Follow("follow", operation, at, key, str(owner), "followers", place, str(pk), (names or {}).get(pk, f"u{pk}"))
        for place, pk in enumerate(fresh, 1)
    ]
    state = walk.state | {"passed": len(pks) - len(fresh)} | changes.pop("state", {})
    values = {"expected": len(pks), "records": len(fresh), "pages": 1, "started_at": at, "updated_at": at} | changes
    done = replace(walk, verdict=verdict, ended_at=at if verdict else None, state=state, **values)
    packed = PackedRecords(len(rows), pack_lines(to_lines(rows))) if records else None
    found = FoundPage(pack(number_of(str(pk)) for pk in pks), None)
    await store.walks.commit([PageCommit(walk=done, found=found, records=packed)])
    return done


def config_for(url: str) -> Config:
    return config_of(settings_for(url))


async def change_in(url: str, change: str, name: object = OWNER, **order: Any) -> ChangeAnswer:
    return await compare_change(config_for(url), Change(change), CompareOrder(names=[str(name)], **order))


async def shared_in(url: str, *names: object, mutual: bool = False, **order: Any) -> SharedAnswer:
    return await compare_shared(config_for(url), CompareOrder(names=list(map(str, names)), **order), mutual=mutual)


def told(answer: ChangeAnswer | SharedAnswer) -> list[str | None]:
    """The names of an answer's accounts."""
    return [member.username for member in answer.first]
