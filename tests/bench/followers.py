"""`make bench`: the followers crawl of one account, side by side with a bare loop of the same requests and answers.

Both run in processes of their own, one after the other, against a simulator in a third. Figures are user + system CPU
of the process, from its first request to its end; what an interpreter needs to start is left out on both sides.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import orjson

from igcrawl.simulator import Simulator
from tests.conftest import scrapy_environment

HERE = Path(__file__).parent


def _serve(users: int, page_size: int, compress: bool, folder: str, ready: object) -> None:
    with Simulator(users=users, page_size=page_size, compress=compress) as simulator:
        session = Path(folder) / "session.json"
        simulator.write_session(session)
        ready.put({"url": simulator.mobile_url, "web": simulator.web_url, "session": str(session)})  # type: ignore[attr-defined]
        ready.join()  # type: ignore[attr-defined]


@contextmanager
def simulator_process(users: int, page_size: int, compress: bool) -> Iterator[dict[str, str]]:
    context = multiprocessing.get_context("spawn")
    ready = context.JoinableQueue()
    with tempfile.TemporaryDirectory() as folder:
        process = context.Process(target=_serve, args=(users, page_size, compress, folder, ready))
        process.start()
        try:
            yield {**ready.get(timeout=60), "folder": folder}
        finally:
            ready.task_done()
            process.join()


def measure(command: list[str], environment: dict[str, str], figures: Path) -> dict[str, float]:
    done = subprocess.run(command, env=environment | {"BENCH_FIGURES": str(figures)}, capture_output=True, check=False)
    if done.returncode:
        sys.exit(done.stderr.decode())
    return orjson.loads(figures.read_bytes())


def run(users: int, page_size: int, compress: bool) -> dict[str, dict[str, float]]:
    with simulator_process(users, page_size, compress) as server:
        folder = Path(server["folder"])
        environment = scrapy_environment(
            IG_MOBILE_URL=server["url"],
            IG_WEB_URL=server["web"],
            IG_SESSION=server["session"],
            IG_STORE=f"sqlite:///{folder / 'store.db'}",
        )
        bare = [sys.executable, str(HERE / "bare_loop.py"), "25025320", str(folder / "bare.jsonl")]
        crawl = [sys.executable, "-m", "scrapy", "crawl", "followers", "-a", "user_id=25025320"]
        crawl += ["-s", f"EXTENSIONS={{{_extensions()}}}", "-O", str(folder / "crawl.jsonl")]
        grouped = environment | {"IG_SYNC_SECONDS": "1"}
        figures = {
            "bare loop": measure(bare, environment, folder / "bare.json"),
            "igcrawl": measure(crawl, environment, folder / "crawl.json"),
            "… IG_KEEP=False": measure(crawl, environment | {"IG_KEEP": "False"}, folder / "crawl.json"),
            "… IG_FIELDS=all": measure(crawl, environment | {"IG_FIELDS": "all"}, folder / "crawl.json"),
            "… IG_SYNC_SECONDS=1": measure(crawl, grouped, folder / "crawl.json"),
        }
        print(_kept(folder / "store.db"))
        lines = (folder / "crawl.jsonl").read_bytes().count(b"\n")
        assert lines == users + 2, f"{lines} lines"
        return figures


def _kept(store: Path) -> str:
    """What the records take in the store, by the crawls that kept them."""
    sql = "SELECT sum(length(lines)) * 1.0 / sum(count) FROM records GROUP BY crawl ORDER BY crawl"
    with closing(sqlite3.connect(store)) as connection:
        standard, whole, _ = [size for [size] in connection.execute(sql)]
    return f"kept: {standard:.0f} bytes a record, {whole:.0f} with IG_FIELDS=all"


def _extensions() -> str:
    names = ("igcrawl.output.exporters.RecordFeedExporter", "tests.bench.meter.Meter")
    return (
        '"scrapy.extensions.feedexport.FeedExporter": null, "scrapy.extensions.logstats.LogStats": null, '
        + ", ".join(f'"{name}": 0' for name in names)
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--pages", type=int, nargs="*", default=[50, 200])
    parser.add_argument("--gzip", action="store_true")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores; {options.users:,} followers; {'gzip' if options.gzip else 'identity'}")
    print(f"{'page':>5} {'':<20} {'followers / CPU s':>18} {'µs a follower':>14} {'times bare':>11} {'peak MB':>8}")
    for page_size in options.pages:
        figures = run(options.users, page_size, options.gzip)
        for name, figure in figures.items():
            each = figure["cpu"] / options.users * 1e6
            ratio = figure["cpu"] / figures["bare loop"]["cpu"]
            rate = options.users / figure["cpu"]
            print(f"{page_size:>5} {name:<20} {rate:>18,.0f} {each:>14.1f} {ratio:>11.1f} {figure['peak_mb']:>8.0f}")


if __name__ == "__main__":
    main()
