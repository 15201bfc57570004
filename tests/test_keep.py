"""Crawls whose records the store does not keep: IG_KEEP=False, and those that the version before began."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from igcrawl.simulator import Simulator
from tests.output.world import read
from tests.support.place import Place
from tests.test_outputs import CRAWL, complete

NOT_KEPT = ("-s", "IG_KEEP=False")
#: As migrations before 0004 made it.
_BEFORE = """
    CREATE TABLE before (id INTEGER PRIMARY KEY AUTOINCREMENT, crawl INTEGER NOT NULL, path TEXT NOT NULL,
        length INTEGER NOT NULL, UNIQUE (path, crawl));
    INSERT INTO before (crawl, path, length) SELECT crawl, path, json_extract(state, '$.length') FROM outputs;
    DROP TABLE outputs;
    ALTER TABLE before RENAME TO outputs;
    DROP TABLE records;
    ALTER TABLE crawls DROP COLUMN kept;
    ALTER TABLE crawls DROP COLUMN pages;
    ALTER TABLE crawls DROP COLUMN sown;
    PRAGMA user_version = 3;
"""


@pytest.fixture
def file(place: Place) -> Path:
    return place.folder / "out.jsonl"


def kept(place: Place) -> int:
    with closing(sqlite3.connect(place.folder / ".igcrawl" / "store.db")) as store:
        return int(store.execute("SELECT count(*) FROM records").fetchone()[0])


def test_without_keeping_a_json_lines_file_goes_on_and_the_first_line_says_what_that_costs(place: Place) -> None:
    first = place.crawl(*CRAWL, "max_pages=2", *NOT_KEPT)
    assert "this crawl's records are in its outputs only" in first.log
    second = place.crawl(*CRAWL, *NOT_KEPT)
    assert complete(second.records)
    assert len(first.asked) + len(second.asked) == 9
    assert kept(place) == 0


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda file: file.unlink(), "missing; put it back, or start over with -a fresh=1"),
        (lambda file: os.truncate(file, 1000), "shorter (1,000 bytes) than what the crawl has written"),
        (lambda file: file.write_bytes(file.read_bytes().replace(b"follow", b"FOLLOW", 1)), "changed since"),
        (lambda file: file.write_bytes(file.read_bytes() + b"mine\n"), "another program has written after"),
    ],
    ids=["deleted", "cut", "edited", "appended to"],
)
def test_the_only_copy_of_records_is_refused_when_it_is_not_as_the_crawl_left_it(
    place: Place, file: Path, damage: object, said: str
) -> None:
    place.crawl(*CRAWL, "max_pages=2", *NOT_KEPT)
    damage(file)  # type: ignore[operator]
    left = file.read_bytes() if file.exists() else None
    assert said in place.refused(*CRAWL, *NOT_KEPT)
    assert (file.read_bytes() if file.exists() else None) == left


def test_a_killed_run_without_keeping_loses_a_page_at_most(place: Place, simulator: Simulator, file: Path) -> None:
    slow = simulator.faults.add(operation="followers", nth=4, kind="delay", delay=20)
    first = place.start(*CRAWL, *NOT_KEPT)
    first.wait_until(lambda: slow.strikes > 0)
    first.process.kill()
    with file.open("ab") as end:
        end.write(b'{"type":"follow","operation":"fol')
    simulator.faults.clear()
    assert complete(place.crawl(*CRAWL, *NOT_KEPT).records)


@pytest.mark.parametrize("name", ["out.csv", "out.json"])
def test_without_keeping_what_cannot_be_appended_to_starts_an_unfinished_crawl_over(place: Place, name: str) -> None:
    place.crawl(*CRAWL, "max_pages=2", *NOT_KEPT, output=("-O", name))
    done = place.crawl(*CRAWL, *NOT_KEPT, output=("-O", name))
    assert "the records of the unfinished one were not kept, so it starts over" in done.log
    assert sum(row["type"] == "follow" for row in read(place.folder / name)) == 260


def test_without_keeping_what_would_be_no_valid_file_is_refused(place: Place) -> None:
    assert "IG_KEEP=False writes no compressed files" in place.refused(*CRAWL, *NOT_KEPT, output=("-O", "x.jsonl.gz"))
    (place.folder / "x.json").write_text("[1]")
    assert "cannot be appended to" in place.refused(*CRAWL, *NOT_KEPT, output=("-o", "x.json"))


def test_a_crawl_that_was_kept_so_far_says_so_when_it_is_no_more(place: Place) -> None:
    place.crawl(*CRAWL, "max_pages=2")
    done = place.crawl(*CRAWL, *NOT_KEPT)
    assert "IG_KEEP=False: the records of this crawl were kept so far" in done.log
    assert complete(done.records)


def test_a_crawl_that_the_version_before_began_goes_on_in_its_file(place: Place) -> None:
    first = place.crawl(*CRAWL, "max_pages=2", *NOT_KEPT)
    with closing(sqlite3.connect(place.folder / ".igcrawl" / "store.db")) as store:
        store.executescript(_BEFORE)
    second = place.crawl(*CRAWL)
    assert "it was begun by an older igcrawl" in second.log
    assert complete(second.records)
    assert len(first.asked) + len(second.asked) == 9
    assert complete(place.crawl(*CRAWL).records)
    assert kept(place) == 9
