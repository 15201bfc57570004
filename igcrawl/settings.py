"""Scrapy settings of this checkout: each differs from Scrapy's default for the reason beside it.

What our spiders need of Scrapy's parts is installed by the add-on, and what their promises rest on is set by
themselves (`igcrawl.config.promises`), in this project as in any other.
"""

from igcrawl.config.config import from_environment
from igcrawl.config.packages import top_package

BOT_NAME = "igcrawl"
SPIDER_MODULES = [top_package("spiders")]
COMMANDS_MODULE = "igcrawl.commands"
ADDONS = {"igcrawl.addon.IgcrawlAddon": 500}

# Both would open a way into a process that holds a session.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
# One line a walk, not one a page.
LOG_LEVEL = "INFO"

# The session: a name from `scrapy session list`, or a file. Crawls of the simulator need none.
IG_SESSION = ""
# True crawls the built-in simulator, with its own session and store: to try things without Instagram.
IG_SIMULATOR = False
# Addresses of the app's and the website's API. Apart from these, a session is sent to loopback only.
IG_MOBILE_URL = "https://i.instagram.com"
IG_WEB_URL = "https://www.instagram.com"
# Where walks, cursors and counts are kept. With postgresql://…, the records go there, too.
IG_STORE = "sqlite:///.igcrawl/store.db"
# Where session states are kept, a folder or postgresql://…; empty: your state folder, and the store if it is Postgres.
IG_STATE = ""
# False keeps no records in the store; an output is then their only copy.
IG_KEEP = True
# A JSON lines file, as with `-o x.jsonl`; and whether a new crawl replaces it, as with `-O`.
IG_JSONL = ""
IG_JSONL_REPLACE = False
# Pages that arrive within this many seconds of the last commit are committed together: less work for the disk.
# Instagram's come seconds apart, so each is committed at once.
IG_SYNC_SECONDS = 0.25
# What records keep: minimal, standard (no pictures of listed accounts: their URLs expire), all, or fields by type.
IG_FIELDS: str | dict[str, list[str]] = "standard"
# A file *.jsonl.zst that keeps every answer, so that it can be read again later.
IG_RAW = ""
# True hands records to pipelines one by one, for pipelines that do not know pages. It is slower.
IG_ITEM_PER_RECORD = False
# A file with your own doc_ids; empty: doc_ids.toml. For a single run, IG_DOC_ID_<operation> sets one id.
IG_DOC_IDS = ""
# Modules with operations of your own, written like those in `igcrawl/operations/catalogue/`.
IG_OPERATIONS: list[str] = []
# auto shows a display if the log goes to a terminal; True always does, False never.
IG_LIVE = "auto"
# A list of unknown length ends `suspect` after this many pages; the same command with a larger number continues.
IG_ENDLESS_PAGES = 2000
# False sends without a budget. On loopback there is a budget only if one of these settings is changed.
IG_BUDGET = True
# A session survives about this many requests.
IG_BUDGET_HOUR = 120
IG_BUDGET_DAY = 500
# Limits per hour and day for families of operations: {"profiles": [60, 200]}.
IG_BUDGETS: dict[str, list[int]] = {}
# even spreads requests over the hour, burst sends them as they come.
IG_PACE = "even"
# A run that would have to wait longer than this many seconds ends; empty: it waits as long as it takes.
IG_WAIT_MAX = ""
# Seconds of a throttled session's first cooldown, if the server names no time.
IG_COOLDOWN = 60

globals().update(from_environment())
