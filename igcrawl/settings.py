"""Scrapy settings: each differs from Scrapy's default for the reason beside it. The IG_… are ours, see `config.py`."""

from igcrawl.config.config import from_environment

BOT_NAME = "igcrawl"
SPIDER_MODULES = ["spiders"]
COMMANDS_MODULE = "igcrawl.commands"
ADDONS = {"igcrawl.addon.EmbeddedSimulator": 0}

# IG_SESSION, IG_MOBILE_URL, …: the environment's values, or the defaults; `-s` wins over both.
globals().update(from_environment())

# One request at a time: a session has one budget, and the same answers must give the same bytes.
CONCURRENT_REQUESTS = 1
CONCURRENT_REQUESTS_PER_DOMAIN = 1
CONCURRENT_ITEMS = 1

DOWNLOAD_VERIFY_CERTIFICATES = True
# An answer is some 200 KB; 64 MB is a mistake or an attack.
DOWNLOAD_MAXSIZE = 64 * 1024 * 1024
# A page of followers takes seconds; after a minute nothing more comes.
DOWNLOAD_TIMEOUT = 60
ITEM_PIPELINES_BASE = {
    # Behind the pipelines of ITEM_PIPELINES, which is the operator's, so that it is their records that are kept.
    "pipelines.jsonl.JsonLinesPipeline": 800,
    "pipelines.postgres.PostgresPipeline": 810,
}
REQUEST_FINGERPRINTER_CLASS = "igcrawl.calling.scrapy_request.CallFingerprinter"

DOWNLOADER_MIDDLEWARES = {
    "igcrawl.middlewares.answers.AnswerMiddleware": 550,
    "igcrawl.middlewares.throttle.ThrottleMiddleware": 950,
    # The innermost: the session meets the request behind every queue and middleware.
    "igcrawl.middlewares.session.SessionMiddleware": 1000,
    # Its place is taken by AnswerMiddleware, which pauses longer each time and knows which answers are passing faults.
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    # The session brings its own headers, cookies and encoding; a redirect says that something is wrong.
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": None,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
}
COOKIES_ENABLED = False
REDIRECT_ENABLED = False
METAREFRESH_ENABLED = False
ROBOTSTXT_OBEY = False
# Five tries in all.
RETRY_TIMES = 4
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"

# It reads a callback's source once a callback; ours return nothing.
WARN_ON_GENERATOR_RETURN_VALUE = False

EXTENSIONS = {
    "scrapy.extensions.feedexport.FeedExporter": None,
    "igcrawl.output.exporters.RecordFeedExporter": 0,
    # Ours count records, see `igcrawl/…` in the stats.
    "scrapy.extensions.logstats.LogStats": None,
    "igcrawl.console.extension.LiveView": 0,
}
FEED_EXPORTERS = {
    "jsonlines": "igcrawl.output.exporters.JsonLinesExporter",
    "jsonl": "igcrawl.output.exporters.JsonLinesExporter",
    "jl": "igcrawl.output.exporters.JsonLinesExporter",
    "json": "igcrawl.output.exporters.JsonExporter",
    "csv": "igcrawl.output.exporters.CsvExporter",
    "xml": "igcrawl.output.exporters.XmlExporter",
    # They would write pages, which nobody else can read.
    "marshal": None,
    "pickle": None,
}
FEED_EXPORT_ENCODING = "utf-8"
# A run that has nothing to do leaves an older file alone.
FEED_STORE_EMPTY = False

# Both would open a way into a process that holds a session.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

LOG_LEVEL = "INFO"
LOG_FORMATTER = "igcrawl.crawl.logs.WalkLogFormatter"
STATS_DUMP = False
