"""The IG_ settings, each with its default, and with what docs/settings.md says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of igcrawl.

    Args:
        default: what it is unless it is given.
        meaning: what it is and why the default is so, in Markdown as seen from `docs/`.
    """

    default: Any
    meaning: str


SESSION_AND_HOSTS: Final[Mapping[str, Setting]] = {
    "IG_SESSION": Setting(
        "",
        "The session: its name in `sessions/`, a file, or the session itself. Every crawl but the simulator's"
        " needs one. See [sessions](sessions.md)",
    ),
    "IG_MOBILE_URL": Setting(
        "https://i.instagram.com",
        "Where the app's calls go: Instagram's own host, or loopback for a simulator or proxy of yours. "
        "Anything else is refused, because the session goes there",
    ),
    "IG_WEB_URL": Setting("https://www.instagram.com", "The same for the calls of the web page"),
    "IG_SIMULATOR": Setting(
        False,
        "`True` crawls the built-in simulator with a session, a store and session states of its own, without "
        "a budget. Off, because it answers with made-up people",
    ),
    "IG_DOC_IDS": Setting(
        "",
        "Your own doc_ids file. Empty means `doc_ids.toml` beside `scrapy.cfg`, if there is one. See "
        "[doc_ids](doc_ids.md)",
    ),
    "IG_OPERATIONS": Setting(
        [],
        "Modules with operations of your own, with commas between them. Empty, because the catalogue has what"
        " igcrawl knows. See [Add an operation](add_operation.md)",
    ),
}
STORE_AND_OUTPUTS: Final[Mapping[str, Setting]] = {
    "IG_STORE": Setting(
        "sqlite:///.igcrawl/store.db",
        "Where walks, cursors and records are kept. SQLite needs no server; `postgresql://…` serves several "
        "machines and takes the records, too",
    ),
    "IG_STATE": Setting(
        "",
        "What sessions have sent and may do: a folder, or `postgresql://…`. Empty means `igcrawl` in your "
        "state folder (`$XDG_STATE_HOME`, else `~/.local/state`), and with a Postgres `IG_STORE` that "
        "database, too: a session has one budget, wherever a crawl runs. See [budget](budget.md)",
    ),
    "IG_JSONL": Setting("", "A JSON lines file, as `-o x.jsonl` names one. Empty, because the store keeps the records"),
    "IG_KEEP": Setting(
        True,
        "Keep the records in the store, so that every output can be written, mended and written again from "
        "there. `False` keeps none: an output is their only copy, see [running](running.md)",
    ),
    "IG_JSONL_REPLACE": Setting(
        False, "`True` lets a new crawl replace the file, as `-O` does. Off, because it deletes what was there"
    ),
    "IG_SYNC_SECONDS": Setting(
        0.25,
        "Commit pages together that arrive within this many seconds (up to 3600) of the last commit, so that "
        "a crash costs what came in that time, or the last page. 0 commits each page by itself",
    ),
    "IG_FIELDS": Setting(
        "standard",
        'What records keep: `minimal`, `standard`, `all`, or fields by type, such as `{"follow": '
        '["username"]}`. `standard` leaves out the picture URLs of listed accounts, since they expire within '
        "days and are most of the bytes. See [fields](fields.md)",
    ),
    "IG_RAW": Setting(
        "",
        "An archive named `*.jsonl.zst` that keeps the body of each answer, for `scrapy replay`. Off, because"
        " it grows with every answer. It holds all that the server said, so it is refused with "
        "`IG_FIELDS=minimal` and with a list of fields",
    ),
    "IG_ITEM_PER_RECORD": Setting(
        False,
        "`True` sends single records through the pipelines instead of pages. Off, because a page costs far less time",
    ),
    "IG_LIVE": Setting(
        "auto",
        "The display of a running crawl. `auto`: where the log goes to a terminal; `True`: beside a log file,"
        " too; `False`: never",
    ),
    "IG_ENDLESS_PAGES": Setting(
        2000,
        "A list of unknown length (`verify=0`, searches, feeds) ends `suspect` after this many pages, "
        "including those before a restart. With a larger number the same command continues. 2000 pages hold "
        "50,000 to 400,000 followers; without a bound, a server that invents accounts would be asked forever",
    ),
}
BUDGET: Final[Mapping[str, Setting]] = {
    "IG_BUDGET": Setting(True, "`False` sends without a budget. Cooldowns and parking still hold"),
    "IG_BUDGET_HOUR": Setting(120, "Requests in any hour. A session tends to survive about this many"),
    "IG_BUDGET_DAY": Setting(500, "Requests in any 24 hours"),
    "IG_BUDGETS": Setting(
        {},
        'Hour and day of single families within the whole, such as `{"profiles": [60, 200]}`. Empty, because '
        "the whole is what a server counts first",
    ),
    "IG_PACE": Setting(
        "even",
        "`even` spreads requests over the hour, so that no long wait follows a burst; `burst` sends them as they come",
    ),
    "IG_WAIT_MAX": Setting(
        "",
        "Seconds. A run that would have to wait longer ends, and the same command continues. Empty waits as "
        "long as it takes",
    ),
    "IG_COOLDOWN": Setting(
        60,
        "Seconds of the first pause of a throttled session when the server names no time. Each further pause "
        "is twice as long, up to an hour",
    ),
}
#: ``IG_DOC_ID_<operation>``, a setting for each operation that asks a registered query.
DOC_ID_OF_OPERATION: Final = Setting(
    "", "The doc_id of one operation, as in `IG_DOC_ID_followers`. It goes before all known ids, for this run only"
)
#: The groups by the headings under which they stand.
GROUPS: Final[Mapping[str, Mapping[str, Setting]]] = {
    "Session and hosts": SESSION_AND_HOSTS,
    "Store and outputs": STORE_AND_OUTPUTS,
    "Budget": BUDGET,
}
