"""Local JSON lines hold each record once, whatever happens; other feeds promise less, and say so."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from igcrawl.simulator import Simulator
from igcrawl.simulator.answers import Answer
from igcrawl.simulator.exchange import Exchange
from tests.conftest import ROOT, read_jsonl
from tests.output.world import read
from tests.support import crawls, postgres
from tests.support.place import Place

#: 260 followers on 8 pages; 1,000 followers.
SMALL, LARGE = "100000011", "25025320"
CRAWL = ("followers", f"user_id={SMALL}")


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
    first = place.start(*CRAWL, "-s", "IG_SYNC_SECONDS=0")
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
        (lambda file: file.unlink(), "is missing; its records are written again from the store"),
        (lambda file: file.rename(file.with_name("moved")), "is missing; its records are written again"),
        (lambda file: file.write_bytes(file.read_bytes()[:-3000]), "its records are written again from the store"),
        (lambda file: file.write_bytes(b""), "its records are written again from the store"),
        (lambda file: file.write_bytes(b"mine\n"), "the file found there is now out.jsonl.aside-1"),
    ],
    ids=["deleted", "moved", "shortened", "emptied", "replaced"],
)
@pytest.mark.parametrize("output", ["-O", "-o"])
def test_a_file_that_has_lost_something_is_written_again_from_the_store(
    place: Place, file: Path, damage: object, said: str, output: str
) -> None:
    first = place.crawl(*CRAWL, "max_pages=2")
    damage(file)  # type: ignore[operator]
    second = place.crawl(*CRAWL, output=(output, "out.jsonl"))
    (line,) = [line for line in second.log.splitlines() if "WARNING" in line]
    assert f"{file}: " in line
    assert said in line
    assert complete(second.records)
    assert len(first.asked) + len(second.asked) == 9


def test_what_others_have_appended_stays_above_the_records(place: Place, file: Path) -> None:
    place.crawl(*CRAWL, "max_pages=2")
    with file.open("ab") as end:
        end.write(b'{"type":"mine"}\n')
    second = place.crawl(*CRAWL)
    mine, *records = second.records
    assert mine == {"type": "mine"}
    assert complete(records)
    assert "what others have appended is now above this crawl's records" in second.log


def test_what_others_have_torn_is_moved_aside(place: Place, file: Path) -> None:
    place.crawl(*CRAWL, "max_pages=2")
    with file.open("ab") as end:
        end.write(b'{"type":"follow","pk":"1"}\n{"type":"fol')
    assert complete(place.crawl(*CRAWL).records)
    assert file.with_name("out.jsonl.aside-1").read_bytes().endswith(b'{"type":"fol')


def test_a_killed_run_leaves_no_torn_line_between_two_crawls(place: Place, simulator: Simulator, file: Path) -> None:
    slow = simulator.faults.add(operation="followers", nth=3, kind="delay", delay=20)
    first = place.start(*CRAWL)
    first.wait_until(lambda: slow.strikes > 0)
    first.process.kill()
    os.truncate(file, file.stat().st_size - 10)
    simulator.faults.clear()
    done = place.crawl(*CRAWL, "fresh=1", output=("-o", "out.jsonl"))
    assert complete(done.records[-262:])


def test_a_last_line_of_the_operator_s_own_is_ended_not_cut(place: Place, file: Path) -> None:
    file.write_text('{"type":"mine"}')
    mine, *records = place.crawl(*CRAWL, output=("-o", "out.jsonl")).records
    assert mine == {"type": "mine"}
    assert complete(records)


@pytest.mark.parametrize("name", ["out.csv", "out.csv.gz", "out.json", "out.xml", "out.json.zst"])
@pytest.mark.parametrize("option", ["-O", "-o"])
def test_every_format_goes_on_with_an_unfinished_crawl(place: Place, name: str, option: str) -> None:
    for command in ((*CRAWL, "max_pages=2"), CRAWL):
        place.crawl(*command, output=(option, name))
        rows = [row for row in read(place.folder / name) if row["type"] == "follow"]
        assert len({row["pk"] for row in rows}) == len(rows)
    assert len(rows) == 260
    assert len(place.simulator.requests) == 9


def test_an_output_that_is_named_later_holds_the_whole_crawl(place: Place) -> None:
    place.crawl(*CRAWL, "max_pages=2", output=())
    place.crawl(*CRAWL, "max_pages=4", output=("-O", "first.csv"))
    done = place.crawl(*CRAWL, output=("-o", "last.json.gz", "-O", "out.jsonl"))
    assert complete(done.records)
    assert len(read(place.folder / "last.json.gz")) == 262
    assert 0 < len(read(place.folder / "first.csv")) < 260
    assert len(place.simulator.requests) == 9


def test_an_output_of_a_named_crawl_that_has_ended_is_written_without_a_request(place: Place) -> None:
    command = (*CRAWL, "crawl=mine")
    done = place.crawl(*command, output=())
    asked = len(place.simulator.requests)
    assert "records are kept in the store" in done.log
    assert "scrapy export followers.jsonl --crawl 1" in done.log
    ended = place.crawl(*command, output=("-O", "out.csv"))
    assert "has ended; only -a fresh=1 runs it again" in ended.log
    assert len(csv_rows(place)) == 260
    assert len(place.simulator.requests) == asked


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
        command = ("crawl", "followers", "-a", CRAWL[1], *limit, *options, "-O", str(file))
        run = crawls.run(*command, folder=place.folder, **place.environment)
        assert run.wait() == 0, run.log
    records = read_jsonl(file)
    assert complete(records)
    assert {record["full_name"] for record in records if record["type"] == "follow"} == {"marked"}


def test_a_file_that_another_crawl_has_written_since_holds_both(place: Place, file: Path) -> None:
    place.crawl(*CRAWL, "max_pages=2")
    link = file.with_name("link.jsonl")
    link.symlink_to(file)
    other = place.crawl("following", f"user_id={SMALL}", output=("-o", "link.jsonl"))
    theirs = [record for record in other.records if record["walk"].startswith("following")]
    records = place.crawl(*CRAWL).records
    assert records[: len(theirs)] == theirs
    assert complete(records[len(theirs) :])


def test_a_file_that_another_crawl_has_replaced_is_moved_aside(place: Place, file: Path) -> None:
    place.crawl(*CRAWL, "max_pages=2")
    other = place.crawl("following", f"user_id={SMALL}", output=("-O", "out.jsonl"))
    assert complete(place.crawl(*CRAWL).records)
    assert read_jsonl(file.with_name("out.jsonl.aside-1")) == other.records


def test_the_record_of_a_stopped_walk_stays_when_there_is_nothing_to_do(place: Place, file: Path) -> None:
    first = place.crawl(*CRAWL, "max_pages=2", "crawl=mine")
    again = place.crawl(*CRAWL, "max_pages=2", "crawl=mine")
    assert again.asked == []
    assert again.records == first.records
    assert first.walks[0]["verdict"] == "stopped"


def test_postgres_and_a_json_lines_file_go_on_together(place: Place, simulator: Simulator) -> None:
    with postgres.ready_database() as url:
        setting = ("-s", f"IG_STORE={url}")
        slow = simulator.faults.add(operation="followers", nth=4, kind="delay", delay=20)
        first = place.start(*CRAWL, *setting)
        first.wait_until(lambda: slow.strikes > 0)
        first.process.kill()
        simulator.faults.clear()
        assert complete(place.crawl(*CRAWL, *setting).records)
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*), count(DISTINCT pk) FROM follows").fetchall() == [(260, 260)]


def test_a_page_is_committed_in_time_although_no_other_one_comes(place: Place, simulator: Simulator) -> None:
    slow = simulator.faults.add(operation="followers", nth=5, kind="delay", delay=20)
    first = place.start(*CRAWL)
    first.wait_until(lambda: slow.strikes > 0)
    first.wait_until(lambda: walked(place) == 4)
    first.process.kill()
    simulator.faults.clear()
    second = place.crawl(*CRAWL)
    assert second.operations == ["followers"] * 4
    assert complete(second.records)


def walked(place: Place) -> int:
    with closing(sqlite3.connect(place.folder / ".igcrawl" / "store.db")) as connection:
        return int(connection.execute("SELECT max(pages) FROM walks").fetchone()[0])


def test_batches_of_another_size_take_the_place_of_those_that_the_crawl_wrote_before(place: Place) -> None:
    output = ("-O", "part-%(batch_id)d.jsonl")
    place.crawl(*CRAWL, "crawl=mine", "max_pages=4", "-s", "FEED_EXPORT_BATCH_ITEM_COUNT=10", output=output)
    place.crawl(*CRAWL, "crawl=mine", "-s", "FEED_EXPORT_BATCH_ITEM_COUNT=100", output=output)
    assert complete([each for number in (1, 2, 3) for each in read(place.folder / f"part-{number}.jsonl")])
    assert len(list(place.folder.glob("part-*"))) == 3


def test_batches_replace_all_of_an_earlier_crawl_and_nothing_that_was_changed(place: Place) -> None:
    batches = ("-s", "FEED_EXPORT_BATCH_ITEM_COUNT=50")
    place.crawl(*CRAWL, *batches, output=("-O", "part-%(batch_id)d.jsonl"))
    with (place.folder / "part-6.jsonl").open("a") as changed:
        changed.write('{"type":"mine"}\n')
    place.crawl(*CRAWL, "max_pages=2", *batches, output=("-O", "part-%(batch_id)d.jsonl"))
    assert {path.name for path in place.folder.glob("part-*")} == {"part-1.jsonl", "part-2.jsonl", "part-6.jsonl"}


def test_batches_that_are_not_to_replace_others_leave_each_of_them(place: Place) -> None:
    batches = ("-s", "FEED_EXPORT_BATCH_ITEM_COUNT=50")
    place.crawl(*CRAWL, *batches, output=("-o", "part-%(batch_id)d.jsonl"))
    (place.folder / "part-1.jsonl").rename(place.folder / "done.jsonl")
    second = (place.folder / "part-2.jsonl").read_bytes()
    place.crawl(*CRAWL, *batches, output=("-o", "part-%(batch_id)d.jsonl"))
    assert (place.folder / "part-2.jsonl.aside-1").read_bytes() == second


@pytest.mark.parametrize(("name", "file"), [("out.json", "out.json"), ("part-%(batch_id)d.json", "part-1.json")])
def test_what_another_program_writes_while_a_file_is_made_is_moved_aside(place: Place, name: str, file: str) -> None:
    (place.folder / "mine.py").write_text(
        "from pathlib import Path\n"
        "class Filter:\n"
        "    calls = 0\n"
        "    def __init__(self, options): self.options = options\n"
        "    def accepts(self, item):\n"
        "        Filter.calls += 1\n"
        "        if Filter.calls == self.options['at_call']: Path(self.options['file']).write_text('theirs')\n"
        "        return True\n"
    )
    place.environment["PYTHONPATH"] = f"{place.folder}:{ROOT}"
    # Batches are counted before they are written.
    batch = {"batch_item_count": 1000, "at_call": 300} if "%(" in name else {"at_call": 1}
    options = {"format": "json", "overwrite": True, "item_filter": "mine.Filter", "file": file, **batch}
    running = place.start(*CRAWL, "-s", f"FEEDS={json.dumps({name: options})}", output=())
    assert running.done().code == 0
    assert complete(read(place.folder / file))
    assert (place.folder / f"{file}.aside-1").read_text() == "theirs"


def test_batches_without_kept_records_start_an_unfinished_crawl_over(place: Place) -> None:
    given = (*CRAWL, "crawl=mine", "-s", "IG_KEEP=False", "-s", "FEED_EXPORT_BATCH_ITEM_COUNT=20")
    place.crawl(*given, "max_pages=2", output=("-O", "part-%(batch_id)d.jsonl"))
    place.crawl(*given, output=("-O", "part-%(batch_id)d.jsonl"))
    assert sum(row["type"] == "follow" for path in place.folder.glob("part-*") for row in read(path)) == 260


def test_a_table_without_kept_records_goes_on_below_its_one_header(place: Place) -> None:
    for limit in ("max_pages=2", "max_pages=9"):
        place.crawl(*CRAWL, "crawl=mine", limit, "-s", "IG_KEEP=False", output=("-o", "x.csv"))
    assert len(read(place.folder / "x.csv")) == 260
