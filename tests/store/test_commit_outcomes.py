"""A connection that is lost in the middle of a commit: the page is written once, whatever became of it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from igcrawl.errors import StoreError
from igcrawl.store import CrawlRow, PackedRecords, PageCommit, Store, WalkRow
from igcrawl.store.packed_records import pack_lines, unpack_lines
from igcrawl.store.postgres import connection as connections
from igcrawl.store.postgres import database as databases
from tests.store.samples import begun, claimed, kept, opened, page, seed
from tests.support.commit_proxy import CommitProxy, Cut, commit_proxy
from tests.support.postgres import database, ready_database, restart

UNDONE = (Cut.BEFORE, Cut.BEFORE_UNSEEN)


@pytest.fixture
def url() -> Iterator[str]:
    """The address of a database with a store's tables."""
    with ready_database() as address:
        yield address


@pytest.fixture
def empty() -> Iterator[str]:
    """The address of an empty database."""
    with database() as address:
        yield address


def ask(url: str, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Ask the database as an operator does."""
    with psycopg.connect(url, autocommit=True, application_name="operator") as connection:
        cursor = connection.execute(query, parameters)
        return cursor.fetchall() if cursor.description else []


@asynccontextmanager
async def walking(url: str, role: str = "postgres") -> AsyncIterator[tuple[CommitProxy, Store, CrawlRow, WalkRow]]:
    """A walk that has begun, by way of a proxy."""
    async with commit_proxy(url, role) as (proxy, address), opened(address) as store:
        crawl = await begun(store, [seed(1)])
        yield proxy, store, crawl, await claimed(store, crawl)


def next_page(walk: WalkRow) -> PageCommit:
    """A walk's next page, with records."""
    number = walk.pages + 1
    after = replace(walk, pages=number, cursor=str(number))
    records = PackedRecords(1, pack_lines(f"{number}\n".encode()))
    return PageCommit(walk=after, found=page(number), records=records)


class Writes:
    """A pipeline that writes a row a page, and counts how often it is asked to."""

    def __init__(self, url: str) -> None:
        ask(url, "CREATE TABLE IF NOT EXISTS notes (note text)")
        ask(url, "GRANT ALL ON notes TO PUBLIC")
        self.tries = 0

    async def __call__(self, cursor: Any) -> None:
        self.tries += 1
        await cursor.execute("INSERT INTO notes VALUES ('written')")


async def written(store: Store, url: str, crawl: CrawlRow, walk: WalkRow) -> tuple[Any, ...]:
    """The pages of records, of ids and of the pipeline, as they are in the database."""
    records = [(held.place, unpack_lines(held.lines)) async for held in store.records.pages(crawl.id)]
    found = [ids async for ids in store.walks.found(walk.id)]
    [[notes]] = ask(url, "SELECT count(*) FROM notes")
    return records, found, notes


def expected(pages: int) -> tuple[Any, ...]:
    numbers = range(1, pages + 1)
    return [(n, f"{n}\n".encode()) for n in numbers], [page(n) for n in numbers], pages


@pytest.mark.parametrize("cut", list(Cut))
async def test_a_page_is_written_once_and_the_walk_goes_on(url: str, cut: Cut) -> None:
    async with walking(url) as (proxy, store, crawl, begun_walk):
        writes, walk = Writes(url), begun_walk
        for number in range(1, 7):
            commit = next_page(walk)
            proxy.cuts.append(cut if number % 2 else None)
            before = writes.tries
            async with asyncio.timeout(20):
                assert await store.walks.commit([commit], writers=[writes]) == number
            if number % 2 and cut is not Cut.AT_ONCE:
                assert writes.tries - before == (2 if cut in UNDONE else 1)
            walk = commit.walk
            assert await written(store, url, crawl, walk) == expected(number)
            assert await kept(store, walk.id) == walk
        assert not proxy.cuts


@pytest.mark.parametrize(
    ("cuts", "tries"), [((Cut.BEFORE, Cut.AFTER), 2), ((Cut.BEFORE_UNSEEN, Cut.BEFORE, None), 3)], ids=str
)
async def test_a_page_that_is_cut_again_is_written_once(url: str, cuts: tuple[Cut | None, ...], tries: int) -> None:
    async with walking(url) as (proxy, store, crawl, walk):
        writes = Writes(url)
        proxy.cuts.extend(cuts)
        assert await store.walks.commit([next_page(walk)], writers=[writes]) == 1
        assert (await written(store, url, crawl, walk), writes.tries) == (expected(1), tries)


async def test_a_page_that_is_cut_each_time_ends_the_crawl_in_one_line_and_is_not_written(url: str) -> None:
    async with walking(url) as (proxy, store, crawl, walk):
        writes = Writes(url)
        proxy.cuts.extend([Cut.BEFORE] * 9)
        with pytest.raises(StoreError, match="; the same command continues from the last committed page") as caught:
            await store.walks.commit([next_page(walk)], writers=[writes])
        assert "\n" not in str(caught.value)
        assert writes.tries == 3
        proxy.cuts.clear()
        assert await written(store, url, crawl, walk) == expected(0)
        # The claim is still held.
        assert await store.walks.commit([next_page(walk)], writers=[writes]) == 1


async def test_commits_of_many_crawls_that_are_cut_at_once_do_not_wait_for_each_other(url: str) -> None:
    async with commit_proxy(url) as (proxy, address), opened(address) as store:
        crawls = [await begun(store, [seed(number)], key=str(number)) for number in range(12)]
        walks = [await claimed(store, crawl) for crawl in crawls]
        proxy.cuts.extend([Cut.AFTER, Cut.BEFORE_UNSEEN, Cut.BEFORE, Cut.AFTER] * 3)
        async with asyncio.timeout(20):
            places = await asyncio.gather(*(store.walks.commit([next_page(walk)]) for walk in walks))
        assert places == [1] * 12
        for crawl in crawls:
            assert [held.place async for held in store.records.pages(crawl.id)] == [1]


@pytest.mark.parametrize("cut", [Cut.BEFORE_UNSEEN, Cut.AFTER])
async def test_a_role_that_may_end_its_own_sessions_only_finds_out(empty: str, cut: Cut) -> None:
    role = f"plain_{os.getpid()}"
    ask(empty, f"CREATE ROLE {role} LOGIN")
    try:
        ask(empty, f"GRANT CREATE ON SCHEMA public TO {role}")
        async with walking(empty, role) as (proxy, store, crawl, walk):
            writes = Writes(empty)
            proxy.cuts.append(cut)
            async with asyncio.timeout(20):
                assert await store.walks.commit([next_page(walk)], writers=[writes]) == 1
            assert await written(store, empty, crawl, walk) == expected(1)
    finally:
        ask(empty, f"DROP OWNED BY {role}")
        ask(empty, f"DROP ROLE {role}")


async def test_a_session_that_may_not_be_ended_is_waited_for(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "_END", "SELECT %(backend)s::integer, %(number)s::text")
    monkeypatch.setattr(databases, "_LONGEST_LOOK", 0.5)
    async with walking(url) as (proxy, store, crawl, walk):
        writes = Writes(url)
        proxy.cuts.append(Cut.BEFORE_UNSEEN)
        with pytest.raises(StoreError, match="does not say whether a page was committed") as caught:
            await store.walks.commit([next_page(walk)], writers=[writes])
        assert "\n" not in str(caught.value)
        monkeypatch.setattr(databases, "_LONGEST_LOOK", 20)
        # The other session holds the walk's row until the server ends it.
        proxy.cuts.append(None)
        asking = asyncio.create_task(store.walks.commit([next_page(walk)], writers=[writes]))
        await until(lambda: ask(url, "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))
        assert not asking.done()
        ask(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'")
        assert await asking == 1
        assert await written(store, url, crawl, walk) == expected(1)


async def test_a_server_that_does_not_come_back_ends_the_crawl_in_one_line(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_PATIENCE", 0.3)
    async with walking(url) as (proxy, store, crawl, walk):
        writes = Writes(url)

        async def write_and_close(cursor: Any) -> None:
            await writes(cursor)
            proxy.closed = True

        proxy.cuts.append(Cut.AFTER)
        async with asyncio.timeout(20):
            with pytest.raises(StoreError, match="the Postgres store: ") as caught:
                await store.walks.commit([next_page(walk)], writers=[write_and_close])
        assert "\n" not in str(caught.value)
        proxy.closed = False
        # It was committed, and whoever goes on sees it.
        assert await written(store, url, crawl, walk) == expected(1)


async def test_the_asking_connection_may_be_lost_too(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fate, end = databases._FATE, "SELECT pg_terminate_backend(pg_backend_pid()), %s"
    async with walking(url) as (proxy, store, crawl, walk):
        writes = Writes(url)
        monkeypatch.setattr(databases, "_FATE", end)
        asyncio.get_running_loop().call_later(1, monkeypatch.setattr, databases, "_FATE", fate)
        proxy.cuts.append(Cut.AFTER)
        async with asyncio.timeout(20):
            assert await store.walks.commit([next_page(walk)], writers=[writes]) == 1
        assert (await written(store, url, crawl, walk), writes.tries) == (expected(1), 1)


@pytest.mark.parametrize("cut", [Cut.BEFORE_UNSEEN, Cut.AFTER])
async def test_after_a_restart_no_number_is_trusted(url: str, cut: Cut) -> None:
    """A server that crashed gives the numbers of lost transactions to others."""
    async with walking(url) as (proxy, store, crawl, walk):
        writes = Writes(url)
        proxy.cuts.append(cut)
        restarted = asyncio.create_task(restart_after(proxy))
        commit = store.walks.commit([next_page(walk)], writers=[writes])
        try:
            if cut is Cut.AFTER:
                with pytest.raises(StoreError, match="does not know whether a page was committed"):
                    await commit
            else:
                assert await commit == 1
        finally:
            await restarted
        assert await written(store, url, crawl, walk) == expected(1)


async def restart_after(proxy: CommitProxy) -> None:
    """Start the server again as soon as the commit is cut, and let nobody connect before."""
    while proxy.cuts:
        await asyncio.sleep(0)
    proxy.closed = True
    await asyncio.to_thread(restart)
    proxy.closed = False


async def test_a_crash_of_the_server_is_noticed(url: str) -> None:
    async with walking(url) as (proxy, store, crawl, walk):
        writes = Writes(url)
        proxy.cuts.append(Cut.BEFORE_UNSEEN)

        async def write_and_tell(cursor: Any) -> None:
            await writes(cursor)
            if writes.tries == 1:
                [row] = await (await cursor.execute("SELECT pg_backend_pid() AS pid")).fetchall()
                crashing.append(asyncio.create_task(crash(proxy, row["pid"], url)))

        crashing: list[asyncio.Task[None]] = []
        life = ask(url, connections._SERVER_LIFE)
        assert await store.walks.commit([next_page(walk)], writers=[write_and_tell]) == 1
        await asyncio.gather(*crashing)
        assert ask(url, connections._SERVER_LIFE) != life
        assert (await written(store, url, crawl, walk), writes.tries) == (expected(1), 2)


async def crash(proxy: CommitProxy, backend: int, url: str) -> None:
    """Kill the backend of the cut transaction, and let nobody in until the server has recovered as from a crash."""
    while proxy.cuts:
        await asyncio.sleep(0)
    proxy.closed = True
    life = ask(url, connections._SERVER_LIFE)
    os.kill(backend, signal.SIGKILL)
    await until(lambda: life_of(url) not in {None, life[0]})
    proxy.closed = False


def life_of(url: str) -> tuple[Any, ...] | None:
    """Since when the server lives; None while it recovers."""
    try:
        return ask(url, connections._SERVER_LIFE)[0]
    except psycopg.OperationalError:
        return None


async def until(condition: Callable[[], object]) -> None:
    """Wait until something holds, and let others go on."""
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_connection_that_is_lost_while_a_store_is_opened_is_made_once_more_and_then_no_bad_address(
    url: str,
) -> None:
    async with commit_proxy(url) as (proxy, address):
        proxy.cuts.append(Cut.BEFORE)
        async with opened(address) as store:
            assert await store.crawls.all() == []
        proxy.cuts.extend([Cut.BEFORE] * 9)
        with pytest.raises(StoreError, match="the same command continues"):
            async with opened(address) as store:
                await begun(store, [seed(1)])
