"""Places with session states: a JSON object an account and server, changed by one process after another."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from igcrawl.errors import StoreError
from igcrawl.store import SessionStateRows, make_store, session_states_in
from tests.store.samples import opened

HERE, THERE = "instagram.com", "loopback:8000"


@asynccontextmanager
async def place(url: str) -> AsyncIterator[SessionStateRows]:
    """A place, opened: a file beside where a store would be, or a Postgres store."""
    rows = session_states_in(file_of(url)) if url.startswith("sqlite") else make_store(url).session_states
    assert rows is not None
    await rows.open()
    try:
        yield rows
    finally:
        await rows.close()


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///")).with_name("states.db")


def once_more(row: dict[str, Any]) -> int:
    row["times"] = row.get("times", 0) + 1
    return int(row["times"])


def fail(row: dict[str, Any]) -> None:
    row["times"] = 1_000
    raise LookupError


async def test_what_is_changed_is_known_to_all_and_after_the_end(url: str) -> None:
    async with place(url) as one, place(url) as two:
        assert await one.read("1", HERE) == {}
        assert await one.accounts(HERE) == []
        assert await one.change("1", HERE, once_more) == 1
        assert await two.change("1", HERE, once_more) == 2
        assert await two.change("2", HERE, once_more) == 1
        assert await one.read("1", HERE) == {"times": 2}
    async with place(url) as rows:
        assert await rows.accounts(HERE) == ["1", "2"]
        assert await rows.read("1", HERE) == {"times": 2}


async def test_what_is_known_of_one_server_is_not_known_of_another(url: str) -> None:
    async with place(url) as rows:
        await rows.change("1", THERE, once_more)
        assert await rows.read("1", HERE) == {}
        assert await rows.accounts(HERE) == []
        assert await rows.change("1", HERE, once_more) == 1
        assert await rows.change("1", THERE, once_more) == 2


async def test_changes_at_once_come_one_after_another(url: str) -> None:
    async with place(url) as one, place(url) as two:
        told = await asyncio.gather(*(each.change("1", HERE, once_more) for _ in range(20) for each in (one, two)))
        assert sorted(told) == list(range(1, 41))
        assert await one.read("1", HERE) == {"times": 40}


async def test_nobody_else_changes_a_state_while_it_is_changed(url: str) -> None:
    def locked(row: dict[str, Any]) -> None:
        if url.startswith("sqlite"):
            with (
                closing(sqlite3.connect(file_of(url), timeout=0)) as other,
                pytest.raises(sqlite3.OperationalError, match="locked"),
            ):
                other.execute("BEGIN IMMEDIATE")
            return
        with psycopg.connect(url) as other, pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute("SELECT 1 FROM session_states WHERE account = '1' FOR UPDATE NOWAIT")

    async with place(url) as rows:
        await rows.change("1", HERE, once_more)
        await rows.change("1", HERE, locked)


async def test_a_change_that_raises_changes_nothing_and_the_next_one_works(url: str) -> None:
    async with place(url) as rows:
        await rows.change("1", HERE, once_more)
        for account in ("1", "2"):
            with pytest.raises(LookupError):
                await rows.change(account, HERE, fail)
        assert await rows.read("1", HERE) == {"times": 1}
        assert await rows.read("2", HERE) == {}
        assert await rows.accounts(HERE) == ["1"]
        assert await rows.change("1", HERE, once_more) == 2


async def test_any_text_comes_back_as_it_was(url: str) -> None:
    texts = {"quote": "'\"\\", "emoji": "🙂 ｕｎｉ", "deep": {"list": [1.5, None, True, [1_800_000_000.123]]}}
    async with place(url) as rows:
        await rows.change("1", HERE, lambda row: row.update(texts))
        assert await rows.read("1", HERE) == texts


async def test_a_change_of_nothing_writes_nothing(url: str) -> None:
    async with place(url) as one, place(url) as two:
        await one.change("1", HERE, once_more)
        before = await marks(url)
        assert await two.change("1", HERE, lambda row: row.get("times")) == 1
        assert await marks(url) == before
        await one.change("1", HERE, once_more)
        assert await marks(url) != before


async def marks(url: str) -> object:
    """What changes with each write of a state."""
    if url.startswith("sqlite"):
        wal = Path(f"{file_of(url)}-wal")
        return wal.stat().st_size, wal.stat().st_mtime_ns
    async with await psycopg.AsyncConnection.connect(url) as connection:
        return await (await connection.execute("SELECT xmin::text FROM session_states")).fetchall()


async def test_a_place_that_fails_says_so_in_one_line(url: str) -> None:
    async with place(url) as rows:
        await rows.change("1", HERE, once_more)
        statement = "DROP TABLE session_states"
        if url.startswith("sqlite"):
            with closing(sqlite3.connect(file_of(url))) as other:
                other.execute(statement)
        else:
            with psycopg.connect(url) as other_side:
                other_side.execute(statement)
        for asked in (rows.change("1", HERE, once_more), rows.read("1", HERE), rows.accounts(HERE)):
            with pytest.raises(StoreError, match="session_states") as caught:
                await asked
            assert "\n" not in str(caught.value)


async def test_what_an_earlier_version_kept_in_the_store_is_read_and_replaced(url: str) -> None:
    async with opened(url) as store:
        assert await store.earlier_states.all() == {}
        put_earlier(url, "1", '{"rest": 60}')
        assert await store.earlier_states.all() == {"1": {"rest": 60}}
        await store.earlier_states.put("1", {"rest": 60, "taken_over": [HERE]})
        assert await store.earlier_states.all() == {"1": {"rest": 60, "taken_over": [HERE]}}


def put_earlier(url: str, account: str, state: str) -> None:
    """Keep a state as an earlier version did."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.execute("INSERT INTO sessions VALUES (?, ?)", (account, state))
            connection.commit()
        return
    with psycopg.connect(url) as other_side:
        other_side.execute("INSERT INTO sessions VALUES (%s, %s)", [account, state])
