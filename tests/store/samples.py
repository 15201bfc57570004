"""Walks, pages and opened stores, as the tests of the store need them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from igcrawl.store import CrawlRow, FoundPage, OperatorLimits, PageCommit, Seed, Store, WalkRow, make_store
from igcrawl.store.packed_ids import pack

NOW = "2026-11-24T08:00:00.000Z"
LATER = "2026-11-24T09:00:00.000Z"
NO_LIMITS = OperatorLimits()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Store]:
    """An open store, that is: a worker."""
    store = make_store(url)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


def seed(target: object, depth: int = 1, **changes: Any) -> Seed:
    """The followers of an account."""
    name = f"followers/{target}"
    values = {"key": name, "subject": name, "operation": "followers", "target": str(target)}
    return Seed(**(values | {"args": {"user_id": str(target)}, "depth": depth} | changes))


async def begun(store: Store, seeds: Iterable[Seed], key: str = "key", after: int = 0) -> CrawlRow:
    """A crawl that has just begun."""
    return await store.crawls.begin(key, None, "followers", seeds, after, NOW)


async def claimed(store: Store, crawl: CrawlRow, limits: OperatorLimits = NO_LIMITS) -> WalkRow:
    """The next walk."""
    walk = await store.walks.claim(crawl.id, limits, NOW)
    assert walk is not None
    return walk


async def claimed_soon(store: Store, crawl: CrawlRow) -> WalkRow:
    """The next walk, as soon as it is known that its worker has died."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        walk = await store.walks.claim(crawl.id, NO_LIMITS, NOW)
        if walk is not None:
            return walk
        await asyncio.sleep(0.02)
    raise AssertionError("nobody gave the walk back")


async def ended(store: Store, walk: WalkRow, verdict: str, **changes: Any) -> WalkRow:
    """A walk with its verdict."""
    done = replace(walk, verdict=verdict, ended_at=LATER, **changes)
    await store.walks.commit([PageCommit(walk=done)], {})
    return done


async def targets(store: Store, *arguments: Any, **named: Any) -> list[str]:
    """The targets of walks, in their order."""
    return [walk.target async for walk in store.walks.all(*arguments, **named)]


async def kept(store: Store, number: int) -> WalkRow:
    """A walk as the store has it now."""
    return next(walk for walk in [walk async for walk in store.walks.all()] if walk.id == number)


def page(*numbers: int, turned: int | None = None) -> FoundPage:
    """A page that brought accounts."""
    return FoundPage(pack(numbers), turned)
