"""Local JSON lines hold each record once, whatever happens; other feeds promise less, and say so."""

from __future__ import annotations

import csv
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest

from igcrawl.simulator import Simulator
from igcrawl.simulator.answers import Answer
from igcrawl.simulator.exchange import Exchange
from tests.conftest import read_jsonl, scrapy_environment
from tests.support import postgres
from tests.support.place import Place

#: 260 followers on 8 pages; 1,000 followers.
SMALL, LARGE = "100000011", "25025320"
CRAWL = ("followers", f"user_id={SMALL}")


@pytest.fixture
def place(simulator: Simulator, tmp_path: Path) -> Place:
    return Place(simulator, tmp_path)


@pytest.fixture
def file(place: Place) -> Path:
    return place.folder / "out.jsonl"


def complete(records: list[dict[str, Any]]) -> bool:
    """Whether there is one walk, and each of its 260 accounts once, in order."""
    profile, *follows, walk = records
    assert (profile["type"], walk["type"], walk["verdict"], walk["records"]) == ("profile", "walk", "complete", 260)
    assert [follow["position"] for follow in follows] == list(range(1, 261))
    return len({follow["pk"] for follow in follows}) == 260


def test_ig_jsonl_is_the_same_as_a_local_file_that_is_appended_to(place: Place, file: Path) -> None:
    file.write_text('{"type":"mine"}\n')
    place.crawl(*CRAWL, "max_pages=2", "-s", "IG_JSONL=out.jsonl", output=())
    place.crawl(*CRAWL, "max_pages=4", output=("-o", "out.jsonl"))
    place.crawl(*CRAWL, "max_pages=6", output=("-o", f"file://{file}:jl"))
    place.environment["IG_JSONL"] = "out.jsonl"
    place.crawl(*CRAWL, output=())
    mine, *records = read_jsonl(file)
    assert mine == {"type": "mine"}
    assert complete(records)


def test_capital_o_replaces_what_an_earlier_crawl_wrote_and_never_what_this_one_wrote(place: Place, file: Path) -> None:
    file.write_text('{"type":"earlier"}\n')
    first = place.crawl(*CRAWL, "max_pages=2")
    assert first.records[0]["type"] == "profile"
    second = place.crawl(*CRAWL)
    assert set(second.operations) == {"followers"}
    assert complete(second.records)
    assert complete(place.crawl(*CRAWL).records)
    assert complete(place.crawl(*CRAWL, "fresh=1").records)


def test_o_appends_each_generation_behind_the_last(place: Place) -> None:
    output = ("-o", "out.jsonl")
    place.crawl(*CRAWL, "max_pages=2", output=output)
    first = place.crawl(*CRAWL, output=output)
    assert complete(first.records)
    second = place.crawl(*CRAWL, output=output)
    assert second.records[:262] == first.records
    assert complete(second.records[262:])


def test_a_second_process_on_a_file_is_refused_and_told_to_name_its_own(
    place: Place, simulator: Simulator, file: Path
) -> None:
    let_on = threading.Event()
    answer = simulator._desk.answer

    def waiting(exchange: Exchange) -> Answer:
        assert len(simulator.requests) < 4 or let_on.wait(30)
        return answer(exchange)

    simulator._desk.answer = waiting  # type: ignore[method-assign]
    first = place.start(*CRAWL)
    first.wait_for(4)
    before = file.read_bytes()
    asked = len(simulator.requests)
    for output in (("-O", "out.jsonl"), ("-o", "out.jsonl"), ("-s", f"IG_JSONL={file}")):
        for command in (CRAWL, ("following", f"user_id={SMALL}")):
            second = place.start(*command, output=output).process
            assert second.wait() == 2
            assert f"{file}: another process writes it; give this one a file of its own" in second.log
    assert len(simulator.requests) == asked
    assert file.read_bytes() == before
    let_on.set()
    assert complete(first.done().records)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda file: file.unlink(), "missing; put it back, or start over with -a fresh=1"),
        (lambda file: file.rename(file.with_name("moved")), "missing; put it back"),
        (lambda file: file.write_bytes(file.read_bytes()[:-3000]), "shorter"),
        (lambda file: file.write_bytes(b""), "shorter (0 bytes) than what the crawl has written"),
    ],
    ids=["deleted", "moved", "shortened", "emptied"],
)
@pytest.mark.parametrize("output", ["-O", "-o"])
def test_a_file_that_has_lost_something_is_refused(
    place: Place, file: Path, damage: object, said: str, output: str
) -> None:
    place.crawl(*CRAWL, "max_pages=2")
    damage(file)  # type: ignore[operator]
    left = file.read_bytes() if file.exists() else None
    line = place.refused(*CRAWL, output=(output, "out.jsonl"))
    assert line.startswith(f"igcrawl: {file}: ")
    assert said in line
    assert (file.read_bytes() if file.exists() else None) == left
    assert complete(place.crawl(*CRAWL, "fresh=1").records)


