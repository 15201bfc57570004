"""The IG_… settings: their values, checked before anything is sent."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from scrapy.settings import BaseSettings

from igcrawl.budget.rules import Rules
from igcrawl.config.budget_settings import read_rules
from igcrawl.config.field_settings import read_fields
from igcrawl.config.promises import check_given
from igcrawl.config.setting_values import read_count, read_seconds, read_truth, read_truth_or_auto
from igcrawl.config.settings_table import GROUPS
from igcrawl.doc_ids import OVERRIDE_PREFIX, Query, check_doc_id, own_path, read_own
from igcrawl.errors import BadInput
from igcrawl.items.field_choice import FieldChoice
from igcrawl.operations.call import Host
from igcrawl.operations.catalogue import add_from_outside, family_names
from igcrawl.output.raw_archive import is_archive
from igcrawl.paths import expanded, given_on_command_line, project_folder, setting_path, store_in_project
from igcrawl.sessions.session import Session
from igcrawl.sessions.source import SessionSource, read_source
from igcrawl.sessions.trusted_hosts import check_base_url, is_loopback, server_name
from igcrawl.store import check_url, is_postgres_url
from igcrawl.wording import near_or_all, nearest

#: Settings of igcrawl and their defaults. Each may come from the environment, too.
DEFAULTS: Final[Mapping[str, Any]] = {
    name: setting.default for settings in GROUPS.values() for name, setting in settings.items()
}
_PREFIX: Final = "IG_"
#: Settings that are files or folders.
_PATHS: Final = ("IG_DOC_IDS", "IG_RAW", "IG_JSONL")
#: How like each other two names are, from 0 to 1, of which one is a slip of the other.
_NEARLY: Final = 0.85
#: More than this is hardly worth asking again for after a crash.
_LONGEST_GROUP: Final = 3600
#: More pages than any list has.
_MOST_PAGES: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Config:
    """The checked settings of one run.

    Args:
        session_source: the session's name, file or content.
        simulator: whether to crawl the embedded simulator.
        base_urls: where each host is reached, without a last slash.
        item_per_record: whether records pass the pipelines one by one instead of a page at a time.
        doc_ids: doc_ids for this run, by operation name.
        own_queries: what the operator's own doc_ids.toml says, by friendly name.
        fields: what records keep.
        raw: the archive of answers, None when none is kept.
        store: the store's address.
        state: where session states are kept: a folder or a Postgres address; empty for the user's folder and the store.
        keep: whether the store keeps the records.
        sync_seconds: pages that come within so many seconds of the last commit are committed together; 0 commits each.
        rules: about budgets and waiting.
        live: whether a run is shown on a terminal; None shows it where the log goes to one.
        endless_pages: after so many pages a list of which nothing says how long it is ends `suspect`.
    """

    session_source: SessionSource
    simulator: bool
    base_urls: Mapping[Host, str]
    item_per_record: bool
    doc_ids: Mapping[str, str]
    own_queries: Mapping[str, Query] = field(default_factory=dict)
    fields: FieldChoice = field(default_factory=FieldChoice)
    raw: Path | None = None
    store: str = ""
    state: str = ""
    keep: bool = True
    sync_seconds: float = 0.25
    rules: Rules = field(default_factory=Rules)
    live: bool | None = None
    endless_pages: int | None = None

    def check_session(self) -> Session:
        """Return the session.

        Raises:
            BadInput: none was given, or its file cannot be used.
        """
        return self.session_source.load()

    @property
    def session_file(self) -> Path | None:
        """The session's file; None when its content was given, or none at all."""
        return self.session_source.file

    @property
    def session_name(self) -> str:
        """The operator's name for the session."""
        return self.session_source.name or self.check_session().ds_user_id

    @property
    def server(self) -> str:
        """The server that is asked: what a session may do at one says nothing of another."""
        return server_name(self.base_urls.values())

    @property
    def paced(self) -> bool:
        """True if requests reach Instagram itself, which wants longer pauses than loopback."""
        return not all(is_loopback(url) for url in self.base_urls.values())


def read_config(settings: BaseSettings, operations: Mapping[str, object]) -> Config:
    """Check the IG_… settings.

    Args:
        settings: Scrapy's.
        operations: the catalogue, for `IG_DOC_ID_<operation>`.

    Raises:
        BadInput: a setting is unknown or its value cannot be used.
    """
    check_given(settings)
    add_from_outside(_names(settings.get("IG_OPERATIONS")))
    # A project need not name all of ours.
    given = {name: settings[name] for name in settings if name.startswith(_PREFIX)}
    paths = {name: setting_path(settings, name) for name in _PATHS} | {"IG_STATE": _state(settings)}
    if not given_on_command_line(settings, "IG_STORE"):
        paths["IG_STORE"] = store_in_project(str(given.get("IG_STORE") or DEFAULTS["IG_STORE"]))
    base = Path() if given_on_command_line(settings, "IG_SESSION") else project_folder()
    return _read({**DEFAULTS, **given, **paths}, operations, base)


