"""The edges of an earlier version are moved in pieces: it can be broken off at any moment, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from igcrawl.errors import BadInput
from igcrawl.store.postgres import database as schema_of
from igcrawl.store.schema import migrations, pending
from tests.store.earlier_follows import (
    BEFORE,
    IN_PIECES,
    SCRIPTS,
    earlier_store,
    edges,
    opened_and_closed,
    run,
    small_pieces,
)

#: As a worker of that version writes.
EARLIER_UPSERT = """
    INSERT INTO follows AS known (owner_pk, direction, pk, first_seen, last_seen)
    VALUES (1, 'followers', 1, now(), now())
    ON CONFLICT (owner_pk, direction, pk) DO UPDATE SET last_seen = EXCLUDED.last_seen
"""


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a store of the version before."""
    monkeypatch.setattr("igcrawl.store.schema.migrations", small_pieces)
    with earlier_store() as url:
        yield url


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_edges_stay_the_same_wherever_the_move_is_broken_off(url: str, steps: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        wanted = edges(connection)
        left = [BEFORE + 1, IN_PIECES, IN_PIECES, *range(IN_PIECES + 1, max(SCRIPTS) + 1)]
        if steps > 3:
            # Those of the edges are through by then.
            left[1:3] = [IN_PIECES] * 9
        for number in left[: steps + 6 if steps > 3 else steps]:
            with psycopg.connect(url) as dying:
                dying.execute(SCRIPTS[number].encode())
                dying.rollback()
            assert edges(connection) == wanted
            more = connection.execute(SCRIPTS[number].encode())
            if number != IN_PIECES or more.fetchone() is None:
                connection.execute("INSERT INTO igcrawl_schema VALUES (%s) ON CONFLICT DO NOTHING", [number])
            assert edges(connection) == wanted
        asyncio.run(opened_and_closed(url))
        assert edges(connection) == wanted
        there = connection.execute("SELECT to_regclass('follows_before'), to_regclass('follows_moving')").fetchone()
        assert there == (None, None)


def test_a_store_that_dies_between_two_pieces_goes_on_with_the_next(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = []
    goes_on = schema_of._goes_on

    async def die_after_a_piece(connection: Any, script: str) -> bool:
        left = await goes_on(connection, script)
        pieces.append(left)
        if pieces.count(True) == 2:
            connection.pgconn.finish()
        return left

    with psycopg.connect(url, autocommit=True) as connection:
        wanted = edges(connection)
        [blocks] = connection.execute("SELECT pg_relation_size('follows') / 8192").fetchone() or [0]
        monkeypatch.setattr(schema_of, "_goes_on", die_after_a_piece)
        asyncio.run(opened_and_closed(url))
        assert edges(connection) == wanted
    # The piece that was lost with the connection, and no other, was moved again.
    assert pieces.count(True) == -(-blocks // 64) + 1


def test_stores_that_open_it_at_once_move_each_edge_once(url: str) -> None:
    async def open_all() -> None:
        await asyncio.gather(*(opened_and_closed(url) for _ in range(3)))

    with psycopg.connect(url, autocommit=True) as connection:
        wanted = edges(connection)
        asyncio.run(open_all())
        assert edges(connection) == wanted


def test_a_worker_of_the_version_before_writes_nothing_while_edges_are_moved_nor_after(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(EARLIER_UPSERT)
        wanted = edges(connection)
        run(connection, BEFORE + 1)
        assert connection.execute(SCRIPTS[IN_PIECES].encode()).fetchone() is not None
        for sql in (EARLIER_UPSERT, "UPDATE follows SET missed_walk = 1 WHERE owner_pk = 1", "DELETE FROM follows"):
            with pytest.raises(psycopg.Error):
                connection.execute(sql.encode())
        assert edges(connection) == wanted
        asyncio.run(opened_and_closed(url))
        with pytest.raises(psycopg.Error, match="no unique or exclusion constraint"):
            connection.execute(EARLIER_UPSERT)
        assert edges(connection) == wanted


def test_the_version_before_does_not_open_it_any_more(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with psycopg.connect(url) as connection:
        run(connection, BEFORE + 1)
    known = [(number, script) for number, script in migrations("postgres") if number <= BEFORE]
    monkeypatch.setattr("igcrawl.store.schema.migrations", lambda _: known)
    with pytest.raises(BadInput, match=r"written by a newer igcrawl .*; update igcrawl"):
        pending("postgres", BEFORE + 1, "IG_STORE: the database")


def test_who_could_read_the_edges_can_still_read_them(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("GRANT SELECT ON follows TO locked")
        run(connection, BEFORE + 1)
        may_read = "SELECT has_table_privilege('locked', 'follows', 'SELECT')"
        assert connection.execute(may_read).fetchone() == (True,)
        asyncio.run(opened_and_closed(url))
        assert connection.execute(may_read).fetchone() == (True,)


def test_no_edge_is_indexed_twice_for_one_question(url: str) -> None:
    """No index of a table begins with the columns of another one of it."""
    sql = """
        SELECT one.indexrelid::regclass::text, other.indexrelid::regclass::text
        FROM pg_index AS one JOIN pg_index AS other
            ON one.indrelid = other.indrelid AND one.indexrelid <> other.indexrelid
        JOIN pg_class ON pg_class.oid = one.indrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname = 'public' AND one.indpred IS NOT DISTINCT FROM other.indpred
            AND one.indkey::text <> '0' AND one.indclass[0] = other.indclass[0]
            AND one.indexprs IS NULL AND other.indexprs IS NULL
            AND (' ' || other.indkey::text || ' ') LIKE (' ' || one.indkey::text || ' %')
    """
    asyncio.run(opened_and_closed(url))
    with psycopg.connect(url) as connection:
        assert connection.execute(sql.encode()).fetchall() == []
