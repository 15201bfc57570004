"""Commits that fail, come again, or meet each other: nothing lost, nothing twice, nobody locked out."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import psycopg
import pytest

from igcrawl.items import Page
from igcrawl.store import PageCommit, make_store
from igcrawl.store.model import OperatorLimits, Seed
from tests.support.postgres import ready_database
from tests.support.records import (
    OWNER,
    Tables,
    at,
    commit,
    follow,
    new_pipeline,
    numbered,
    profile,
    suggestion,
    walk_end,
)


async def connect(tables: Tables) -> psycopg.AsyncConnection[Any]:
    return await psycopg.AsyncConnection.connect(tables.url, autocommit=True)


def count(tables: Tables, name: str) -> int:
    return int(tables.one(f"SELECT count(*) FROM {name}")["count"])


def test_what_was_rolled_back_is_written_by_the_next_commit(tables: Tables) -> None:
    async def work() -> None:
        pipeline, connection = new_pipeline(), await connect(tables)
        pipeline.process_item(Page("w", [follow(1, at(1)), profile(at(1))]))
        for _ in range(2):
            with pytest.raises(RuntimeError):
                async with connection.transaction(), connection.cursor() as cursor:
                    await pipeline.write(cursor, numbered())
                    raise RuntimeError
        await commit(connection, pipeline, [follow(2, at(1))])
        await commit(connection, pipeline, [follow(3, at(1))])
        await connection.close()

    asyncio.run(work())
    assert (count(tables, "follows"), count(tables, "profiles"), count(tables, "users")) == (3, 1, 4)


def test_what_comes_while_a_commit_is_under_way_waits_for_the_next(tables: Tables) -> None:
    async def work() -> None:
        pipeline, connection = new_pipeline(), await connect(tables)
        pipeline.process_item(follow(1, at(1)))
        async with connection.transaction(), connection.cursor() as cursor:
            await pipeline.write(cursor, numbered())
            pipeline.process_item(follow(2, at(1)))
        pipeline.forget()
        assert count(tables, "follows") == 1
        await commit(connection, pipeline, [])
        await connection.close()

    asyncio.run(work())
    assert count(tables, "follows") == 2


def test_a_new_connection_goes_on(tables: Tables) -> None:
    async def work() -> None:
        pipeline = new_pipeline()
        for number in range(3):
            async with await connect(tables) as connection:
                for each in range(8):
                    await commit(connection, pipeline, [follow(10 * number + each, at(1))])

    asyncio.run(work())
    assert count(tables, "follows") == 24


def test_an_empty_commit_asks_the_database_nothing() -> None:
    asyncio.run(new_pipeline().write(None, {}))


def test_workers_that_write_the_same_accounts_do_not_lock_each_other_out(tables: Tables) -> None:
    accounts = [*range(1, 301)]

    async def worker(number: int) -> None:
        async with await connect(tables) as connection:
            pipeline = new_pipeline()
            for day in range(1, 13):
                pks = accounts[:: -1 if (day + number) % 2 else 1]
                mixed = [follow(pk, at(day), OWNER) if pk % 2 else suggestion(1, pk, at(day)) for pk in pks]
                # The same account twice: the second pass takes no lock that the first has not.
                again = [suggestion(2, pk, at(day)) for pk in pks[:50]]
                await commit(connection, pipeline, [*mixed, *again, walk_end(at(day), at(day), 150)], 4 * day + number)

    async def work() -> None:
        await asyncio.gather(*map(worker, range(4)))

    asyncio.run(work())
    assert count(tables, "users") == len(accounts)
    assert tables.one("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")["deadlocks"] == 0


def test_marking_who_is_gone_waits_for_nobody(tables: Tables) -> None:
    tables.save([follow(pk, at(1)) for pk in (1, 2, 3)])

    async def work() -> None:
        pipeline, other = new_pipeline(), new_pipeline()
        async with await connect(tables) as seeing, await connect(tables) as marking:
            other.process_item(follow(2, at(3)))
            async with seeing.transaction(), seeing.cursor() as cursor:
                await other.write(cursor, numbered(2))
                await asyncio.wait_for(commit(marking, pipeline, [walk_end(at(2), at(3), 0)], walk=2), 10)

    asyncio.run(work())
    missing = tables.rows("SELECT pk FROM follows WHERE missing_since IS NOT NULL ORDER BY pk")
    assert [row["pk"] for row in missing] == [1, 3]


def test_records_and_cursor_are_one_commit_of_the_store() -> None:
    seed = Seed(key="s", subject="s", operation="followers", target=OWNER, args={})

    async def work(url: str) -> None:
        store, pipeline = make_store(url), new_pipeline()
        await store.open()
        crawl = await store.crawls.begin("key", None, "followers", [seed], 0, at(1))
        walk = await store.walks.claim(crawl.id, OperatorLimits(), at(1))
        assert walk is not None
        for number in range(1, 9):
            pipeline.process_item(Page("followers/1", [follow(n, at(1)) for n in range(50 * number)]))
            walk.cursor = str(number)
            await store.walks.commit(
                [PageCommit(walk=walk)], {}, [partial(pipeline.write, walks={f"followers/{OWNER}": walk.id})]
            )
            pipeline.forget()
        walk.fence += 1
        pipeline.process_item(follow(1000, at(1)))
        with pytest.raises(Exception, match="another worker"):
            await store.walks.commit(
                [PageCommit(walk=walk)], {}, [partial(pipeline.write, walks={f"followers/{OWNER}": walk.id})]
            )
        await store.close()

    with ready_database() as url:
        asyncio.run(work(url))
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT cursor FROM walks").fetchall() == [("8",)]
            assert connection.execute("SELECT count(*), max(pk) FROM follows").fetchall() == [(400, 399)]