def test_what_stands_behind_the_committed_length_is_cut(place: Place, file: Path) -> None:
    place.crawl(*CRAWL, "max_pages=2")
    with file.open("ab") as end:
        end.write(b'{"type":"follow","pk":"1"}\n{"type":"fol')
    assert complete(place.crawl(*CRAWL).records)


def test_a_killed_run_leaves_no_torn_line_between_two_crawls(place: Place, simulator: Simulator, file: Path) -> None:
    slow = simulator.faults.add(operation="followers", nth=3, kind="delay", delay=20)
    first = place.start(*CRAWL)
    first.wait_until(lambda: slow.strikes > 0)
    first.process.kill()
    with file.open("ab") as end:
        end.write(b'{"type":"follow","operation":"followers","pk":"12')
    simulator.faults.clear()
    done = place.crawl(*CRAWL, "fresh=1", output=("-o", "out.jsonl"))
    assert complete(done.records[-262:])


def test_a_last_line_of_the_operator_s_own_is_ended_not_cut(place: Place, file: Path) -> None:
    file.write_text('{"type":"mine"}')
    mine, *records = place.crawl(*CRAWL, output=("-o", "out.jsonl")).records
    assert mine == {"type": "mine"}
    assert complete(records)


def test_a_csv_that_is_replaced_starts_an_unfinished_crawl_over_and_a_line_says_so(place: Place) -> None:
    place.crawl(*CRAWL, "max_pages=2", output=("-O", "out.csv"))
    done = place.start(*CRAWL, output=("-O", "out.csv")).process
    assert done.wait() == 0
    (line,) = [line for line in done.log.splitlines() if "WARNING" in line]
    assert "out.csv" in line
    assert "holds whole crawls only, so the unfinished one starts over; a local .jsonl or Postgres would go on" in line
    assert len(csv_rows(place)) == 260


def test_a_csv_that_is_appended_to_goes_on(place: Place) -> None:
    for command in ((*CRAWL, "max_pages=2"), CRAWL):
        assert place.start(*command, output=("-o", "out.csv")).process.wait() == 0
    assert len({row["pk"] for row in csv_rows(place)}) == 260
    assert len(place.simulator.requests) == 9


def test_a_named_crawl_starts_over_for_a_csv_as_well(place: Place) -> None:
    command = (*CRAWL, "crawl=mine")
    for run in ((*command, "max_pages=2"), command):
        assert place.start(*run, output=("-O", "out.csv")).process.wait() == 0
    assert len(csv_rows(place)) == 260
    before = (place.folder / "out.csv").read_bytes()
    ended = place.start(*command, output=("-O", "out.csv")).process
    assert ended.wait() == 0
    assert "has ended; it is run again only with -a fresh=1" in ended.log
    assert (place.folder / "out.csv").read_bytes() == before


def csv_rows(place: Place) -> list[dict[str, str]]:
    with (place.folder / "out.csv").open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["pk"] != "pk"]


def test_a_csv_and_a_json_lines_file_stand_side_by_side(place: Place) -> None:
    assert complete(place.crawl(*CRAWL, output=("-O", "out.csv", "-O", "out.jsonl")).records)
    assert len(csv_rows(place)) == 260


@pytest.mark.parametrize(("seconds", "kept"), [("0", 4), ("60", 0)])
def test_pages_that_come_within_ig_sync_seconds_are_committed_together(
    place: Place, simulator: Simulator, seconds: str, kept: int
) -> None:
    setting = ("-s", f"IG_SYNC_SECONDS={seconds}")
    slow = simulator.faults.add(operation="followers", nth=5, kind="delay", delay=20)
    first = place.start(*CRAWL, *setting)
    first.wait_until(lambda: slow.strikes > 0)
    first.process.kill()
    simulator.faults.clear()
    second = place.crawl(*CRAWL, *setting)
    assert second.operations.count("followers") == 8 - kept
    assert complete(second.records)


def test_a_crawl_that_is_stopped_commits_its_group(place: Place) -> None:
    place.crawl(*CRAWL, "max_pages=5", "-s", "IG_SYNC_SECONDS=60")
    done = place.crawl(*CRAWL, "-s", "IG_SYNC_SECONDS=60")
    assert done.operations == ["followers"] * 3
    assert complete(done.records)


