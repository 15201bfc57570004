"""`make bench-transport`: one followers crawl over each download handler, side by side in one run.

A figure is user + system CPU of the crawl's process from its first request to its end, for each page: the least of
several rounds, in which the handlers take turns, since others use the machine, too.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import orjson

from tests.bench.meter import from_inside
from tests.bench.servers import simulator_process
from tests.conftest import scrapy_environment

_SCRAPYS = "scrapy.core.downloader.handlers."
#: What is measured: the handler, and whether there is a Twisted reactor.
HANDLERS = {
    "Scrapy's http11": (f"{_SCRAPYS}http11.HTTP11DownloadHandler", True),
    "Scrapy's httpx": (f"{_SCRAPYS}_httpx.HttpxDownloadHandler", True),
    "Scrapy's aiohttp": (f"{_SCRAPYS}_aiohttp.AiohttpDownloadHandler", True),
    "ours": ("igcrawl.calling.download_handler.DownloadHandler", True),
    "Scrapy's aiohttp, no reactor": (f"{_SCRAPYS}_aiohttp.AiohttpDownloadHandler", False),
    "ours, no reactor": ("igcrawl.calling.download_handler.DownloadHandler", False),
}


def crawl(handler: str, reactor: bool, server: dict[str, str], users: int) -> dict[str, float]:
    """What one crawl took."""
    folder = Path(tempfile.mkdtemp(dir=server["folder"]))
    environment = scrapy_environment(
        IG_MOBILE_URL=server["url"],
        IG_WEB_URL=server["web"],
        IG_SESSION=server["session"],
        IG_STORE=f"sqlite:///{folder / 'store.db'}",
    )
    command = [sys.executable, "-m", "scrapy", "crawl", "followers", "-a", "user_id=25025320"]
    command += ["-s", f"DOWNLOAD_HANDLERS={orjson.dumps(dict.fromkeys(('http', 'https'), handler)).decode()}"]
    command += ["-s", f"TWISTED_REACTOR_ENABLED={reactor}", "-s", 'EXTENSIONS={"tests.bench.meter.Meter": 0}']
    figures = from_inside([*command, "-O", str(folder / "crawl.jsonl")], environment, folder / "crawl.json")
    lines = (folder / "crawl.jsonl").read_bytes().count(b"\n")
    assert lines == users + 2, f"{lines} lines"
    return figures


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, default=20_000)
    parser.add_argument("--page", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--gzip", action="store_true")
    options = parser.parse_args()
    pages = options.users / options.page
    taken: dict[str, list[dict[str, float]]] = {name: [] for name in HANDLERS}
    with simulator_process(options.users, options.page, options.gzip) as server:
        for _ in range(options.rounds):
            for name, (handler, reactor) in HANDLERS.items():
                taken[name].append(crawl(handler, reactor, server, options.users))
    least = {name: min(figures["cpu"] for figures in rounds) / pages * 1e6 for name, rounds in taken.items()}
    first = next(iter(least.values()))
    print(f"{os.cpu_count()} cores; {options.users:,} followers, {options.page} a page; {options.rounds} rounds")
    print(f"{'':<30} {'µs of CPU a page':>17} {'less than http11':>17} {'peak MB':>8}")
    for name, each in least.items():
        peak = max(figures["peak_mb"] for figures in taken[name])
        print(f"{name:<30} {each:>17,.0f} {first - each:>17,.0f} {peak:>8.0f}")


if __name__ == "__main__":
    main()
