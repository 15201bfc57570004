"""Measures a crawl from inside: CPU from the spider's start to its end, and peak memory."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import orjson
from scrapy import signals
from scrapy.crawler import Crawler


class Meter:
    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Meter:
        meter = cls()
        crawler.signals.connect(meter.start, signals.spider_opened)
        crawler.signals.connect(meter.stop, signals.engine_stopped)
        return meter

    def start(self) -> None:
        self._started = time.process_time()

    def stop(self) -> None:
        write_figures(self._started)


def write_figures(started: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {"cpu": time.process_time() - started, "peak_mb": peak}
    Path(os.environ["BENCH_FIGURES"]).write_bytes(orjson.dumps(figures))


def from_inside(command: list[str], environment: dict[str, str], figures: Path) -> dict[str, float]:
    """Run a crawl that has a meter, and return what it wrote."""
    done = subprocess.run(command, env=environment | {"BENCH_FIGURES": str(figures)}, capture_output=True, check=False)
    if done.returncode:
        sys.exit(done.stderr.decode())
    return orjson.loads(figures.read_bytes())  # type: ignore[no-any-return]
