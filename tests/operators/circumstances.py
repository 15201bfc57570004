"""Circumstances in which a crawl runs: its process, its environment, its operator's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

#: Takes from root, as whom tests may run, the right to read and write every file whatever its mode.
OBEY_MODES: Final = """
import ctypes
head, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
ctypes.CDLL(None).capget(head, data)
for kind in (0, 1):
    data[kind] &= ~0b110
ctypes.CDLL(None).capset(head, data)
"""
_FINE: Final = frozenset({0})
_FINE_OR_REFUSED: Final = frozenset({0, 2})
_ANY_END: Final = frozenset({0, 1, 2})


@dataclass(frozen=True)
class Circumstance:
    """In what a run differs from others.

    Args:
        name: of it.
        program: Python that the process runs before the crawl.
        environment: beside the place's.
        settings: lines of the operator's ``settings.py``.
        words: of the command line.
        codes: with which the run may end when nobody ends it.
        silent: whether nobody reads what it says.
    """

    name: str
    program: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    settings: str = ""
    words: tuple[str, ...] = ()
    codes: frozenset[int] = _FINE
    silent: bool = False


PLAIN: Final = Circumstance("as always")


def _limit(name: str, most: int) -> str:
    return f"import resource; resource.setrlimit(resource.RLIMIT_{name}, ({most}, {most}))"


def _clock(seconds: float) -> str:
    return f"import time; real = time.time; time.time = lambda: real() + {seconds}"


def _closed(number: int) -> str:
    return f"import os; os.close({number})"


def _full(number: int) -> str:
    return f"import os; os.dup2(os.open('/dev/full', os.O_WRONLY), {number})"


OF_PROCESS: Final = (
    Circumstance("64 descriptors", _limit("NOFILE", 64)),
    Circumstance("1 GB of memory", _limit("AS", 1 << 30)),
    Circumstance("files of 100 KB", _limit("FSIZE", 100_000), codes=_ANY_END),
    Circumstance("files of 10 KB", _limit("FSIZE", 10_000), codes=_ANY_END),
    Circumstance("standard input closed", _closed(0)),
    Circumstance("standard output closed", _closed(1)),
    Circumstance("standard error closed", _closed(2), silent=True),
    Circumstance("all three closed", "\n".join(map(_closed, (0, 1, 2))), silent=True),
    Circumstance("standard output full", _full(1)),
    Circumstance("standard error full", _full(2), silent=True),
    Circumstance("umask 077", "import os; os.umask(0o077)"),
    Circumstance("umask 0", "import os; os.umask(0)"),
    Circumstance("another time zone", environment={"TZ": "Pacific/Kiritimati"}),
    Circumstance("a time zone that is none", environment={"TZ": "nonsense"}),
    Circumstance(
        "an ASCII locale",
        "import locale, sys; locale.setlocale(locale.LC_ALL, 'C')\n"
        "for stream in (sys.stdout, sys.stderr): stream.reconfigure(encoding='ascii', errors='strict')",
        {"LANG": "C", "LC_ALL": "C"},
    ),
    Circumstance("no home", environment={"HOME": "/nonexistent"}),
    Circumstance(
        "no folder for states", environment={"XDG_STATE_HOME": "", "HOME": "/proc/home"}, codes=frozenset({2})
    ),
    Circumstance("no folder for temporary files", environment={"TMPDIR": "/nonexistent"}),
    Circumstance("a clock two hours back", _clock(-7200.0)),
    Circumstance("a clock two days back", _clock(-172_800.0)),
    Circumstance("a clock two hours ahead", _clock(7200.0)),
    Circumstance("a clock ten years ahead", _clock(315e6)),
    Circumstance(
        "a clock at 1970", "import time; start = time.time(); real = time.time; time.time = lambda: real() - start"
    ),
    Circumstance("SIGPIPE ends it", "import signal; signal.signal(signal.SIGPIPE, signal.SIG_DFL)"),
    Circumstance("SIGHUP ignored", "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)"),
)


def _settings(line: str, codes: frozenset[int] = _FINE_OR_REFUSED, **more: Any) -> Circumstance:
    return Circumstance(f"settings.py: {line}", settings=line, codes=codes, **more)


OF_SETTINGS: Final = tuple(
    map(
        _settings,
        (
            "ITEM_PIPELINES = {}",
            "ITEM_PIPELINES = None",
            "ITEM_PIPELINES = {'pipelines.keep.KeepPipeline': None}",
            "class Passing:\n    def process_item(self, item): return item\nITEM_PIPELINES = {Passing: 300}",

            "DOWNLOADER_MIDDLEWARES = {}",
            "DOWNLOADER_MIDDLEWARES = {'igcrawl.middlewares.throttle.ThrottleMiddleware': None}",
            "DOWNLOADER_MIDDLEWARES = {'scrapy.downloadermiddlewares.retry.RetryMiddleware': 550}",
            "DOWNLOADER_MIDDLEWARES_BASE = {}",
            "SPIDER_MIDDLEWARES_BASE = {}",
            "SPIDER_MIDDLEWARES = {'scrapy.spidermiddlewares.depth.DepthMiddleware': None}",
            "CONCURRENT_REQUESTS = 16",
            "CONCURRENT_ITEMS = 100",
            "CONCURRENT_REQUESTS = 0",
            "RETRY_ENABLED = False",
            "RETRY_TIMES = 0",
            "HTTPCACHE_ENABLED = True",
            "AUTOTHROTTLE_ENABLED = True\nAUTOTHROTTLE_START_DELAY = 0.01",
            "DOWNLOAD_DELAY = 0.01",
            "COOKIES_ENABLED = True",
            "COOKIES_DEBUG = True",
            "REDIRECT_ENABLED = True",
            "ROBOTSTXT_OBEY = True",
            "LOG_FILE = 'crawl.log'",
            "LOG_FILE = 'out.jsonl'",
            "LOG_FILE = 'session.json'",
            "LOG_FILE = 'no/such/folder/crawl.log'",
            "LOG_ENABLED = False",
            "LOG_LEVEL = 'CRITICAL'",
            "LOG_LEVEL = 'DEBUG'",
            "LOG_STDOUT = True",
            "LOG_SHORT_NAMES = True",
            "LOG_FORMAT = '%(message)s'",
            "LOG_FORMATTER = 'scrapy.logformatter.LogFormatter'\nLOG_LEVEL = 'DEBUG'",
            "FEED_EXPORT_FIELDS = ['type', 'walk', 'pk', 'position']",
            "FEED_EXPORT_ENCODING = 'latin-1'",
            "FEED_EXPORT_ENCODING = None",
            "FEED_EXPORT_INDENT = 2",
            "FEED_EXPORT_BATCH_ITEM_COUNT = 10",
            "FEED_STORE_EMPTY = True",
            "FEED_TEMPDIR = '/nonexistent'",
            "FEED_EXPORTERS = {'jsonl': 'scrapy.exporters.JsonLinesItemExporter'}",
            "FEED_STORAGES_BASE = {}",
            "FEEDS = {'more.jsonl': {'format': 'jsonl'}}",
            "FEEDS = {'out.jsonl': {'format': 'jsonl', 'overwrite': False}}",
            "JOBDIR = 'job'",
            "JOBDIR = 'session.json'",
            "TELNETCONSOLE_ENABLED = True",
            "EXTENSIONS = {'igcrawl.output.feeds.RecordFeedExporter': None}",
            "EXTENSIONS = {'igcrawl.crawl.log_count.LogCount': None}",
            "EXTENSIONS = {'igcrawl.console.extension.LiveView': None}",
            "EXTENSIONS = {'scrapy.extensions.corestats.CoreStats': None}",
            "EXTENSIONS_BASE = {}",
            "EXTENSIONS = {'scrapy.extensions.feedexport.FeedExporter': 0}",
            "ADDONS = {}",
            "ADDONS = {'igcrawl.addon.IgcrawlAddon': None}",
            "DUPEFILTER_CLASS = 'scrapy.dupefilters.BaseDupeFilter'",
            "REQUEST_FINGERPRINTER_CLASS = 'scrapy.utils.request.RequestFingerprinter'",
            "STATS_CLASS = 'scrapy.statscollectors.DummyStatsCollector'",
            "STATS_DUMP = True",
            "MEMDEBUG_ENABLED = True",
            "DEPTH_LIMIT = 1",
            "DEPTH_STATS_VERBOSE = True",
            "DOWNLOAD_WARNSIZE = 1",
            "DOWNLOAD_TIMEOUT = 1",
            "URLLENGTH_LIMIT = 10",
            "USER_AGENT = 'mine'",
            "DEFAULT_REQUEST_HEADERS = {'Accept': 'text/html'}",
            "BOT_NAME = 'mine'",
            "SPIDER_MODULES = []",
            "NEWSPIDER_MODULE = 'mine'",
            "DNSCACHE_ENABLED = False",
            "REACTOR_THREADPOOL_MAXSIZE = 1",
            "SCHEDULER_PRIORITY_QUEUE = 'scrapy.pqueues.ScrapyPriorityQueue'",
            "ASYNCIO_EVENT_LOOP = None",
            "CLOSESPIDER_TIMEOUT_NO_ITEM = 1",
            "TWISTED_REACTOR = 'twisted.internet.selectreactor.SelectReactor'",
            "TEMPLATES_DIR = '/nonexistent'",
            "import gettext; gettext.install('mine')",
        ),
    )
)  # fmt: skip
#: Limits of Scrapy's own, at which a run ends before its time.
OF_LIMITS: Final = tuple(
    _settings(line, _ANY_END)
    for line in (
        "CLOSESPIDER_ITEMCOUNT = 20",
        "CLOSESPIDER_PAGECOUNT = 3",
        "CLOSESPIDER_TIMEOUT = 0.1",
        "CLOSESPIDER_ERRORCOUNT = 1",
        "MEMUSAGE_ENABLED = True\nMEMUSAGE_LIMIT_MB = 1",
    )
)
#: A budget that is soon used, and other fields.
OF_WORDS: Final = (
    Circumstance("a budget of 4", words=("-s", "IG_BUDGET_HOUR=4"), codes=_ANY_END),
    *(Circumstance(f"fields: {name}", words=("-s", f"IG_FIELDS={name}")) for name in ("minimal", "all", "standard")),
)
CIRCUMSTANCES: Final = (*OF_PROCESS, *OF_SETTINGS, *OF_LIMITS, *OF_WORDS)
