"""Edges take little space, and none of their statements reads a table from end to end."""

from __future__ import annotations

from random import Random
from typing import Any

import psycopg
import pytest

from pipelines.postgres_rows import rows_of, to_json
from pipelines.postgres_sql import BLOCK_BY_BLOCK, MARK_GONE, upsert, upsert_users
from pipelines.postgres_tables import FOLLOWERS, FOLLOWING
from tests.support.records import OWNER, Tables, at, follow, walk_end

SIZE = "SELECT sum(pg_total_relation_size(relid))::float8 AS bytes FROM pg_partition_tree('follows')"
#: Blocks of a table and its indexes that are no edges': metapages, maps of free space, the last ones that are not full.
BESIDE = 12 * 8192


def test_an_edge_takes_130_bytes_with_all_indexes_however_often_its_list_is_read(tables: Tables) -> None:
    random = Random(18)
    ids = [random.randrange(10**9, 10**11) for _ in range(6000)]
    for walk in (1, 2):
        for first in range(0, len(ids), 400):
            tables.save([follow(pk, at(walk)) for pk in ids[first : first + 400]], walk=walk)
            if walk > 1:
                # As autovacuum does, which this is too short for.
                with psycopg.connect(tables.url, autocommit=True) as connection:
                    connection.execute("VACUUM follows_followers")
        size = tables.one(SIZE)["bytes"] - BESIDE
        # What one commit replaces is free only for the next: two commits' rows more.
        assert size < 130 * (len(ids) + (800 if walk > 1 else 0)), (walk, size / len(ids))


@pytest.mark.parametrize("table", [FOLLOWERS, FOLLOWING], ids=lambda table: table.name)
def test_a_page_of_edges_writes_few_blocks_however_many_edges_other_lists_have(tables: Tables, table: Any) -> None:
    direction = table.direction
    random = Random(18)
    with psycopg.connect(tables.url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO follows (owner_pk, pk, direction, first_seen, last_seen, first_walk, last_walk) "
            "SELECT n %% 50, n * 6700417 %% 69000000011, %s, now(), now(), 1, 1 "
            "FROM generate_series(1::bigint, 20000) AS n",
            [direction],
        )
        # The first change of a block after a checkpoint logs the whole block.
        connection.execute("CHECKPOINT")
        page = [follow(random.randrange(10**11), at(4), direction=direction) for _ in range(200)]
        asked = {table.name: rows_of(page).decode(), "walks": to_json({f"{direction}/{OWNER}": 4}).decode()}
        explain = f"EXPLAIN (ANALYZE, WAL, FORMAT JSON) {upsert(table)}"
        [[[plan]]] = connection.execute(explain.encode(), asked).fetchall()
    assert plan["Plan"]["WAL FPI"] < 20


@pytest.mark.parametrize("table", [FOLLOWERS, FOLLOWING], ids=lambda table: table.name)
def test_no_statement_reads_the_edges_from_end_to_end(tables: Tables, table: Any) -> None:
    direction = table.direction
    with psycopg.connect(tables.url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO follows (owner_pk, pk, direction, first_seen, last_seen, first_walk, last_walk) "
            "SELECT n %% 50, n, %s, now(), now(), 1, 1 FROM generate_series(1, 20000) AS n",
            [direction],
        )
        connection.execute(
            "INSERT INTO complete_lists SELECT n, %s, 2, now() FROM generate_series(1, 20000) AS n", [direction]
        )
        connection.execute(
            "INSERT INTO users (pk, first_seen, last_seen) SELECT n, now(), now() FROM generate_series(1, 20000) AS n"
        )
        connection.execute("ANALYZE")
        page = [follow(pk, at(4), direction=direction) for pk in range(50)]
        asked = {
            table.name: rows_of(page).decode(),
            "walks": to_json({f"{direction}/{OWNER}": 4}).decode(),
            "owner_pk": 7,
            "direction": direction,
            "walk": 4,
        }
        for statement in (upsert_users((table,)), upsert(table)):
            plan = connection.execute(f"EXPLAIN {statement}".encode(), asked).fetchall()
            assert "Seq Scan" not in str(plan), statement
        with connection.transaction():
            connection.execute(BLOCK_BY_BLOCK)
            plan = connection.execute(f"EXPLAIN {MARK_GONE}".encode(), asked).fetchall()
        assert "Seq Scan" not in str(plan)
        assert f"Bitmap Heap Scan on {table.name}" in str(plan)


def test_who_is_gone_is_looked_for_block_by_block(tables: Tables) -> None:
    with psycopg.connect(tables.url) as connection:
        connection.execute(
            "CREATE TABLE noted (setting text);"
            "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN INSERT INTO noted VALUES (current_setting('enable_indexscan')); RETURN NEW; END$$;"
            "CREATE TRIGGER note BEFORE UPDATE ON follows EXECUTE FUNCTION note()"
        )
    # Edges are written to their partition; who is gone is marked in the whole table.
    tables.save([follow(1, at(1)), walk_end(at(1), at(2), 1)], walk=1)
    assert tables.rows("SELECT setting FROM noted") == [{"setting": "off"}]
