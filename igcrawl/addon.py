"""The add-on: makes a Scrapy project crawl with igcrawl, beside what the project has of its own.

In a project's settings: ``ADDONS = {"igcrawl.addon.IgcrawlAddon": 500}``.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings
from scrapy.utils.misc import load_object

from igcrawl.base_spiders.operation_spider import OperationSpider
from igcrawl.calling.run_context import RunContext
from igcrawl.config.config import DEFAULTS, take_environment
from igcrawl.config.packages import top_package
from igcrawl.config.setting_values import read_truth
from igcrawl.output.cli_outputs import complete_feeds
from igcrawl.running.own_settings import add_spiders
from igcrawl.store import is_postgres_url

#: Parts without which a promise does not hold: they take these places whatever the project says. {} stands for the
#: package of our pipelines.
_PARTS: Final[Mapping[str, Mapping[str, int | None]]] = {
    "DOWNLOADER_MIDDLEWARES": {
        # It asks again in the place of Scrapy's: it knows which answers are passing faults, and pauses longer.
        "igcrawl.middlewares.answers.AnswerMiddleware": 550,
        "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
        "igcrawl.middlewares.throttle.ThrottleMiddleware": 950,
        # The innermost: the session meets the request behind every queue and middleware.
        "igcrawl.middlewares.session.SessionMiddleware": 1000,
        # The session brings its own headers, cookies and encoding.
        "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": None,
        "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": None,
        "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
        "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
        # A call's host is not the spider's to allow.
        "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    },
    "ITEM_PIPELINES": {
        # Behind the project's own, so that it is their records that are kept.
        "{}.keep.KeepPipeline": 800,
    },
    "EXTENSIONS": {
        # The exit code counts the errors of its own crawl.
        "scrapy.extensions.logcount.LogCount": None,
        "igcrawl.crawl.log_count.LogCount": 0,
        # Its limits are of records and calls.
        "scrapy.extensions.closespider.CloseSpider": None,
        "igcrawl.crawl.closing.CloseSpider": 0,
        # Feeds of records, not of pages.
        "scrapy.extensions.feedexport.FeedExporter": None,
        "igcrawl.output.feeds.RecordFeedExporter": 0,
    },
}
#: Writes the records to a Postgres store; half of what it imports is of no use for another.
_POSTGRES_PIPELINE: Final = ("{}.postgres.PostgresPipeline", 810)
#: Parts that `igcrawl.config.promises` keeps turned off, and that take a fifth of a start to import. Scrapy imports
#: whatever a setting names, None beside it or not, so they leave the settings of Scrapy's own parts.
_IDLE: Final[Mapping[str, str]] = {
    "DOWNLOADER_MIDDLEWARES_BASE": "scrapy.downloadermiddlewares.cookies.CookiesMiddleware",
    "EXTENSIONS_BASE": "scrapy.extensions.remote_control.RemoteControl",
}
#: Parts that the project may turn off.
_OPTIONAL: Final[Mapping[str, Mapping[str, int | None]]] = {
    "EXTENSIONS": {
        # Ours counts records, see `igcrawl/…` in the stats.
        "scrapy.extensions.logstats.LogStats": None,
        "igcrawl.console.extension.LiveView": 0,
    },
}
#: Sends the requests, unless the project or the operator names another download handler.
_DOWNLOAD_HANDLER: Final = "igcrawl.calling.download_handler.DownloadHandler"
_SCRAPYS_HANDLER: Final = "scrapy.core.downloader.handlers.http11."
#: What suits our spiders where the project does not say otherwise, and why.
_SUITABLE: Final[Mapping[str, Any]] = {
    # One request at a time: a session has one budget, and the same answers must give the same bytes.
    "CONCURRENT_REQUESTS": 1,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "CONCURRENT_ITEMS": 1,
    # An answer is some 200 KB, the largest 2 MB; 8 MB is a mistake or an attack, and still fits into memory ten times.
    "DOWNLOAD_MAXSIZE": 8 * 1024 * 1024,
    # A page of followers takes seconds; after fifty nothing more comes.
    "DOWNLOAD_TIMEOUT": 50,
    # Five tries in all.
    "RETRY_TIMES": 4,
    "RETRY_GIVE_UP_LOG_LEVEL": "DEBUG",
    # It reads a callback's source once a callback; ours return nothing.
    "WARN_ON_GENERATOR_RETURN_VALUE": False,
    "FEED_EXPORT_ENCODING": "utf-8",
    # A run that has nothing to do leaves an older file alone.
    "FEED_STORE_EMPTY": False,
    # An item is a page of people, which no log may hold.
    "LOG_FORMATTER": "igcrawl.crawl.logs.WalkLogFormatter",
    "STATS_DUMP": False,
}


class IgcrawlAddon:
    """Scrapy add-on: installs igcrawl's parts for igcrawl's spiders, and leaves all others alone."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> IgcrawlAddon:
        """Return one for a crawler."""
        return cls(crawler)

    @classmethod
    def update_pre_crawler_settings(cls, settings: BaseSettings) -> None:
        """Add our spiders to those of the project, and take over what the environment says."""
        add_spiders(settings)
        take_environment(settings)

    def update_settings(self, settings: BaseSettings) -> None:
        """Install our parts, and the embedded simulator where IG_SIMULATOR is set."""
        spider = self._crawler.spidercls
        if issubclass(spider, OperationSpider):
            install(settings)
            complete_feeds(settings)
        if getattr(spider, "embeds_simulator", False) and read_truth(settings, "IG_SIMULATOR"):
            self._embed_simulator(settings)

    def _embed_simulator(self, settings: BaseSettings) -> None:
        """Start the simulator and put its addresses and session in the place of the operator's."""
        from igcrawl.simulator import Simulator  # noqa: PLC0415 - its web server takes a real crawl 0.3 s to import

        simulator = Simulator()
        simulator.start()
        folder = Path(tempfile.mkdtemp(prefix="igcrawl-"))
        session_file = folder / "session.json"
        simulator.write_session(session_file)
        values: dict[str, Any] = {
            "IG_MOBILE_URL": simulator.mobile_url,
            "IG_WEB_URL": simulator.web_url,
            "IG_SESSION": str(session_file),
            # It has an account of its own, which no other run may park.
            "IG_STATE": str(folder / "state"),
        }
        if settings.get("IG_STORE", DEFAULTS["IG_STORE"]) == DEFAULTS["IG_STORE"]:
            values["IG_STORE"] = f"sqlite:///{folder / 'store.db'}"
            RunContext.of(self._crawler).store_goes = True
        settings.update(values, priority="cmdline")

        def stop() -> None:
            atexit.unregister(stop)
            simulator.stop()
            shutil.rmtree(folder, ignore_errors=True)

        self._stop = stop
        atexit.register(stop)
        self._crawler.signals.connect(stop, signals.engine_stopped)


