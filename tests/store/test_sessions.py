"""What the store knows of sessions: a JSON object an account, changed by one process after another."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from igcrawl.errors import StoreError
from igcrawl.store.schema import migrations
from tests.store.samples import opened


def once_more(row: dict[str, Any]) -> int:
    row["times"] = row.get("times", 0) + 1
    return int(row["times"])


def fail(row: dict[str, Any]) -> None:
    row["times"] = 1_000
    raise LookupError


async def test_what_is_changed_is_known_to_all_and_after_the_end(url: str) -> None:
    async with opened(url) as one, opened(url) as two:
        assert await one.sessions.read("1") == {}
        assert await one.sessions.accounts() == []
        assert await one.sessions.change("1", once_more) == 1
        assert await two.sessions.change("1", once_more) == 2
        assert await two.sessions.change("2", once_more) == 1
        assert await one.sessions.read("1") == {"times": 2}
    async with opened(url) as store:
        assert await store.sessions.accounts() == ["1", "2"]
        assert await store.sessions.read("1") == {"times": 2}


async def test_changes_at_once_come_one_after_another(url: str) -> None:
    async with opened(url) as one, opened(url) as two:
        told = await asyncio.gather(*(store.sessions.change("1", once_more) for _ in range(20) for store in (one, two)))
        assert sorted(told) == list(range(1, 41))
        assert await one.sessions.read("1") == {"times": 40}


async def test_nobody_else_changes_a_session_while_it_is_changed(url: str) -> None:
    def locked(row: dict[str, Any]) -> None:
        if url.startswith("sqlite"):
            with (
                closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=0)) as other,
                pytest.raises(sqlite3.OperationalError, match="locked"),
            ):
                other.execute("BEGIN IMMEDIATE")
            return
        with psycopg.connect(url) as other, pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute("SELECT 1 FROM sessions WHERE account = '1' FOR UPDATE NOWAIT")

    async with opened(url) as store:
        await store.sessions.change("1", once_more)
        await store.sessions.change("1", locked)


async def test_a_change_that_raises_changes_nothing_and_the_next_one_works(url: str) -> None:
    async with opened(url) as store:
        await store.sessions.change("1", once_more)
        for account in ("1", "2"):
            with pytest.raises(LookupError):
                await store.sessions.change(account, fail)
        assert await store.sessions.read("1") == {"times": 1}
        assert await store.sessions.read("2") == {}
        assert await store.sessions.accounts() == ["1"]
        assert await store.sessions.change("1", once_more) == 2


async def test_any_text_comes_back_as_it_was(url: str) -> None:
    texts = {"quote": "'\"\\", "emoji": "🙂 ｕｎｉ", "deep": {"list": [1.5, None, True, [1_800_000_000.123]]}}
    async with opened(url) as store:
        await store.sessions.change("1", lambda row: row.update(texts))
        assert await store.sessions.read("1") == texts


async def test_a_change_of_nothing_writes_nothing(url: str) -> None:
    async with opened(url) as one, opened(url) as two:
        await one.sessions.change("1", once_more)
        before = await marks(url)
        assert await two.sessions.change("1", lambda row: row.get("times")) == 1
        assert await marks(url) == before
        await one.sessions.change("1", once_more)
        assert await marks(url) != before


async def marks(url: str) -> object:
    """What changes with each write of a session's row."""
    if url.startswith("sqlite"):
        wal = Path(url.removeprefix("sqlite:///") + "-wal")
        return wal.stat().st_size, wal.stat().st_mtime_ns
    async with await psycopg.AsyncConnection.connect(url) as connection:
        return await (await connection.execute("SELECT xmin::text FROM sessions")).fetchall()


async def test_a_store_from_before_sessions_had_a_state_keeps_all_but_its_pauses(url: str) -> None:
    make_earlier(url, 2 if url.startswith("sqlite") else 3)
    async with opened(url) as store:
        assert await store.sessions.accounts() == []
        assert await store.sessions.change("1", once_more) == 1
        crawl = await store.crawls.find("the key")
        assert crawl is not None
        assert crawl.spider == "followers"


def make_earlier(url: str, before: int) -> None:
    """Make a store as it was before this migration, with a crawl and a session in it."""
    begun = "INSERT INTO crawls (key, generation, spider, created_at) VALUES ('the key', 1, 'followers', '2026-01-01')"
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True)
        scripts = [sql for version, sql in migrations("sqlite") if version < before]
        connection = sqlite3.connect(path)
        connection.executescript("".join(scripts) + f"PRAGMA user_version = {before - 1};")
        connection.execute("INSERT INTO sessions VALUES ('58001234567', 1800000000.5)")
        connection.execute(begun)
        connection.commit()
        connection.close()
        return
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE igcrawl_schema (version integer PRIMARY KEY)")
        for version, sql in migrations("postgres"):
            if version < before:
                connection.execute(sql.encode())
                connection.execute("INSERT INTO igcrawl_schema VALUES (%s)", [version])
        connection.execute("INSERT INTO sessions VALUES ('58001234567', 1800000000.5, 1800000030.5)")
        connection.execute(begun)


async def test_a_store_that_fails_says_so_in_one_line(url: str) -> None:
    async with opened(url) as store:
        await store.sessions.change("1", once_more)
        drop(url)
        for asked in (store.sessions.change("1", once_more), store.sessions.read("1"), store.sessions.accounts()):
            with pytest.raises(StoreError, match="sessions") as caught:
                await asked
            assert "\n" not in str(caught.value)


def drop(url: str) -> None:
    if url.startswith("sqlite"):
        with sqlite3.connect(re.sub("^sqlite:///", "", url)) as connection:
            connection.execute("DROP TABLE sessions")
        connection.close()
        return
    with psycopg.connect(url) as connection:
        connection.execute("DROP TABLE sessions")
