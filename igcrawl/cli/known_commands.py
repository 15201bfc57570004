"""Commands and spiders that `scrapy` knows in a project."""

from __future__ import annotations

from importlib.metadata import entry_points

from scrapy.addons import AddonManager
from scrapy.commands import ScrapyCommand
from scrapy.settings import BaseSettings, Settings
from scrapy.spiderloader import SpiderLoaderProtocol, get_spider_loader
from scrapy.utils.misc import walk_modules_iter

from igcrawl.errors import BadInput


def commands_of(settings: BaseSettings) -> dict[str, ScrapyCommand]:
    """Return the commands by their names: Scrapy's own, those of packages, those of the project."""
    found = commands_in("scrapy.commands")
    found |= {point.name: point.load()() for point in entry_points(group="scrapy.commands")}
    if settings["COMMANDS_MODULE"]:
        found |= commands_in(settings["COMMANDS_MODULE"])
    return dict(sorted(found.items()))


def loader_of(settings: Settings) -> SpiderLoaderProtocol:
    """Return the loader of a project's spiders, ours among them; the add-ons' early settings are added.

    Raises:
        BadInput: the spiders cannot be imported.
    """
    AddonManager.load_pre_crawler_settings(settings)
    try:
        return get_spider_loader(settings)
    except ImportError as error:
        raise BadInput(f"SPIDER_MODULES: {error}") from None


def commands_in(name: str) -> dict[str, ScrapyCommand]:
    """Return the commands of a package by their names."""
    found: dict[str, ScrapyCommand] = {}
    for module in walk_modules_iter(name):
        for kind in vars(module).values():
            if isinstance(kind, type) and (kind.__module__, kind.__name__) == (module.__name__, "Command"):
                found[module.__name__.rpartition(".")[2]] = kind()
    return found
