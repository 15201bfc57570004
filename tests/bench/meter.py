"""Measures a crawl from inside: CPU from the spider's start to its end, and peak memory."""

from __future__ import annotations

import os
import resource
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
