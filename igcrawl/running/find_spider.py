"""Finds a spider of ours by its name."""

from __future__ import annotations

from functools import cache

from scrapy import Spider
from scrapy.settings import BaseSettings, Settings
from scrapy.spiderloader import SpiderLoader, SpiderLoaderProtocol, get_spider_loader
from scrapy.utils.misc import load_object

from igcrawl.base_spiders.operation_spider import OperationSpider
from igcrawl.errors import BadInput
from igcrawl.operations.catalogue import is_operation
from igcrawl.wording import near_or_all


def find_spider(settings: BaseSettings, name: str | None) -> type[OperationSpider]:
    """Return the spider of a name.

    Args:
        settings: Scrapy's; they name the modules that have spiders.
        name: of the spider; None where none, or several, were given.

    Raises:
        BadInput: there is none, it is not one of ours, or the modules cannot be imported.
    """
    try:
        loader = loader_of(settings)
    except ImportError as error:
        raise BadInput(f"SPIDER_MODULES: {error}") from None
    names = loader.list()
    if name is None:
        raise BadInput(f"give one spider: {', '.join(names)}")
    if name not in names:
        if "operation" in names and is_operation(name):
            raise BadInput(f"{name} is an operation: scrapy crawl operation -a name={name} …")
        raise BadInput(f"no spider {name!r}; {near_or_all(name, names)}")
    return check_spider(loader.load(name))


def check_spider(spider: type[Spider]) -> type[OperationSpider]:
    """Return a spider's class if it is one of ours.

    Raises:
        BadInput: it is not.
    """
    if isinstance(spider, type) and issubclass(spider, OperationSpider):
        return spider
    raise BadInput(f"{getattr(spider, '__name__', spider)!s} is no spider of igcrawl: expected an OperationSpider")


def loader_of(settings: BaseSettings) -> SpiderLoaderProtocol:
    """Return what loads a project's spiders.

    Args:
        settings: Scrapy's.

    Raises:
        ImportError: a module of spiders cannot be imported.
    """
    if load_object(settings["SPIDER_LOADER_CLASS"]) is not SpiderLoader:
        return get_spider_loader(settings)
    return _loader(tuple(settings.getlist("SPIDER_MODULES")), settings.getbool("SPIDER_LOADER_WARN_ONLY"))


@cache
def _loader(modules: tuple[str, ...], warn_only: bool) -> SpiderLoader:
    # A loader imports every module and copies its settings: one does for all crawls of a process.
    return SpiderLoader(Settings({"SPIDER_MODULES": list(modules), "SPIDER_LOADER_WARN_ONLY": warn_only}))
