"""Seconds and memory of exports: a million edges of a graph crawl, into each format.

`python -m tests.bench.export [EDGES [FILE …]]` prints a line for each of `FILES`, or for those that are named.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

from igcrawl.store import PackedRecords, PageCommit
from igcrawl.store.packed_records import pack_lines
from tests.analysis.histories import crawl_of
from tests.conftest import scrapy_environment
from tests.store.samples import NOW, claimed, opened, seed

#: Names of files, and what else is ordered.
FILES: dict[str, dict[str, str]] = {
    "x.jsonl": {},
    "x.csv": {},
    "x.parquet": {},
    "x.duckdb": {},
    "excel.csv": {"purpose": "excel"},
    "x.xlsx": {"type": "follow"},
    "x.gexf": {},
    "x.graphml": {},
    "gephi.csv": {"purpose": "gephi"},
    "some.gexf.gz": {"nodes": "walked", "least_degree": "2"},
}
_LISTS = 100
_PAGE = 200
#: Exports, and prints seconds, those of the CPU, and the most memory that the process took, in MB.
_MEASURED = """
import asyncio, json, resource, sys, time
from tests.analysis.histories import exported
url, out, order = sys.argv[1:]
began, cpu = time.perf_counter(), time.process_time()
asyncio.run(exported(url, out, **json.loads(order)))
took, cpu = time.perf_counter() - began, time.process_time() - cpu
print(f"{took:6.1f} s, {cpu:5.1f} s CPU, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:5.0f} MB")
"""


def page(owner: int, first: int, accounts: int) -> PackedRecords:
    """A page of a list; each account follows several."""
    lines = []
    for position in range(first, first + _PAGE):
        # Far apart, as real ids are.
        pk = 10**10 + (owner * 7_919 + position * 104_729) % accounts * 60_013
        lines.append(
            f'{{"type":"follow","operation":"followers","fetched_at":"{NOW}","walk":"followers/{owner}",'
            f'"owner_pk":"{owner}","direction":"followers","position":{position},"pk":"{pk}",'
            f'"username":"user_{pk}","full_name":"Größe {pk} ✨","is_private":{"true" if pk % 3 else "false"},'
            f'"is_verified":false,"latest_reel_media":{1_700_000_000 + pk % 10**6}}}\n'
        )
    return PackedRecords(len(lines), pack_lines("".join(lines).encode()))


async def filled(url: str, edges: int) -> None:
    async with opened(url) as store:
        crawl = await crawl_of(store, *(seed(10**10 + number * 60_013) for number in range(_LISTS)))
        for _ in range(_LISTS):
            walk = await claimed(store, crawl)
            places = range(1, edges // _LISTS + 1, _PAGE)
            pages = [PageCommit(walk=walk, records=page(int(walk.target), first, edges // 2)) for first in places]
            await store.walks.commit(pages)


def main() -> None:
    edges = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/s.db"
        asyncio.run(filled(url, edges))
        for name in sys.argv[2:] or FILES:
            order = FILES[name]
            text = str(order).replace("'", '"')
            script = [sys.executable, "-c", _MEASURED, url, f"{folder}/{name}", text]
            run = subprocess.run(script, env=scrapy_environment(), capture_output=True, text=True, check=True)
            stem, dot, suffix = name.partition(".")
            written = [f"{stem}{part}{dot}{suffix}" for part in ("", "-follow", "-walk", "-nodes", "-edges")]
            size = sum(path.stat().st_size for each in written if (path := Path(folder, each)).exists())
            print(f"{name:14} {run.stdout.rstrip()} {size / 1e6:,.0f} MB", run.stderr.splitlines()[0], flush=True)


if __name__ == "__main__":
    main()