def install(settings: BaseSettings) -> None:
    """Merge our parts into those of the project, whatever the priority of its settings."""
    pipelines = top_package("pipelines")
    for name, parts in _PARTS.items():
        for path, place in parts.items():
            settings.set_in_component_priority_dict(name, load_object(path.format(pipelines)), place)
    for name, parts in _OPTIONAL.items():
        for path, place in parts.items():
            settings.setdefault_in_component_priority_dict(name, load_object(path), place)
    if is_postgres_url(str(settings.get("IG_STORE"))):
        path, place = _POSTGRES_PIPELINE
        settings.set_in_component_priority_dict("ITEM_PIPELINES", load_object(path.format(pipelines)), place)
    for name, idle in _IDLE.items():
        settings.set(name, {path: place for path, place in settings[name].items() if path != idle}, priority="addon")
    _install_handler(settings)
    for name, value in _SUITABLE.items():
        settings.set(name, value, priority="addon")


def _install_handler(settings: BaseSettings) -> None:
    handlers = settings["DOWNLOAD_HANDLERS"]
    for scheme in ("http", "https"):
        if scheme not in handlers:
            # Not less: without a reactor Scrapy sets its own for those at this priority.
            handlers.set(scheme, _DOWNLOAD_HANDLER, priority="project")
    if _DOWNLOAD_HANDLER == handlers["http"] == handlers["https"]:
        # The errors of Scrapy's own handler cannot happen, and to name them takes a third of a start.
        others = [each for each in settings.getlist("RETRY_EXCEPTIONS") if not str(each).startswith(_SCRAPYS_HANDLER)]
        settings.set("RETRY_EXCEPTIONS", others, priority="addon")