def test_single_records_and_pipelines_of_the_operator_s_own_go_with_it(place: Place, file: Path) -> None:
    (place.folder / "mine.py").write_text(
        "class Mark:\n"
        "    def process_item(self, item):\n"
        "        if item.type == 'follow':\n"
        "            item.full_name = 'marked'\n"
        "        return item\n"
    )
    options = ["-s", 'ITEM_PIPELINES={"mine.Mark": 1}', "-s", "IG_ITEM_PER_RECORD=True"]
    for limit in (["-a", "max_pages=3"], []):
        command = [sys.executable, "-m", "scrapy", "crawl", "followers", "-a", CRAWL[1], *limit]
        run = subprocess.run(
            [*command, *options, "-O", str(file)],
            cwd=place.folder,
            env=scrapy_environment(**place.environment),
            capture_output=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr.decode()
    records = read_jsonl(file)
    assert complete(records)
    assert {record["full_name"] for record in records if record["type"] == "follow"} == {"marked"}


def test_a_file_that_another_crawl_has_written_since_is_refused(place: Place, file: Path) -> None:
    place.crawl(*CRAWL, "max_pages=2")
    other = place.crawl("following", f"user_id={SMALL}", output=("-o", "out.jsonl"))
    before = file.read_bytes()
    line = place.refused(*CRAWL)
    assert line == (f"igcrawl: {file}: another crawl has written it since; give this one another file, or -a fresh=1")
    assert file.read_bytes() == before
    rest = place.crawl(*CRAWL, output=("-O", "own.jsonl"))
    assert rest.walks[0]["verdict"] == "complete"
    assert len(rest.follows) + sum(r.get("direction") == "followers" for r in other.records) == 260


def test_the_record_of_a_stopped_walk_stays_when_there_is_nothing_to_do(place: Place, file: Path) -> None:
    first = place.crawl(*CRAWL, "max_pages=2", "crawl=mine")
    again = place.crawl(*CRAWL, "max_pages=2", "crawl=mine")
    assert again.asked == []
    assert again.records == first.records
    assert first.walks[0]["verdict"] == "stopped"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-O", "a.jsonl", "-O", "b.jsonl"], "give one JSON lines file, not 2"),
        (["-O", "a.jsonl", "-o", "b.jl"], "give one JSON lines file, not 2"),
        (["-O", "a.jsonl", "-s", "IG_JSONL=b.jsonl"], "give one JSON lines file, not 2"),
        (["-O", "session.json/a.jsonl"], "session.json/a.jsonl: File exists"),
        (["-s", "IG_SYNC_SECONDS=soon"], "IG_SYNC_SECONDS"),
        (["-s", "IG_SYNC_SECONDS=-1"], "IG_SYNC_SECONDS"),
    ],
    ids=["two", "two ways", "with IG_JSONL", "no folder", "no number", "negative"],
)
def test_outputs_that_cannot_be_are_refused_in_one_line(place: Place, options: list[str], said: str) -> None:
    assert said in place.refused(*CRAWL, *options, output=())
    assert not list(place.folder.glob("[ab].j*"))


def test_a_store_that_cannot_be_used_is_refused_in_one_line(place: Place, simulator: Simulator) -> None:
    (place.folder / "text.db").write_text("no database at all, but long enough to be one" * 50)
    with sqlite3.connect(place.folder / "other.db") as other:
        other.execute("CREATE TABLE mine (a)")
    place.crawl(*CRAWL, "max_pages=1", "-s", "IG_STORE=sqlite:///newer.db", output=())
    with sqlite3.connect(place.folder / "newer.db") as newer:
        newer.execute("PRAGMA user_version = 99")
    for address, said in {
        "sqlite:///text.db": "text.db: file is not a database",
        "sqlite:///other.db": "another program's database",
        "sqlite:///newer.db": "newer",
        "sqlite:///session.json/x.db": "session.json",
        "mysql://x": "expected sqlite:///path/to/store.db or postgresql://…",
        "postgresql://me:secret-word@127.0.0.1:1/none": "127.0.0.1",
    }.items():
        line = place.refused(*CRAWL, "-s", f"IG_STORE={address}", output=("-O", "never.jsonl"))
        assert said in line
        assert "secret-word" not in line
    assert not (place.folder / "never.jsonl").exists()


def test_a_postgres_store_that_refuses_the_password_does_not_repeat_it(place: Place) -> None:
    with postgres.database() as url:
        at, _, rest = url.partition("//")
        locked = f"{at}//{postgres.LOCKED_ROLE}:secret-word@{rest.partition('@')[2]}"
        line = place.refused(*CRAWL, "-s", f"IG_STORE={locked}", output=())
    assert "secret-word" not in line
    assert "password authentication failed" in line


def test_postgres_and_a_json_lines_file_go_on_together(place: Place, simulator: Simulator) -> None:
    with postgres.database() as url:
        setting = ("-s", f"IG_STORE={url}")
        slow = simulator.faults.add(operation="followers", nth=4, kind="delay", delay=20)
        first = place.start(*CRAWL, *setting)
        first.wait_until(lambda: slow.strikes > 0)
        first.process.kill()
        simulator.faults.clear()
        assert complete(place.crawl(*CRAWL, *setting).records)
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*), count(DISTINCT pk) FROM follows").fetchall() == [(260, 260)]