def _read(settings: Mapping[str, Any], operations: Mapping[str, object], base: Path) -> Config:
    doc_ids = _doc_ids(settings, operations)
    own = str(settings.get("IG_DOC_IDS") or "")
    simulator = read_truth(settings, "IG_SIMULATOR")
    read_truth(settings, "IG_JSONL_REPLACE")
    store = str(settings.get("IG_STORE") or DEFAULTS["IG_STORE"])
    check_url(store)
    base_urls = {
        Host.MOBILE: check_base_url(str(settings.get("IG_MOBILE_URL")), "IG_MOBILE_URL"),
        Host.WEB: check_base_url(str(settings.get("IG_WEB_URL")), "IG_WEB_URL"),
    }
    return Config(
        session_source=read_source(str(settings.get("IG_SESSION") or ""), base),
        simulator=simulator,
        base_urls=base_urls,
        item_per_record=read_truth(settings, "IG_ITEM_PER_RECORD"),
        doc_ids=doc_ids,
        # The embedded simulator knows nothing of what the operator has captured from Instagram.
        own_queries=read_own(own_path(own), must_exist=bool(own)) if own or not simulator else {},
        fields=read_fields(settings),
        raw=_archive(str(settings.get("IG_RAW") or "")),
        store=store,
        state=str(settings.get("IG_STATE") or ""),
        keep=read_truth(settings, "IG_KEEP"),
        sync_seconds=read_seconds(settings, "IG_SYNC_SECONDS", _LONGEST_GROUP),
        rules=read_rules(settings, family_names(), local=all(is_loopback(url) for url in base_urls.values())),
        live=read_truth_or_auto(settings, "IG_LIVE"),
        endless_pages=read_count(settings.get("IG_ENDLESS_PAGES"), "IG_ENDLESS_PAGES", _MOST_PAGES),
    )


def from_environment(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return the IG_… settings that the environment gives."""
    given = {name: _plain(value) for name, value in environment.items() if name.startswith(_PREFIX)}
    return {
        name: value for name, value in given.items() if name in DEFAULTS or (name.startswith(OVERRIDE_PREFIX) and value)
    }


def check_environment(environment: Mapping[str, str] = os.environ) -> None:
    """Refuse a variable that is nearly a setting: its limit would be taken to hold, and would not.

    Raises:
        BadInput: there is one. Other programs may have variables with IG_ before their names.
    """
    for name in environment:
        if name.startswith(_PREFIX) and name not in DEFAULTS and not name.startswith(OVERRIDE_PREFIX):
            near = nearest(name, DEFAULTS, most=1, cutoff=_NEARLY)
            if near:
                raise BadInput(f"the environment has {name}, which is no setting; did you mean {near[0]}?")


def _plain(value: str) -> str:
    """Return a variable's value without what an env file leaves around it: blanks, a CR, a pair of quotes."""
    plain = value.strip()
    quoted = len(plain) > 1 and plain[0] == plain[-1] and plain[0] in "\"'"
    return plain[1:-1].strip() if quoted else plain


def take_environment(settings: BaseSettings) -> None:
    """Let the environment's IG_… settings win over the project's, but not over ``-s``."""
    for name, value in from_environment().items():
        settings.set(name, value, priority="project")


def _state(settings: BaseSettings) -> str:
    value = str(settings.get("IG_STATE") or "")
    if is_postgres_url(value):
        check_url(value, "IG_STATE")
        return value
    if "://" in value:
        # The address may hold a password.
        raise BadInput("IG_STATE: expected a folder or postgresql://…")
    return setting_path(settings, "IG_STATE")


def _names(value: Any) -> list[str]:
    return [name for name in (value.split(",") if isinstance(value, str) else value or ()) if name]


def _doc_ids(settings: Mapping[str, Any], operations: Mapping[str, object]) -> dict[str, str]:
    """Return the doc_ids that are given by name, and refuse a name that no setting has."""
    doc_ids: dict[str, str] = {}
    for name in settings:
        operation = name.removeprefix(OVERRIDE_PREFIX)
        if operation != name:
            if operation not in operations:
                raise BadInput(f"{name}: no operation {operation!r}; {near_or_all(operation, operations)}")
            if getattr(operations[operation], "query_name", None) is None:
                raise BadInput(f"{name}: {operation} asks no registered query, so it has no doc_id")
            doc_ids[operation] = check_doc_id(str(settings[name]), name)
        elif name not in DEFAULTS:
            raise BadInput(f"unknown setting {name}; {near_or_all(name, DEFAULTS)}")
    return doc_ids


def _archive(value: str) -> Path | None:
    """Check the archive's name and that it can be written, before a request is spent."""
    if not value:
        return None
    path = expanded(value, "IG_RAW")
    if not is_archive(path):
        raise BadInput(f"IG_RAW: expected a file named *.jsonl.zst, got {value!r}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("ab").close()
    except OSError as error:
        raise BadInput(f"IG_RAW={value}: {error.strerror or error}") from None
    return path
