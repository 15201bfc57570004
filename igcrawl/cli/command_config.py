"""The checked settings of a command that runs no crawl."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Final

from scrapy.settings import BaseSettings

from igcrawl.config.config import DEFAULTS, Config, check_environment, read_config, take_environment
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.paths import store_in_project
from igcrawl.printable import say
from igcrawl.store import is_there

#: Where `make demo` keeps its crawl of the simulator.
DEMO_STORE: Final = "sqlite:///.igcrawl/simulator.db"


def config_of(settings: BaseSettings | None) -> Config:
    """Return what the project's settings, the environment and ``-s`` say.

    Raises:
        BadInput: a setting cannot be used.
    """
    assert settings is not None
    check_environment()
    take_environment(settings)
    return read_config(settings, OPERATIONS)


def config_with_store(settings: BaseSettings | None) -> Config:
    """Return what `config_of` returns, for a command that shows what a store holds.

    Where no store is named and none is there yet, the demo's is shown, and a line says so.

    Raises:
        BadInput: a setting cannot be used.
    """
    config, demo = config_of(settings), store_in_project(DEMO_STORE)
    if config.store == store_in_project(DEFAULTS["IG_STORE"]) and not is_there(config.store) and is_there(demo):
        say(f"no crawl of your own yet; this is the demo's, IG_STORE={demo}", file=sys.stderr)
        return replace(config, store=demo, simulator=True)
    return config
