"""A disk that is full stops a crawl in one line; with space made, the same command brings it to the same end."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from igcrawl.simulator import Simulator
from tests.conftest import read_jsonl
from tests.support import crawls
from tests.support.crawls import CrawlProcess
from tests.support.place import timeless
from tests.torture.lives import Lives

SIZE = 4 << 20
#: 1,000 followers: half a megabyte of lines, and a write-ahead log.
COMMAND = ("crawl", "followers", "-a", "user_id=25025320", "-a", "crawl=full")


class Disk:
    """A small file system, all of which is taken but for what is given free.

    Args:
        folder: where it is mounted.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"
        self._filler.touch()

    @property
    def free(self) -> int:
        """Bytes that can still be written."""
        state = os.statvfs(self.folder)
        return state.f_bavail * state.f_frsize

    def leave_free(self, wanted: int) -> None:
        """Take or give back so much that this remains."""
        there = self._filler.stat().st_size
        size = max(there + self.free - wanted, 0)
        os.truncate(self._filler, min(size, there))
        with self._filler.open("ab") as filler:
            filler.write(bytes(size - min(size, there)))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A file system of its own; needs root."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("a small file system cannot be mounted here; that needs root")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", str(folder)], check=True)


class Crawling:
    """Runs one command, with its store and its lines where they are to be."""

    def __init__(self, simulator: Simulator, folder: Path, store: Path, lines: Path) -> None:
        self._folder = folder
        self._arguments = (*COMMAND, "-O", str(lines))
        self._environment = {
            "IG_MOBILE_URL": simulator.mobile_url,
            "IG_WEB_URL": simulator.web_url,
            "IG_SESSION": str(folder / "session.json"),
            "IG_STORE": f"sqlite:///{store}",
            # So that each life tells how many pages it has asked again.
            "IG_SYNC_SECONDS": "0",
        }
        self._runs = 0
        simulator.write_session(folder / "session.json")

    def __call__(self) -> CrawlProcess:
        self._runs += 1
        log = self._folder / f"{self._runs}.log"
        return crawls.run(*self._arguments, folder=self._folder, log=log, **self._environment)


def check_stopped_in_a_line(process: CrawlProcess) -> None:
    assert process.wait() == 1, process.log
    assert "Traceback" not in process.log
    assert "Exception" not in process.log
    assert len(process.errors) == 1, process.log
    assert "disk" in process.errors[0] or "No space left on device" in process.errors[0]
    assert "the crawl stops" in process.errors[0]


@pytest.mark.parametrize("full", ["store-and-lines", "lines", "store"])
def test_a_full_disk_stops_the_crawl_and_with_space_the_same_command_ends_it_as_if_nothing_had_been(
    disk: Disk, tmp_path: Path, full: str
) -> None:
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    with Simulator(page_size=50) as simulator:
        undisturbed = Crawling(simulator, tmp_path, tmp_path / "elsewhere.db", tmp_path / "undisturbed.jsonl")
        assert undisturbed().wait() == 0
        # Pages of the disk that a store is given at a time; lines, which are fewer, get a third of theirs.
        most = 180 if "store" in full else (tmp_path / "undisturbed.jsonl").stat().st_size // 3 // 4096
        lines = (disk.folder if "lines" in full else tmp_path) / "out.jsonl"
        crawl = Crawling(simulator, tmp_path, (disk.folder if "store" in full else tmp_path) / "store.db", lines)
        lives = Lives()
        free = 0
        while True:
            disk.leave_free(free)
            begun = len(simulator.requests)
            process = crawl()
            lives.asked.append(simulator.requests[begun:])
            if process.wait() == 0:
                break
            print(free, len(lives.asked[-1]), process.errors)
            check_stopped_in_a_line(process)
            free = disk.free + chance.randint(1, most) * 4096
        assert lives.kills >= 2
        lives.check()
        assert timeless(read_jsonl(lines)) == timeless(read_jsonl(tmp_path / "undisturbed.jsonl"))
