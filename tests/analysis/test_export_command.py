"""`scrapy export` as the operator runs it: what it says in one line, in pipes, on full disks, after Ctrl-C."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.analysis.histories import crawl_of, filled, follow, put, read, told, walk_end
from tests.conftest import Scrapy, scrapy_environment
from tests.store.samples import claimed, opened, seed
from tests.support.crawls import captured
from tests.support.doc_shell import DocShell


async def test_the_command_says_in_one_line_what_it_did_or_why_not(scrapy: Scrapy, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/s.db"
    await filled(url)
    run = scrapy("export", "-", IG_STORE=url)
    assert (run.code, run.err) == (
        0,
        "igcrawl: 2 follow records, 1 profile record, 1 walk record written to standard output\n",
    )
    assert run.out.count("\n") == 4
    run = scrapy("export", "-", "--format", "csv", "--crawl", "daily", "--walk", "followers/25025320", IG_STORE=url)
    assert (run.code, len(run.out.splitlines())) == (0, 3)
    run = scrapy("export", "x.jsonl", "--type", "walk", "--all-generations", IG_STORE=url)
    assert (run.code, told(read(tmp_path / "x.jsonl"))) == (0, ["complete"])
    for arguments in ((), ("a.csv", "b.csv"), ("a.txt",), ("a.csv", "--type", "x")):
        run = scrapy("export", *arguments, IG_STORE=url)
        assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
        assert run.err.startswith("igcrawl: ")
    assert scrapy("export", "x.csv", IG_STORE="nonsense").code == 2
    run = scrapy("export", "x.csv")
    assert (run.code, run.err.count("\n")) == (2, 1)
    assert f"there is no store at {tmp_path}/.igcrawl/store.db yet" in run.err


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[DocShell]:
    """Runs a line of a shell, in which `scrapy` is ours."""
    folder, private = tmp_path / "here", tmp_path / "private"
    folder.mkdir()
    private.mkdir()
    running = DocShell(folder, private, scrapy_environment(IG_STORE=f"sqlite:///{tmp_path}/s.db"))
    running.run("set -o pipefail")
    try:
        yield running
    finally:
        running.close()


async def many(url: str) -> None:
    """Fill a store with more than a pipe holds, and its reader takes at once."""
    async with opened(url) as store:
        walk = await claimed(store, await crawl_of(store, seed(1)))
        for start in range(0, 4_000, 1_000):
            walk = await put(store, walk, *(follow(walk, number) for number in range(start, start + 1_000)))
        await put(store, walk, walk_end(walk), verdict="complete")


@pytest.mark.parametrize("format_", ["jsonl", "csv"])
async def test_a_reader_that_has_enough_causes_no_traceback(shell: DocShell, tmp_path: Path, format_: str) -> None:
    await many(f"sqlite:///{tmp_path}/s.db")
    run = shell.run(f"scrapy export - --format {format_} | head -n 1")
    assert (run.code, len(run.printed.splitlines())) == (1, 1)
    assert run.printed.startswith({"jsonl": '{"type":"follow"', "csv": "type,operation,"}[format_])


async def test_a_full_disk_behind_standard_output_is_one_line(shell: DocShell, tmp_path: Path) -> None:
    await filled(f"sqlite:///{tmp_path}/s.db")
    run = shell.run("scrapy export - > /dev/full")
    line = "igcrawl: standard output cannot be written: No space left on device\n"
    assert (run.code, run.printed) == (1, line)


#: `scrapy export` that gets its Ctrl-C when a part of the file is written.
_INTERRUPTED = """
import os, signal
from pathlib import Path
from scrapy.cmdline import execute
from igcrawl.analysis.formats.csv_table import CsvWriter

def write(writer, lines, written=CsvWriter.write):
    written(writer, lines)
    assert list(Path().glob(".x.csv.*"))
    print("a part is written", flush=True)
    os.kill(os.getpid(), signal.SIGINT)

CsvWriter.write = write
execute(["scrapy", "export", "x.csv"])
"""


async def test_ctrl_c_leaves_the_old_file(tmp_path: Path) -> None:
    url, folder, streams = f"sqlite:///{tmp_path}/s.db", tmp_path / "here", tmp_path / "streams"
    folder.mkdir()
    streams.mkdir()
    await many(url)
    (folder / "x.csv").write_text("old")
    code, out, said = captured({"program": _INTERRUPTED}, folder, streams, scrapy_environment(IG_STORE=url))
    assert (code, out, said) == (1, "a part is written\n", "igcrawl: stopped; no file was changed\n")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"x.csv": b"old"}
