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

# The session: a name of `scrapy session list`, or a file. Crawls of the simulator need none.
IG_SESSION = ""
# True crawls the built-in simulator, with its own session and store: to try things without Instagram.
IG_SIMULATOR = False
# Where the app's and the website's API are reached: other than these only loopback gets a session.
IG_MOBILE_URL = "https://i.instagram.com"
IG_WEB_URL = "https://www.instagram.com"
# Where walks, cursors and counts are kept. With postgresql://… the records go there, too.
IG_STORE = "sqlite:///.igcrawl/store.db"
# Where session states are kept, a folder or postgresql://…; empty for the user's state folder, and a Postgres store's.
IG_STATE = ""
# False keeps no records in the store: an output is their only copy then.
IG_KEEP = True
# A JSON lines file, as `-o x.jsonl` gives it; and whether a new crawl replaces it, as `-O` does.
IG_JSONL = ""
IG_JSONL_REPLACE = False
# Pages that come within so many seconds are committed together: less work for the disk, more to ask again.
IG_SYNC_SECONDS = 0.0
# What records keep: minimal, standard (no pictures of listed accounts: their URLs expire), all, or fields by type.
IG_FIELDS: str | dict[str, list[str]] = "standard"
# A file *.jsonl.zst that keeps each answer, to be read again later.
IG_RAW = ""
# True hands records to pipelines one by one, for those that know no pages. It costs speed.
IG_ITEM_PER_RECORD = False
# The operator's own doc_ids; empty for doc_ids.toml. One id for one run: IG_DOC_ID_<operation>.
IG_DOC_IDS = ""
# Modules with operations of one's own, in the form of `igcrawl/operations/catalogue/`.
IG_OPERATIONS: list[str] = []
# auto shows a run where the log goes to a terminal; True and False say so.
IG_LIVE = "auto"
# After so many pages a list of which nothing says how long it is ends `suspect`; a larger number goes on.
IG_ENDLESS_PAGES = 2000
# False sends without a budget. Loopback has one only when one of these settings says otherwise than here.
IG_BUDGET = True
# A session survives perhaps so many requests.
IG_BUDGET_HOUR = 120
IG_BUDGET_DAY = 500
# Shares of families of operations, {"profiles": [60, 200]}: an hour's and a day's.
IG_BUDGETS: dict[str, list[int]] = {}
# even spreads requests over the hour, burst sends them as they come.
IG_PACE = "even"
# Seconds: a run that would have to wait longer ends; empty waits as long as it takes.
IG_WAIT_MAX = ""
# Seconds that a throttled session rests first, where the server names no time.
IG_COOLDOWN = 60

globals().update(from_environment())
