"""Settings of a client: those of the project and the environment, as for the command, and what the caller gives."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike, fspath
from typing import Any, Final, TypeAlias

from scrapy.settings import Settings
from scrapy.utils.project import get_project_settings, inside_project

from igcrawl.config.config import DEFAULTS, Config, check_environment, from_environment, read_config
from igcrawl.console.notebook import is_notebook
from igcrawl.errors import BadInput
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.paths import expanded, setting_path
from igcrawl.running.crawl_preflight import check_settings
from igcrawl.running.own_settings import own_settings
from igcrawl.sessions.folder import is_name
from igcrawl.store import path_of

Session: TypeAlias = str | PathLike[str] | Mapping[str, Any]
Budget: TypeAlias = bool | int | tuple[int, int]

_PREFIX: Final = "IG_"
#: Settings that are the command's: outputs of its own, how it commits, whom it shows a run.
_OF_COMMAND: Final = frozenset({"IG_JSONL", "IG_JSONL_REPLACE", "IG_SYNC_SECONDS", "IG_LIVE"})
#: Settings that are files or folders, beside the session and the store.
_PATHS: Final = ("IG_DOC_IDS", "IG_RAW", "IG_STATE")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSettings:
    """The settings of a client.

    Args:
        scrapy: those of its crawls.
        config: the same, checked. With its session, it is not shown.
        account: whose session it is; empty for the embedded simulator's.
        tells_waits: whether standard error is told that a crawl waits: nobody wanted silence, and no display shows it.
    """

    scrapy: Settings = field(repr=False)
    config: Config = field(repr=False)
    account: str
    tells_waits: bool = False

    @property
    def store(self) -> str:
        """The store's address, which may hold a password."""
        return self.config.store


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientArguments:
    """The arguments of a client, see `igcrawl.api.client.Client`. None of them is shown: they may hold the session."""

    session: Session | None = field(default=None, repr=False)
    store: str | PathLike[str] | None = field(default=None, repr=False)
    state: str | PathLike[str] | None = field(default=None, repr=False)
    budget: Budget | None = None
    mobile_url: str | None = field(default=None, repr=False)
    web_url: str | None = field(default=None, repr=False)
    progress: bool | None = None
    settings: Mapping[str, Any] | None = field(default=None, repr=False)

    def checked(self) -> ClientSettings:
        """Return the settings that follow, checked as far as can be without a crawl.

        Raises:
            BadInput: one cannot be used, or there is no session.
        """
        check_environment()
        settings = Settings()
        theirs = {**_of_project(), **from_environment()}
        settings.setdict({name: theirs[name] for name in theirs if name not in _OF_COMMAND}, priority="project")
        # A page is handed out when it is committed, so none waits for the next one.
        settings.setdict({"IG_SYNC_SECONDS": 0, "IG_LIVE": self._is_shown()}, priority="project")
        settings.setdict(self._named(), priority="cmdline")
        whole = own_settings(settings)
        check_settings(whole)
        _fix_paths(whole, read_config(whole, OPERATIONS))
        config = read_config(whole, OPERATIONS)
        account = "" if config.simulator else config.check_session().ds_user_id
        if not config.keep:
            raise BadInput("IG_KEEP=False: the client hands out what the store keeps; leave it True")
        shown = config.live is True and (is_notebook() or sys.stderr.isatty())
        tells_waits = self.progress is not False and not shown
        return ClientSettings(scrapy=whole, config=config, account=account, tells_waits=tells_waits)

    def _is_shown(self) -> bool:
        return is_notebook() if self.progress is None else self.progress

    def _named(self) -> dict[str, Any]:
        """Return the settings that the arguments stand for; `settings` says the rest."""
        named: dict[str, Any] = {}
        if self.session is not None:
            named["IG_SESSION"] = _session_text(self.session)
        if self.store is not None:
            store = _path_text(self.store, "store")
            named["IG_STORE"] = store if "://" in store else f"sqlite:///{store}"
        if self.state is not None:
            named["IG_STATE"] = _path_text(self.state, "state")
        urls = {"IG_MOBILE_URL": self.mobile_url, "IG_WEB_URL": self.web_url}
        named |= {name: url for name, url in urls.items() if url is not None}
        return {**named, **self._budgets(), **self._further()}

    def _budgets(self) -> dict[str, str]:
        # As text: a budget that is given holds on loopback, too.
        if self.budget is None:
            return {}
        if isinstance(self.budget, bool):
            return {"IG_BUDGET": str(self.budget)}
        if isinstance(self.budget, int):
            return {"IG_BUDGET_HOUR": str(self.budget)}
        if isinstance(self.budget, tuple | list) and len(self.budget) == 2:
            hour, day = self.budget
            return {"IG_BUDGET_HOUR": str(hour), "IG_BUDGET_DAY": str(day)}
        raise BadInput("budget: expected requests an hour, (hour, day), or False")

    def _further(self) -> dict[str, Any]:
        if self.settings is None:
            return {}
        if not isinstance(self.settings, Mapping) or not all(isinstance(name, str) for name in self.settings):
            raise BadInput("settings: expected a mapping of names to values")
        return dict(self.settings)


def _fix_paths(settings: Settings, config: Config) -> None:
    """Write relative paths out: a program may change its current folder, and its client goes on with its files.

    A session's name stays one.

    Args:
        settings: the client's; whose value a setting is stays as it was.
        config: the same, checked.
    """
    fixed = {name: setting_path(settings, name) for name in _PATHS if "://" not in str(settings.get(name) or "")}
    session = config.session_source
    if session.file is not None and not is_name(session.name):
        fixed["IG_SESSION"] = str(session.file)
    for name, path in fixed.items():
        if path:
            settings.set(name, str(expanded(path, name).absolute()), settings.getpriority(name) or 0)
    store = path_of(config.store)
    # The embedded simulator puts a store of its own in the default's place.
    its_own = config.simulator and settings.get("IG_STORE", DEFAULTS["IG_STORE"]) == DEFAULTS["IG_STORE"]
    if store is not None and not its_own:
        settings.set("IG_STORE", f"sqlite:///{store.absolute()}", settings.getpriority("IG_STORE") or 0)


def _session_text(session: Session) -> str:
    return json.dumps(dict(session)) if isinstance(session, Mapping) else _path_text(session, "session")


def _path_text(path: str | PathLike[str], name: str) -> str:
    """Return a path, or an address, as text.

    Raises:
        BadInput: it is none. It is not shown: it may hold anything.
    """
    if not isinstance(path, str | PathLike):
        raise BadInput(f"{name}: expected text or a path, got {type(path).__name__}")
    return fspath(path)


def _of_project() -> dict[str, Any]:
    """Return the IG_… settings of the project that the current folder is in.

    Raises:
        BadInput: they cannot be imported.
    """
    if not inside_project():
        return {}
    try:
        settings = get_project_settings()
    except ImportError as error:
        raise BadInput(f"the project's settings cannot be imported: {error}") from None
    return {name: settings[name] for name in settings if name.startswith(_PREFIX)}
