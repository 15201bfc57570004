"""IG_SIMULATOR: crawl the simulator inside this process, with its own session and store."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path
from typing import Any

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from igcrawl.config.config import DEFAULTS, read_config
from igcrawl.operations.catalogue import OPERATIONS


class EmbeddedSimulator:
    """Scrapy add-on: starts the simulator when IG_SIMULATOR is set, points the crawl at it, stops it at the end."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> EmbeddedSimulator:
        """Build it for a crawler."""
        return cls(crawler)

    def update_settings(self, settings: BaseSettings) -> None:
        """Start the simulator and put its addresses and session in the place of the operator's."""
        if not read_config(settings, OPERATIONS).simulator:
            return
        from igcrawl.simulator import Simulator  # noqa: PLC0415 - its web server takes a real crawl 0.3 s to import

        simulator = Simulator()
        simulator.start()
        folder = Path(tempfile.mkdtemp(prefix="igcrawl-"))
        session_file = folder / "session.json"
        simulator.write_session(session_file)
        values: dict[str, Any] = {"IG_STORE": f"sqlite:///{folder / 'store.db'}"}
        if settings.get("IG_STORE") != DEFAULTS["IG_STORE"]:
            values.clear()
        values |= {
            "IG_MOBILE_URL": simulator.mobile_url,
            "IG_WEB_URL": simulator.web_url,
            "IG_SESSION": str(session_file),
        }
        settings.update(values, priority="cmdline")

        def stop() -> None:
            simulator.stop()
            shutil.rmtree(folder, ignore_errors=True)

        self._stop = stop
        atexit.register(stop)
        self._crawler.signals.connect(stop, signals.engine_stopped)
