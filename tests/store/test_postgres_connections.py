"""The connections to a Postgres database: few for many crawls, and workers' locks that are taken again when lost."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from igcrawl.errors import LostClaim, StoreError
from igcrawl.store import PageCommit, Store, WalkRow
from igcrawl.store.postgres.worker_locks import WorkerLocks
from tests.store.samples import NO_LIMITS, NOW, begun, claimed, claimed_soon, kept, opened, page, seed
from tests.support.postgres import ready_database, restart


@pytest.fixture
def url() -> Iterator[str]:
    """The address of a database with a store's tables."""
    with ready_database() as address:
        yield address


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets nobody notice that the connection with the locks is lost."""
    monkeypatch.setattr(WorkerLocks, "_watch", lambda _: None)


def ask(url: str, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Ask the database as an operator does."""
    with psycopg.connect(url, autocommit=True, application_name="operator") as connection:
        cursor = connection.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


#: Advisory locks of workers, and who holds them.
_LOCKS = """
    SELECT pid, objid::integer FROM pg_locks
    WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def end_session_with_locks(url: str) -> None:
    """End the session that holds workers' locks, as an operator does."""
    ask(url, f"SELECT pg_terminate_backend(pid, 5000) FROM (SELECT DISTINCT pid FROM ({_LOCKS}) AS l) AS sessions")


def locked(url: str) -> set[int]:
    """The numbers of the workers that live."""
    return {number for _, number in ask(url, _LOCKS)}


async def soon(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.02)


def connections(url: str) -> int:
    [[count]] = ask(url, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
    return int(count) - 1


def elsewhere(url: str, work: Callable[[Store], Awaitable[Any]]) -> Any:
    """Do something with a store as another process would, while this one stands still."""
    results = []

    async def run() -> None:
        async with opened(url) as store:
            results.append(await work(store))

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    thread.join()
    return results[0]


async def turn_page(store: Store, walk: WalkRow) -> WalkRow:
    """Commit a walk's next page."""
    after = replace(walk, pages=walk.pages + 1, cursor=str(walk.pages + 1))
    await store.walks.commit([PageCommit(walk=after, found=page(after.pages))], {})
    return after


async def test_two_hundred_crawls_have_five_connections_and_all_of_them_get_their_locks_back(url: str) -> None:
    async with AsyncExitStack() as stack:
        stores = await asyncio.gather(*(stack.enter_async_context(opened(url)) for _ in range(200)))
        begin = [begun(store, [seed(number)], key=str(number)) for number, store in enumerate(stores)]
        crawls = await asyncio.gather(*begin)
        walks = await asyncio.gather(*(claimed(*each) for each in zip(stores, crawls, strict=True)))
        numbers = {walk.worker for walk in walks}
        assert (len(numbers), locked(url), connections(url)) == (200, numbers, 5)
        end_session_with_locks(url)
        await soon(lambda: locked(url) == numbers)
        walks = await asyncio.gather(*(turn_page(*each) for each in zip(stores, walks, strict=True)))
        assert {walk.pages for walk in walks} == {1}
        assert connections(url) == 5
    await soon(lambda: connections(url) == 0)


async def test_stores_of_other_processes_and_loops_have_connections_of_their_own(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1)])
        await claimed(store, crawl)
        assert connections(url) == 2

        async def look(other: Store) -> tuple[bool, int]:
            return await other.walks.busy(crawl.id), connections(url)

        assert elsewhere(url, look) == (True, 4)


async def test_a_connection_that_nobody_uses_is_closed(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("igcrawl.store.postgres.connection._IDLE", 0.05)
    async with opened(url) as store:
        await asyncio.gather(*(store.crawls.all() for _ in range(20)))
        await soon(lambda: connections(url) == 1)
        assert await store.crawls.all() == []


async def test_who_waits_for_a_connection_is_not_stopped_by_who_fails_or_gives_up(url: str) -> None:
    async with opened(url) as store:
        assert store.session_states is not None
        await begun(store, [seed(1)])
        sleeping = [asyncio.create_task(store.session_states.change("1", "x", lambda row: row)) for _ in range(20)]
        await asyncio.sleep(0)
        for task in sleeping[::2]:
            task.cancel()
        await asyncio.gather(*sleeping, return_exceptions=True)
        with pytest.raises(ZeroDivisionError):
            await store.session_states.change("1", "x", lambda _: 1 / 0)
        assert await asyncio.gather(*(store.crawls.find("key") for _ in range(10)))


async def test_a_lock_that_was_lost_unnoticed_is_taken_again_before_a_page_is_written(url: str, blind: None) -> None:
    held = []

    async def write(_: Any) -> None:
        held.append(locked(url))

    async with opened(url) as store:
        walk = await claimed(store, await begun(store, [seed(1)]))
        end_session_with_locks(url)
        assert locked(url) == set()
        await store.worker.check()
        assert locked(url) == {walk.worker}
        end_session_with_locks(url)
        await store.walks.commit([PageCommit(walk=replace(walk, cursor="c"), found=page(1))], {}, [write])
        assert held == [{walk.worker}]
        assert [found async for found in store.walks.found(walk.id)] == [page(1)]


async def test_a_lock_that_was_lost_unnoticed_is_taken_again_before_a_walk_is_claimed(url: str, blind: None) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1), seed(2)])
        await claimed(store, crawl)
        end_session_with_locks(url)
        walk = await claimed(store, crawl)
        assert locked(url) == {walk.worker}


