"""What is particular to the store in a Postgres database: sessions that end, networks that are cut, addresses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from igcrawl.errors import BadInput, LostClaim, StoreError
from igcrawl.store import OperatorLimits, PageCommit, make_store
from igcrawl.store.postgres.database import Database
from igcrawl.store.postgres.walks import _CLAIM
from igcrawl.store.schema import migrations
from tests.store.samples import NO_LIMITS, NOW, begun, claimed, claimed_soon, kept, opened, page, seed, targets
from tests.support.postgres import LOCKED_PASSWORD, LOCKED_ROLE, database


@pytest.fixture
def url() -> Iterator[str]:
    """The address of an empty database."""
    with database() as address:
        yield address


def ask(url: str, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Ask the database as an operator does."""
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def end_session_of(url: str, worker: int | None) -> None:
    """End a worker's session, as an operator does."""
    ask(url, "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", worker)


class Wire:
    """A wire to the server that can be cut at either end."""

    def __init__(self) -> None:
        self.ends: list[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = []

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


async def test_a_worker_whose_session_was_ended_writes_nothing(url: str) -> None:
    async with opened(url) as store, opened(url) as other:
        crawl = await begun(store, [seed(1)])
        walk = await claimed(store, crawl)
        end_session_of(url, walk.worker)
        taken = await claimed_soon(other, crawl)
        assert (taken.id, taken.fence, taken.worker) == (walk.id, 2, await other.worker.join())
        with pytest.raises(StoreError, match="the same command goes on from the last page") as caught:
            await store.walks.commit([PageCommit(walk=replace(walk, cursor="lost"), found=page(1))], {})
        assert "\n" not in str(caught.value)
        with pytest.raises(StoreError):
            await store.walks.claim(crawl.id, NO_LIMITS, NOW)
        assert await kept(other, walk.id) == taken
        assert [found async for found in other.walks.found(walk.id)] == []


async def test_a_worker_that_lost_its_claim_writes_no_records_either(url: str) -> None:
    ask(url, "CREATE TABLE notes (note text)")
    wrote = []

    async def write(cursor: Any) -> None:
        wrote.append(cursor)
        await cursor.execute("INSERT INTO notes VALUES ('written')")

    async with opened(url) as store, opened(url) as other:
        crawl = await begun(store, [seed(1), seed(2)])
        walk, own = await claimed(store, crawl), await claimed(store, crawl)
        ask(url, "UPDATE walks SET worker = NULL WHERE id = %s", walk.id)
        taken = await claimed(other, crawl)
        assert taken.id == walk.id
        commits = [PageCommit(walk=own, found=page(2), children=[seed(3, 2)]), PageCommit(walk=walk, found=page(1))]
        with pytest.raises(LostClaim):
            await store.walks.commit(commits, {}, [write])
        assert (ask(url, "SELECT * FROM notes"), wrote) == ([], [])
        assert await targets(store) == ["1", "2"]
        await store.walks.commit(commits[:1], {}, [write])
        assert ask(url, "SELECT * FROM notes") == [("written",)]


async def test_a_page_whose_records_cannot_be_written_is_not_committed(url: str) -> None:
    async def write(cursor: Any) -> None:
        await cursor.execute("INSERT INTO nowhere VALUES (1)")

    async with opened(url) as store:
        walk = await claimed(store, await begun(store, [seed(1)]))
        with pytest.raises(StoreError, match='relation "nowhere" does not exist'):
            await store.walks.commit([PageCommit(walk=replace(walk, cursor="second"), found=page(1))], {}, [write])
        assert await kept(store, walk.id) == walk
        await store.walks.commit([PageCommit(walk=replace(walk, cursor="second"), found=page(1))], {})
        assert (await kept(store, walk.id)).cursor == "second"


async def test_a_commit_that_the_database_undid_for_another_is_done_again(url: str) -> None:
    tries = []

    async def write(cursor: Any) -> None:
        tries.append(cursor)
        if len(tries) == 1:
            await cursor.execute("DO $$ BEGIN RAISE deadlock_detected; END $$")

    async with opened(url) as store:
        walk = await claimed(store, await begun(store, [seed(1)]))
        await store.walks.commit([PageCommit(walk=replace(walk, pages=1), found=page(1))], {}, [write])
        assert len(tries) == 2
        assert [found async for found in store.walks.found(walk.id)] == [page(1)]


async def test_workers_that_find_the_same_accounts_do_not_stop_each_other(url: str) -> None:
    """Their children come in opposite orders, and each resolves a name to what the other finds."""
    async with opened(url) as store, opened(url) as other:
        crawl = await begun(store, [seed(name) for name in ("anna", "bela")])
        walks = [await claimed(store, crawl), await claimed(other, crawl)]
        for turn in range(40):
            base = turn * 100 + 1000
            found = range(base, base + 60)
            pages = [
                PageCommit(walk=replace(walks[0], seed=f"followers/{base}"), children=[seed(n, 2) for n in found]),
                PageCommit(
                    walk=replace(walks[1], seed=f"followers/{base + 59}"), children=[seed(n, 2) for n in found[::-1]]
                ),
            ]
            await asyncio.gather(store.walks.commit(pages[:1], {}), other.walks.commit(pages[1:], {}))
        names = [walk.seed async for walk in store.walks.all()]
        assert len(names) == len(set(names))


async def test_a_cut_network_ends_the_crawl_in_one_line_and_frees_the_walk(url: str) -> None:
    async with opened(url) as other, wire(url) as (line, wired):
        store = make_store(wired)
        await store.open()
        crawl = await begun(store, [seed(1)])
        walk = await claimed(store, crawl)
        line.cut_worker()
        with pytest.raises(StoreError, match="the Postgres store: ") as caught:
            await store.walks.commit([PageCommit(walk=replace(walk, cursor="lost"), found=page(1))], {})
        assert "\n" not in str(caught.value)
        await store.close()
        # Until the server sees it, the walk is held.
        assert await other.walks.busy(crawl.id)
        assert await other.walks.claim(crawl.id, NO_LIMITS, NOW) is None
        line.cut_server()
        assert (await claimed_soon(other, crawl)).fence == 2


async def test_workers_side_by_side_begin_max_walks_at_most(url: str) -> None:
    stores = [make_store(url) for _ in range(4)]
    await asyncio.gather(*(store.open() for store in stores))
    crawl = await begun(stores[0], [seed(number) for number in range(40)])
    claims = [store.walks.claim(crawl.id, OperatorLimits(max_walks=11), NOW) for _ in range(5) for store in stores]
    walks = [walk for walk in await asyncio.gather(*claims) if walk is not None]
    assert len({walk.id for walk in walks}) == len(walks) == 11
    again = await stores[0].crawls.find("key")
    assert again is not None
    assert again.started == 11
    await asyncio.gather(*(store.close() for store in stores))


async def test_processes_that_open_an_empty_database_at_once_migrate_it_once(url: str) -> None:
    stores = [make_store(url) for _ in range(5)]
    await asyncio.gather(*(store.open() for store in stores))
    await asyncio.gather(*(store.close() for store in stores))
    versions = [(version,) for version, _ in migrations("postgres")]
    assert ask(url, "SELECT version FROM igcrawl_schema ORDER BY version") == versions


async def test_a_newer_database_is_refused(url: str) -> None:
    async with opened(url):
        pass
    ask(url, "INSERT INTO igcrawl_schema VALUES (9999)")
    with pytest.raises(BadInput, match=r"^IG_STORE: the database was written by a newer igcrawl .*; update igcrawl"):
        await make_store(url).open()


async def refused(url: str) -> str:
    with pytest.raises(BadInput) as caught:
        await make_store(url).open()
    text = str(caught.value)
    assert text.startswith("IG_STORE: ")
    assert "\n" not in text
    return text


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me:sesame@127.0.0.1:1/crawls",
        "postgresql://me:sesame@nosuch.invalid/crawls",
        "postgresql://me:sesame@" + "a" * 70 + ".example/crawls",
        "postgresql://me:sesame@127.0.0.1:port/crawls",
        "postgresql://me:open sesame@127.0.0.1/crawls",
        "postgresql://me:sesame%zz@127.0.0.1/crawls",
        "postgresql://127.0.0.1:1/crawls?user=me&password=sesame",
        "postgresql://127.0.0.1/crawls?passwort=sesame",
    ],
)
async def test_an_address_that_leads_nowhere_is_refused_without_its_password(address: str) -> None:
    assert "sesame" not in await refused(address)


