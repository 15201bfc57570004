"""The IG_… settings: their values, checked before anything is sent."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from igcrawl.budget.rules import Rules
from igcrawl.config.budget_settings import DEFAULTS as RULES
from igcrawl.config.budget_settings import read_rules
from igcrawl.config.setting_values import read_seconds, read_truth, read_truth_or_auto
from igcrawl.doc_ids import OVERRIDE_PREFIX, Query, check_doc_id, own_path, read_own
from igcrawl.errors import BadInput
from igcrawl.operations.call import Host
from igcrawl.operations.catalogue import FAMILY_NAMES
from igcrawl.output.raw_archive import is_archive
from igcrawl.sessions.session import Session
from igcrawl.sessions.source import Given, read_given
from igcrawl.sessions.trusted_hosts import check_base_url, is_loopback
from igcrawl.store import check_url

#: Settings of igcrawl and their defaults. Each may come from the environment, too.
DEFAULTS: Final[Mapping[str, Any]] = {
    "IG_SESSION": "",
    "IG_SIMULATOR": False,
    "IG_MOBILE_URL": "https://i.instagram.com",
    "IG_WEB_URL": "https://www.instagram.com",
    "IG_ITEM_PER_RECORD": False,
    "IG_DOC_IDS": "",
    "IG_RAW": "",
    "IG_STORE": "sqlite:///.igcrawl/store.db",
    "IG_JSONL": "",
    "IG_JSONL_REPLACE": False,
    "IG_SYNC_SECONDS": 0.0,
    "IG_LIVE": "auto",
    **RULES,
}
#: Scrapy's settings on which a promise of igcrawl rests, what they must be, and why.
SAFE: Final[Mapping[str, tuple[bool, str]]] = {
    "DOWNLOAD_VERIFY_CERTIFICATES": (True, "a session is sent over verified TLS only"),
    "REDIRECT_ENABLED": (False, "a redirect says that the server wants a login or a human"),
    "METAREFRESH_ENABLED": (False, "a page in place of JSON says that the server wants a login or a human"),
    "RETRY_ENABLED": (True, "it opens the answers, too; RETRY_TIMES=0 asks each call once"),
    "HTTPCACHE_ENABLED": (False, "a cached error would stand for the server's; IG_RAW keeps answers"),
    "COOKIES_ENABLED": (False, "the session brings its own"),
    "TELNETCONSOLE_ENABLED": (False, "a console would show the session to whoever reaches its port"),
    "REMOTE_CONTROL_ENABLED": (False, "it would open a way into a process that holds a session"),
}
#: More than this is hardly worth asking again for after a crash.
_LONGEST_GROUP: Final = 3600


@dataclass(frozen=True, slots=True)
class Config:
    """The checked settings of one run.

    Args:
        given: where the session comes from.
        simulator: whether to crawl the embedded simulator.
        base_urls: where each host is reached, without a last slash.
        item_per_record: whether records pass the pipelines one by one instead of a page at a time.
        doc_ids: doc_ids for this run, by operation name.
        own_queries: what the operator's own doc_ids.toml says, by friendly name.
        raw: the archive of answers, None when none is kept.
        store: the store's address.
        jsonl: the exactly-once JSON lines file, absolute; None when there is none.
        jsonl_replace: whether a new crawl replaces what the file holds, instead of appending to it.
        sync_seconds: pages that come within so many seconds are committed together; 0 commits each.
        rules: about budgets and waiting.
        live: whether a run is shown on a terminal; None shows it where the log goes to one.
    """

    given: Given
    simulator: bool
    base_urls: Mapping[Host, str]
    item_per_record: bool
    doc_ids: Mapping[str, str]
    own_queries: Mapping[str, Query] = field(default_factory=dict)
    raw: Path | None = None
    store: str = ""
    jsonl: Path | None = None
    jsonl_replace: bool = False
    sync_seconds: float = 0.0
    rules: Rules = field(default_factory=Rules)
    live: bool | None = None

    def check_session(self) -> Session:
        """Return the session.

        Raises:
            BadInput: none was given, or its file cannot be used.
        """
        return self.given.load()

    @property
    def session_file(self) -> Path | None:
        """The session's file; None when its content was given, or none at all."""
        return self.given.file

    @property
    def session_name(self) -> str:
        """How the operator calls the session."""
        return self.given.name or self.check_session().ds_user_id

    @property
    def paced(self) -> bool:
        """Whether requests reach Instagram itself, which wants longer pauses than loopback."""
        return not all(is_loopback(url) for url in self.base_urls.values())