async def test_a_walk_that_another_has_taken_meanwhile_is_not_written_any_more(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1), seed(2)])
        walk = await claimed(store, crawl)
        end_session_with_locks(url)
        taken = elsewhere(url, lambda other: other.walks.claim(crawl.id, NO_LIMITS, NOW))
        assert (taken.id, taken.fence) == (walk.id, 2)
        for _ in range(2):
            with pytest.raises(LostClaim, match="followers/1: another worker has taken the walk over"):
                await store.worker.check()
        with pytest.raises(LostClaim) as caught:
            await turn_page(store, walk)
        assert "\n" not in str(caught.value)
        assert await kept(store, walk.id) == replace(taken, worker=None)
        assert [found async for found in store.walks.found(walk.id)] == []
        # It may take others.
        assert (await claimed(store, crawl)).fence in {1, 3}
        assert locked(url) == {walk.worker}


async def test_a_commit_whose_session_is_ended_in_its_midst_is_done_again_as_a_whole(url: str) -> None:
    tries = []

    async def write(cursor: Any) -> None:
        tries.append(cursor)
        if len(tries) == 1:
            await cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    async with opened(url) as store:
        walk = await claimed(store, await begun(store, [seed(1)]))
        await store.walks.commit([PageCommit(walk=replace(walk, pages=1), found=page(1))], {}, [write])
        assert len(tries) == 2
        assert [found async for found in store.walks.found(walk.id)] == [page(1)]


async def test_a_crawl_outlives_a_server_that_starts_again(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1)])
        walk = await turn_page(store, await claimed(store, crawl))
        await asyncio.to_thread(restart)
        walk = await turn_page(store, walk)
        assert locked(url) == {walk.worker}
        assert elsewhere(url, lambda other: other.walks.claim(crawl.id, NO_LIMITS, NOW)) is None
        assert await kept(store, walk.id) == walk


class Wire:
    """A wire to the server that can be cut at either end."""

    def __init__(self) -> None:
        self.ends: list[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = []
        self.broken = False

    def cut_worker(self) -> None:
        """The worker sees the cut, the server does not."""
        for worker, _ in self.ends:
            worker.transport.abort()

    def cut_server(self) -> None:
        for _, server in self.ends:
            server.transport.abort()


@asynccontextmanager
async def wire(url: str) -> AsyncIterator[tuple[Wire, str]]:
    """A wire, and the address of the database at its end."""
    socket = f"{conninfo_to_dict(url)['host']}/.s.PGSQL.5432"
    line = Wire()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if line.broken:
            writer.transport.abort()
            return
        from_server, to_server = await asyncio.open_unix_connection(socket)
        line.ends.append((writer, to_server))
        await asyncio.gather(pump(reader, to_server), pump(from_server, writer))

    proxy = await asyncio.start_server(connect, "127.0.0.1", 0)
    port = proxy.sockets[0].getsockname()[1]
    try:
        yield line, f"postgresql://postgres@127.0.0.1:{port}{urlsplit(url).path}"
    finally:
        line.cut_worker()
        line.cut_server()
        proxy.close()
        await proxy.wait_closed()


async def test_a_network_that_stays_cut_ends_the_crawl_in_one_line_and_frees_the_walk(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("igcrawl.store.postgres.connection._PATIENCE", 0.3)
    async with opened(url) as other, wire(url) as (line, wired):
        async with opened(wired) as store:
            crawl = await begun(store, [seed(1)])
            walk = await claimed(store, crawl)
            line.broken = True
            line.cut_worker()
            for _ in range(2):
                with pytest.raises(StoreError, match="the Postgres store: ") as caught:
                    await turn_page(store, walk)
                assert "\n" not in str(caught.value)
        # Until the server sees it, the walk is held.
        assert await other.walks.busy(crawl.id)
        assert await other.walks.claim(crawl.id, NO_LIMITS, NOW) is None
        line.cut_server()
        assert (await claimed_soon(other, crawl)).fence == 2


async def test_a_network_that_comes_back_finds_the_walk_still_held_though_the_server_saw_no_cut(url: str) -> None:
    async with wire(url) as (line, wired), opened(wired) as store:
        crawl = await begun(store, [seed(1)])
        walk = await claimed(store, crawl)
        [[before, _]] = ask(url, _LOCKS)
        line.cut_worker()
        await soon(lambda: [number for pid, number in ask(url, _LOCKS) if pid != before] == [walk.worker])
        assert await store.crawls.find("key") == replace(crawl, started=1)
        walk = await turn_page(store, walk)
        assert elsewhere(url, lambda other: other.walks.claim(crawl.id, NO_LIMITS, NOW)) is None
        assert await kept(store, walk.id) == walk
