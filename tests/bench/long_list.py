"""A very long list: what a follower costs and how much memory a whole crawl takes, at its beginning and at its end.

``python -m tests.bench.long_list [--followers N] [--short N]``: `scrapy crawl followers … -O out.jsonl` as it is
shipped, with pages of 200 from the simulator, looked at from outside. A short list is crawled before and after the long
one, since a machine that others use is not the same some minutes later. Output and store of 10 million followers take
4 GB in `TMPDIR`.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from tests.bench.measuring import Cores
from tests.bench.servers import simulator_processes
from tests.bench.ways import DEFAULTS, ways

PAGE_SIZE = 200
#: Seconds between two looks at the process.
LOOK = 0.25
_TICKS = os.sysconf("SC_CLK_TCK")


class Look(NamedTuple):
    """A look at a crawl: followers that its store holds, CPU seconds so far, resident memory now and at its peak."""

    followers: int
    cpu: float
    resident_mb: float
    peak_mb: float


class Crawl(NamedTuple):
    """A whole crawl: all looks at it, and the bytes of its store."""

    looks: list[Look]
    store_bytes: int

    def each(self, first: int, last: int) -> float:
        """Return µs of CPU a follower between two lengths of the list."""
        begin, end = self.at(first), self.at(last)
        return (end.cpu - begin.cpu) / (end.followers - begin.followers) * 1e6

    def at(self, followers: int) -> Look:
        """Return the first look at which the list was so long, the last one when it never was."""
        return next((look for look in self.looks if look.followers >= followers), self.looks[-1])


def crawl(server: dict[str, str], followers: int, core: int) -> Crawl:
    """Crawl a list to its end."""
    [way] = (way for way in ways([DEFAULTS]) if way.name == DEFAULTS)
    with (
        tempfile.TemporaryDirectory(prefix="igcrawl-bench-") as name,
        way.ready(server, PAGE_SIZE, Path(name)) as (command, environment),
    ):
        folder, log = Path(name), Path(name) / "log"
        with log.open("wb") as errors:
            process = subprocess.Popen(command, env=environment, cwd=folder, stdout=errors, stderr=errors)
        if core >= 0:
            os.sched_setaffinity(process.pid, {core})
        try:
            looks = watch(process, folder / "store.db")
        finally:
            process.kill()
        if process.wait():
            sys.exit(log.read_text(errors="replace")[-4000:])
        way.check(folder, followers)
        return Crawl(looks, sum(file.stat().st_size for file in folder.glob("store.db*")))


def watch(process: subprocess.Popen[bytes], store: Path) -> list[Look]:
    """Look at a crawl until it ends."""
    looks = []
    while process.poll() is None:
        # The store is not there yet, or the process has just ended.
        with suppress(OSError, sqlite3.Error, KeyError):
            looks.append(look(process.pid, store))
            print(*looks[-1], end="\r\033[K", file=sys.stderr, flush=True)
        time.sleep(LOOK)
    return looks


def look(pid: int, store: Path) -> Look:
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        [[followers]] = connection.execute("SELECT ifnull(sum(records), 0) FROM walks").fetchall()
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    # The name in brackets may hold blanks. Fields 14 and 15 are user and system time.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    cpu = (int(fields[11]) + int(fields[12])) / _TICKS
    resident, peak = (int(status[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    return Look(followers, cpu, resident, peak)


def show(long: Crawl, short: list[Crawl], followers: int, few: int) -> None:
    """Print the tenths of a long list beside the short list before and after it."""
    begin = few // 10
    before, after = (one.each(begin, few) for one in short)
    few_peak, peak = short[-1].looks[-1].peak_mb, long.looks[-1].peak_mb
    print(f"{few:>11,} followers: {before:.1f} µs each before, {after:.1f} after; peak {few_peak:.0f} MB")
    tenths = [(followers * tenth // 10 or begin, followers * (tenth + 1) // 10) for tenth in range(10)]
    for first, last in tenths:
        now = long.at(last)
        print(
            f"{last:>11,} followers: {long.each(first, last):.1f} µs each in this tenth, "
            f"resident {now.resident_mb:.0f} MB, peak {now.peak_mb:.0f} MB"
        )
    print(f"last tenth ÷ first: {long.each(*tenths[-1]) / long.each(*tenths[0]):.2f}")
    print(f"peak ÷ that of {few:,}: {peak / few_peak:.2f}")
    print(f"store: {long.store_bytes / followers:.1f} bytes a follower")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--followers", type=int, default=1_000_000)
    parser.add_argument("--short", type=int, default=100_000)
    options, cores = parser.parse_args(), Cores()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before", flush=True)
    cores.leave_the_clients()
    sizes = [(options.short, PAGE_SIZE), (options.followers, PAGE_SIZE)]
    with simulator_processes(sizes, compress=False) as servers:
        before, long, after = (crawl(servers[size], size[0], cores.client) for size in (sizes[0], sizes[1], sizes[0]))
    show(long, [before, after], options.followers, options.short)


if __name__ == "__main__":
    main()