async def test_a_wrong_password_is_refused_and_not_shown(url: str) -> None:
    parts = urlsplit(url)
    for password in ("open%20sesame", "open-sesame"):
        text = await refused(parts._replace(netloc=f"{LOCKED_ROLE}:{password}@").geturl())
        assert "password authentication failed" in text
        assert "sesame" not in text
    # The right one, of somebody who may not make tables.
    text = await refused(parts._replace(netloc=f"{LOCKED_ROLE}:{LOCKED_PASSWORD}@").geturl())
    assert "permission denied" in text
    assert "does not exist" in await refused(parts._replace(path="/nosuch").geturl())


async def test_a_store_that_is_not_open_says_so(url: str) -> None:
    store = make_store(url)
    with pytest.raises(StoreError, match="not open"):
        await store.crawls.all()
    await store.open()
    await store.open()
    await store.close()
    await store.close()


async def test_a_claim_reads_no_table_from_end_to_end(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, (seed(number) for number in range(20_000)))
        await claimed(store, crawl)
        asked = {"crawl": crawl.id, "me": await store.worker.join(), "now": NOW, "max_walks": None}
        assert isinstance(store.connection, Database)
        plan = await store.connection.rows(f"EXPLAIN {_CLAIM}", asked)
        text = "\n".join(row["QUERY PLAN"] for row in plan)
        assert "Index" in text
        assert "Seq Scan on walks" not in text
        assert "Sort" not in text


async def test_people_can_ask_the_walks(url: str) -> None:
    async with opened(url) as store:
        walk = await claimed(store, await begun(store, [seed(25025320)]))
        done = replace(walk, pages=2, records=3, expected=4, verdict="complete", ended_at="2026-11-24T08:00:09.500Z")
        await store.walks.commit([PageCommit(walk=done)], {})
    sql = """
        SELECT target, args->>'user_id', verdict, pages, records, expected,
            extract(epoch FROM ended_at - started_at)::float8 FROM walks
    """
    assert ask(url, sql) == [("25025320", "25025320", "complete", 2, 3, 4, 9.5)]


async def test_a_worker_can_be_seen_among_the_sessions(url: str) -> None:
    async with opened(url):
        sessions = ask(url, "SELECT application_name FROM pg_stat_activity WHERE datname = current_database()")
        assert ("igcrawl",) in sessions