def read_config(settings: Mapping[str, Any], operations: Mapping[str, object]) -> Config:
    """Check the IG_… settings.

    Args:
        settings: Scrapy's.
        operations: the catalogue, for `IG_DOC_ID_<operation>`.

    Raises:
        BadInput: a setting is unknown or its value cannot be used.
    """
    for name, (safe, why) in SAFE.items():
        if read_truth(settings, name) is not safe:
            raise BadInput(f"{name} must stay {safe}: {why}")
    doc_ids = _doc_ids(settings, operations)
    own = str(settings.get("IG_DOC_IDS") or "")
    simulator = read_truth(settings, "IG_SIMULATOR")
    jsonl = str(settings.get("IG_JSONL") or "")
    store = str(settings.get("IG_STORE") or DEFAULTS["IG_STORE"])
    check_url(store)
    base_urls = {
        Host.MOBILE: check_base_url(str(settings.get("IG_MOBILE_URL")), "IG_MOBILE_URL"),
        Host.WEB: check_base_url(str(settings.get("IG_WEB_URL")), "IG_WEB_URL"),
    }
    return Config(
        given=read_given(str(settings.get("IG_SESSION") or "")),
        simulator=simulator,
        base_urls=base_urls,
        item_per_record=read_truth(settings, "IG_ITEM_PER_RECORD"),
        doc_ids=doc_ids,
        # The embedded simulator knows nothing of what the operator has captured from Instagram.
        own_queries=read_own(own_path(own), must_exist=bool(own)) if own or not simulator else {},
        raw=_archive(str(settings.get("IG_RAW") or "")),
        store=store,
        jsonl=Path(jsonl).expanduser().absolute() if jsonl else None,
        jsonl_replace=read_truth(settings, "IG_JSONL_REPLACE"),
        sync_seconds=read_seconds(settings, "IG_SYNC_SECONDS", _LONGEST_GROUP),
        rules=read_rules(settings, FAMILY_NAMES, local=all(is_loopback(url) for url in base_urls.values())),
        live=read_truth_or_auto(settings, "IG_LIVE"),
    )


def from_environment(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return the IG_… settings with the environment's values in place of the defaults."""
    given = {
        name: value
        for name, value in environment.items()
        if name in DEFAULTS or (name.startswith(OVERRIDE_PREFIX) and value)
    }
    return {**DEFAULTS, **given}


def _doc_ids(settings: Mapping[str, Any], operations: Mapping[str, object]) -> dict[str, str]:
    """Return the doc_ids that are given by name, and refuse a name that no setting has."""
    doc_ids: dict[str, str] = {}
    for name in settings:
        if not name.startswith("IG_"):
            continue
        operation = name.removeprefix(OVERRIDE_PREFIX)
        if operation != name:
            if operation not in operations:
                raise BadInput(f"{name}: no operation {operation!r}; {_nearest(operation, operations)}")
            if getattr(operations[operation], "query_name", None) is None:
                raise BadInput(f"{name}: {operation} asks no registered query, so it has no doc_id")
            doc_ids[operation] = check_doc_id(str(settings[name]), name)
        elif name not in DEFAULTS:
            raise BadInput(f"unknown setting {name}; {_nearest(name, DEFAULTS)}")
    return doc_ids


def _archive(value: str) -> Path | None:
    """Check the archive's name and that it can be written, before a request is spent."""
    if not value:
        return None
    path = Path(value).expanduser()
    if not is_archive(path):
        raise BadInput(f"IG_RAW: expected a file named *.jsonl.zst, got {value!r}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("ab").close()
    except OSError as error:
        raise BadInput(f"IG_RAW={value}: {error.strerror or error}") from None
    return path


def _nearest(name: str, known: Mapping[str, object]) -> str:
    return f"did you mean {', '.join(get_close_matches(name, known, n=3, cutoff=0.5) or sorted(known))}?"
