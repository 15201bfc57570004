"""The checked settings of a command that runs no crawl."""

from __future__ import annotations

from scrapy.settings import BaseSettings

from igcrawl.config.config import Config, read_config, take_environment
from igcrawl.operations.catalogue import OPERATIONS


def config_of(settings: BaseSettings | None) -> Config:
    """Return what the project's settings, the environment and ``-s`` say.

    Raises:
        BadInput: a setting cannot be used.
    """
    assert settings is not None
    take_environment(settings)
    return read_config(settings, OPERATIONS)
