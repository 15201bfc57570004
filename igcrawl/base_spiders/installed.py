"""Check, before the first request, that each part that a promise rests on is in its place."""

from __future__ import annotations

from scrapy.crawler import Crawler

from igcrawl.calling.run_context import RunContext
from igcrawl.calling.scrapy_request import CallFingerprinter
from igcrawl.config.config import Config
from igcrawl.config.promises import SWITCHES
from igcrawl.errors import BadInput
from igcrawl.middlewares.answers import AnswerMiddleware
from igcrawl.middlewares.session import SessionMiddleware
from igcrawl.middlewares.throttle import ThrottleMiddleware
from igcrawl.output.feeds import RecordFeedExporter
from igcrawl.store import is_postgres_url

#: In the order in which a request passes them; the last is the innermost of all.
_OURS = (AnswerMiddleware, ThrottleMiddleware, SessionMiddleware)
#: Each would answer, change or send a call in the place of ours. By name, since some take long to import.
_STRANGERS = frozenset(
    f"scrapy.downloadermiddlewares.{name}"
    for name in (
        "cookies.CookiesMiddleware",
        "defaultheaders.DefaultHeadersMiddleware",
        "httpauth.HttpAuthMiddleware",
        "httpcache.HttpCacheMiddleware",
        "httpcompression.HttpCompressionMiddleware",
        "offsite.OffsiteMiddleware",
        "redirect.BaseRedirectMiddleware",
        "retry.RetryMiddleware",
        "robotstxt.RobotsTxtMiddleware",
        "useragent.UserAgentMiddleware",
    )
)
_HOW = 'install them by ADDONS = {"igcrawl.addon.IgcrawlAddon": 500}'


def check_installed(crawler: Crawler, config: Config) -> None:
    """Check a crawl that is about to begin.

    Raises:
        BadInput: a part is missing, replaced or out of its order; the error names it.
    """
    for name, (value, why) in SWITCHES.items():
        if crawler.settings.getbool(name) is not value:
            raise BadInput(f"{name} must stay {value}: {why}")
    if not isinstance(crawler.request_fingerprinter, CallFingerprinter):
        raise BadInput("REQUEST_FINGERPRINTER_CLASS was replaced: a request is known by its call")
    _check_middlewares(crawler)
    _check_outputs(crawler, config)


def _check_middlewares(crawler: Crawler) -> None:
    assert crawler.engine is not None
    installed = crawler.engine.downloader.middleware.middlewares
    places = []
    for ours in _OURS:
        found = [place for place, part in enumerate(installed) if isinstance(part, ours)]
        if not found:
            raise BadInput(f"DOWNLOADER_MIDDLEWARES: {ours.__name__} is missing; {_HOW}")
        places.append(found[0])
    if places != sorted(places):
        raise BadInput(f"DOWNLOADER_MIDDLEWARES: ours must stand in this order: {', '.join(o.__name__ for o in _OURS)}")
    if places[-1] != len(installed) - 1:
        name = _path(type(installed[-1]))
        raise BadInput(f"DOWNLOADER_MIDDLEWARES: {name} comes after SessionMiddleware, where it would see the session")
    for part in installed:
        is_strange = not _STRANGERS.isdisjoint(map(_path, type(part).__mro__))
        if is_strange and not isinstance(part, AnswerMiddleware):
            raise BadInput(f"DOWNLOADER_MIDDLEWARES: {type(part).__name__} cannot be used with ours; set it to None")


def _path(part: type) -> str:
    return f"{part.__module__}.{part.__qualname__}"


def _check_outputs(crawler: Crawler, config: Config) -> None:
    sinks = RunContext.of(crawler).sinks
    if (config.keep or sinks.outputs) and sinks.collected is None:
        raise BadInput(f"ITEM_PIPELINES: KeepPipeline is missing, which keeps the records; {_HOW}")
    if is_postgres_url(config.store) and not sinks.tables:
        raise BadInput(f"ITEM_PIPELINES: PostgresPipeline is missing, which writes the records; {_HOW}")
    exporter = crawler.get_extension(RecordFeedExporter)
    if exporter is not None and exporter.problem is not None:
        raise BadInput(exporter.problem)
    if crawler.settings.getdict("FEEDS") and exporter is None:
        raise BadInput(f"EXTENSIONS: RecordFeedExporter is missing, which writes the feeds; {_HOW}")
