"""Standard output, pipes and devices: whoever reads may come late, go early or be slow; no reader holds up a stop."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.conftest import scrapy_environment
from tests.output.world import read
from tests.support import crawls
from tests.support.place import Place, Running
from tests.support.session_states import state_home

CRAWL = ("followers", "user_id=100000011")


def start(place: Place, pipe: Path, name: str) -> Running:
    os.mkfifo(pipe)
    return place.start(*CRAWL, output=("-O", name))


def test_a_pipe_is_waited_for_with_a_line_and_a_signal_ends_the_wait(place: Place) -> None:
    crawl = start(place, place.folder / "pipe", "pipe:jsonl")
    crawl.wait_until(lambda: "nobody reads this pipe yet" in crawl.process.log)
    crawl.process.signal(signal.SIGTERM)
    assert crawl.process.wait() == 1
    assert place.simulator.requests == []
    assert "Traceback" not in crawl.process.log


@pytest.mark.parametrize("name", ["x.jsonl", "x.csv", "x.json", "x.xml", "x.jsonl.gz", "x.csv.zst"])
def test_who_opens_a_pipe_late_gets_the_whole_crawl(place: Place, name: str) -> None:
    pipe, copy = place.folder / name, place.folder / f"copy-{name}"
    crawl = start(place, pipe, name)
    crawl.wait_until(lambda: "nobody reads this pipe yet" in crawl.process.log)
    reader = threading.Thread(target=lambda: copy.write_bytes(pipe.read_bytes()))
    reader.start()
    assert crawl.process.wait() == 0, crawl.process.log
    reader.join()
    assert sum(row["type"] == "follow" for row in read(copy)) == 260


@pytest.mark.parametrize("what", ["a pipe", "standard output"])
def test_a_reader_that_takes_nothing_does_not_hold_up_a_stop(place: Place, what: str) -> None:
    pipe, log = place.folder / "pipe", place.folder / "said.txt"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, 4096)
    log.touch()
    words = ("crawl", *CRAWL[:1], "-a", CRAWL[1], "-O", "pipe:jsonl" if what == "a pipe" else "-:jsonl")
    out = log if what == "a pipe" else pipe
    process = crawls.start(*words, folder=place.folder, log=out, errors=log, **place.environment)
    crawls.until(lambda: len(place.simulator.requests) >= 2)
    process.signal(signal.SIGTERM)
    assert process.wait() == 1
    os.close(reader)
    assert f"{pipe if what == 'a pipe' else 'standard output'}: nobody reads it any more" in log.read_text()
    assert "Traceback" not in log.read_text()
    assert len(set(place.crawl(*CRAWL).follows)) == 260


@pytest.mark.parametrize(
    ("closed", "output", "code", "said"),
    [
        ("2>&-", "out.jsonl", 0, ""),
        ("<&- >&- 2>&-", "out.jsonl", 0, ""),
        (">&-", "-:jsonl", 2, "igcrawl: output standard output: it is closed; name a file\n"),
    ],
)
def test_streams_that_were_closed_before_the_start_fail_no_crawl_that_needs_none(
    place: Place, closed: str, output: str, code: int, said: str
) -> None:
    words = f"{sys.executable} -m scrapy crawl {CRAWL[0]} -a {CRAWL[1]} -O {output} {closed}"
    environment = scrapy_environment(**place.environment, XDG_STATE_HOME=str(state_home(place.folder)))
    done = subprocess.run(words, shell=True, cwd=place.folder, env=environment, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr.decode()) == (code, said)
    assert len(read(place.folder / "out.jsonl") if code == 0 else []) == (262 if code == 0 else 0)
    assert bool(place.simulator.requests) == (code == 0)


def test_records_go_to_standard_output_where_scrapy_logs_what_is_printed(place: Place) -> None:
    out, log = place.folder / "out.jsonl", place.folder / "said.txt"
    log.touch()
    words = ("crawl", CRAWL[0], "-a", CRAWL[1], "-O", "-:jsonl", "-s", "LOG_STDOUT=True")
    process = crawls.start(*words, folder=place.folder, log=out, errors=log, **place.environment)
    assert process.wait() == 0, log.read_text()
    assert len(read(out)) == 262
    assert "WARNING" not in log.read_text()


def test_a_program_that_puts_something_in_the_place_of_standard_output_gets_the_records(place: Place) -> None:
    program = (
        "import asyncio, io, os, sys\n"
        "from pathlib import Path\n"
        "from igcrawl.running.in_process import run_crawl\n"
        "sys.stdout = io.TextIOWrapper(io.BytesIO())\n"
        "settings = {name: value for name, value in os.environ.items() if name.startswith('IG_')}\n"
        "feeds = {'FEEDS': {'stdout:': {'format': 'jsonl'}}}\n"
        "done = asyncio.run(run_crawl('followers', {'user_id': '100000011'}, {**settings, **feeds}))\n"
        "Path('out.jsonl').write_bytes(sys.stdout.buffer.getvalue())\n"
        "sys.exit(done.exit_code)\n"
    )
    environment = scrapy_environment(**place.environment, XDG_STATE_HOME=str(state_home(place.folder)))
    process = crawls.begin({"program": program}, place.folder, place.folder / "log.txt", environment)
    assert process.wait() == 0, process.log
    assert len(read(place.folder / "out.jsonl")) == 262


@pytest.mark.parametrize("format_", ["jsonl", "csv", "json", "xml"])
def test_a_full_device_ends_the_run_in_one_line(place: Place, format_: str) -> None:
    done = place.crawl(*CRAWL, output=("-O", f"/dev/full:{format_}"), code=1)
    (line,) = [line for line in done.log.splitlines() if " ERROR: " in line]
    assert "/dev/full: No space left on device; the crawl stops" in line
