"""Stores that an earlier version made."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
import pytest

from igcrawl.store.schema import in_pieces, migrations
from tests.store.samples import opened
from tests.support.postgres import database


async def test_a_store_from_before_sessions_had_a_state_keeps_all_but_its_pauses(new_url: str) -> None:
    make_earlier(new_url, 2 if new_url.startswith("sqlite") else 3)
    async with opened(new_url) as store:
        assert await store.earlier_states.all() == {}
        crawl = await store.crawls.find("the key")
        assert crawl is not None
        assert crawl.spider == "followers"


async def test_a_postgres_store_says_which_schema_it_is_brought_to(caplog: pytest.LogCaptureFixture) -> None:
    steps = [number for number, script in migrations("postgres") if number >= 3 and not in_pieces(script)]
    told = [f"the Postgres store is brought to schema {each} of {steps[-1]}; it may be broken off" for each in steps]
    caplog.set_level("INFO", "igcrawl.store")
    with database() as url:
        make_earlier(url, 3)
        async with opened(url):
            assert caplog.messages == told
        async with opened(url):
            assert caplog.messages == told


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
