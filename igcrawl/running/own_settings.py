"""Settings of one crawl, made of what a caller gives."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final, Self

from scrapy.addons import AddonManager
from scrapy.settings import BaseSettings, Settings
from scrapy.utils.misc import load_object
from scrapy.utils.reactor import is_reactor_installed

from igcrawl.config.packages import top_package
from igcrawl.config.scrapy_values import check_objects
from igcrawl.errors import BadInput

ADDON: Final = "igcrawl.addon.IgcrawlAddon"
_ADDON_PLACE: Final = 500
#: Defaults that suit a crawl that shares its process, where nobody says otherwise.
_DEFAULTS: Final[Mapping[str, Any]] = {
    # One line a walk, not one a page.
    "LOG_LEVEL": "INFO",
    # It watches the process, once for each crawl.
    "MEMUSAGE_ENABLED": False,
}


class OwnSettings(Settings):
    """Settings that are quick to copy: Scrapy copies a crawl's once, value by value, which takes a third of its start.

    Values are shared with the copy. Those with priorities of their own, such as lists of components, are not.
    """

    def copy(self) -> Self:
        """Return a copy."""
        copy = type(self)()
        copy.update(self)
        return copy


def own_settings(given: Mapping[str, Any] | BaseSettings) -> Settings:
    """Return Scrapy's settings for one crawl; what was given stays as it is.

    Args:
        given: names and values, or a project's settings.

    Raises:
        BadInput: an add-on cannot be imported.
    """
    settings = OwnSettings()
    if isinstance(given, BaseSettings):
        settings.update(given)
    elif isinstance(given, Mapping):
        named = _named(given)
        check_objects(named)
        settings.setdict(deepcopy(named), priority="cmdline")
    else:
        raise BadInput(f"settings: expected a mapping or Scrapy's Settings, got {type(given).__name__}")
    for name, value in {**_DEFAULTS, "TWISTED_REACTOR_ENABLED": is_reactor_installed()}.items():
        settings.set(name, value, priority="default")
    _load_addons(settings)
    add_spiders(settings)
    return settings


def add_spiders(settings: BaseSettings) -> None:
    """Add our spiders to those of a project."""
    package = top_package("spiders")
    if package not in settings.getlist("SPIDER_MODULES"):
        settings.add_to_list("SPIDER_MODULES", package)


def check_our_addon(settings: BaseSettings) -> None:
    """Check the path by which a project names our add-on; those of others are Scrapy's matter.

    Raises:
        BadInput: there is no add-on of ours at that path.
    """
    for addon in settings.getdict("ADDONS"):
        if isinstance(addon, str) and addon.partition(".")[0] == "igcrawl":
            try:
                is_our_addon(addon)
            except BadInput as error:
                raise BadInput(f"{error}; igcrawl's is {ADDON}") from None


def is_our_addon(addon: Any) -> bool:
    """Return whether an add-on, or its path, is igcrawl's.

    Raises:
        BadInput: it cannot be imported.
    """
    try:
        return bool(load_object(addon).__module__ == ADDON.rpartition(".")[0])
    except (ImportError, NameError, ValueError, TypeError) as error:
        raise BadInput(f"ADDONS: {addon}: {error}") from None


def _load_addons(settings: Settings) -> None:
    """Let the add-ons of others set what must be known early. Ours would read the environment, too: it is added."""
    addons = settings.getdict("ADDONS")
    ours = {addon: place for addon, place in addons.items() if is_our_addon(addon)}
    others = {addon: place for addon, place in addons.items() if addon not in ours}
    if others:
        settings.set("ADDONS", others, priority="cmdline")
        AddonManager.load_pre_crawler_settings(settings)
    settings.set("ADDONS", {**others, **(ours or {ADDON: _ADDON_PLACE})}, priority="cmdline")


def _named(given: Mapping[Any, Any]) -> dict[str, Any]:
    for name in given:
        if not isinstance(name, str):
            raise BadInput(f"settings: expected names, got {name!r}")
    return dict(given)
