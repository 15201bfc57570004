"""Checks of a crawl before anything is sent: names, numbers, files, outputs. Nothing is lost by them."""

from __future__ import annotations

import argparse
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from scrapy import Spider
from scrapy.addons import AddonManager
from scrapy.settings import BaseSettings, Settings, default_settings
from scrapy.spiderloader import get_spider_loader
from scrapy.utils.conf import build_component_list
from scrapy.utils.misc import load_object

from igcrawl.base_spiders.operation_spider import OperationSpider
from igcrawl.config.config import read_config
from igcrawl.config.promises import EXPORTERS, SWITCHES
from igcrawl.crawl.logs import quieten
from igcrawl.errors import BadInput
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.output.cli_outputs import take_json_lines
from igcrawl.output.raw_archive import read_archive
from igcrawl.planning.planner import write_nothing_for_plan

#: Feed storages that need a package of their own.
_NEEDED: Final = {"s3": "botocore", "gs": "google.cloud.storage"}
#: Seconds, which may be fractions, though Scrapy's defaults are whole numbers.
_SECONDS: Final = frozenset({"CLOSESPIDER_TIMEOUT", "DNS_TIMEOUT", "DOWNLOAD_DELAY", "DOWNLOAD_TIMEOUT"})
#: What a feed's address may name beside the spider's attributes.
_URI_NAMES: Final = frozenset({"time", "batch_time", "batch_id", "name"})


def is_ours(settings: Settings, given: Mapping[str, str], args: list[str]) -> bool:
    """Return whether a command's spider is one of ours, or would be if its name were right.

    Args:
        settings: the project's; the add-ons' early ones are added.
        given: what ``-s`` gives.
        args: what follows the command: the spider's name.

    Raises:
        BadInput: the spiders cannot be imported.
    """
    AddonManager.load_pre_crawler_settings(settings)
    own = settings.copy()
    own.setdict(given, priority="cmdline")
    has_addon = any(load_object(path).__module__ == "igcrawl.addon" for path in build_component_list(own["ADDONS"]))
    try:
        loader = get_spider_loader(own)
    except ImportError as error:
        if has_addon:
            raise BadInput(f"SPIDER_MODULES: {error}") from None
        raise
    if len(args) == 1 and args[0] in loader.list():
        return issubclass(loader.load(args[0]), OperationSpider)
    return has_addon


def prepare(settings: Settings, args: list[str], opts: argparse.Namespace, process: Callable[[], None]) -> None:
    """Take over and check what the operator gave for one of our spiders.

    Args:
        settings: Scrapy's.
        args: what follows the command.
        opts: the command's options.
        process: Scrapy's own processing of them.

    Raises:
        BadInput: something cannot be used.
        UsageError: an option cannot be read.
    """
    taken = take_json_lines(settings, opts)
    process()
    settings.setdict(taken, priority="cmdline")
    check_input(settings, args, opts)
    write_nothing_for_plan(settings, opts.spargs)
    quieten(str(settings["LOG_LEVEL"]))


def check_input(settings: Settings, args: list[str], opts: argparse.Namespace) -> None:
    """Check all that the operator gave.

    Args:
        settings: Scrapy's, with those of the command line.
        args: what follows the command: the spider's name.
        opts: the command's options; `spargs` are the spider's arguments.

    Raises:
        BadInput: something cannot be used.
    """
    _check_values(settings)
    spider = _find_spider(settings, args)
    config = read_config(settings, OPERATIONS)
    if issubclass(spider, OperationSpider):
        spider.check(opts.spargs)
    if not config.simulator:
        config.check_session()
    if config.raw is not None and config.raw.stat().st_size:
        for _ in read_archive(config.raw):
            pass
    for name, value in (("--logfile", opts.logfile), ("--pidfile", opts.pidfile)):
        if value:
            _check_file(Path(value), name)
    if settings.get("JOBDIR"):
        _check_file(Path(str(settings["JOBDIR"])) / "spider.state", "JOBDIR")
    for uri, options in settings.getdict("FEEDS").items():
        _check_feed(str(uri), options, settings, spider)


def _find_spider(settings: Settings, args: list[str]) -> type[Spider]:
    try:
        loader = get_spider_loader(settings)
    except ImportError as error:
        raise BadInput(f"SPIDER_MODULES: {error}") from None
    names = loader.list()
    if len(args) != 1:
        raise BadInput(f"give one spider: {', '.join(names)}")
    if args[0] not in names:
        near = get_close_matches(args[0], names) or names
        raise BadInput(f"no spider {args[0]!r}; did you mean {', '.join(near)}?")
    spider: type[Spider] = loader.load(args[0])
    return spider


def _check_values(settings: BaseSettings) -> None:
    """Check the kinds of values that the command line gives; Scrapy would find out in the middle of its start."""
    for name, value in _given(settings):
        kind = bool if name in SWITCHES else type(getattr(default_settings, name, None))
        kind = float if name in _SECONDS else kind
        readers: dict[type, Callable[[str], Any]] = {
            bool: settings.getbool,
            int: settings.getint,
            float: settings.getfloat,
            dict: settings.getdict,
        }
        if kind in readers:
            try:
                readers[kind](name)
            except (ValueError, TypeError):
                wanted = {bool: "True or False", int: "a whole number", float: "a number", dict: "a JSON object"}[kind]
                raise BadInput(f"{name}: expected {wanted}, got {str(value)[:60]!r}") from None
    level = str(settings["LOG_LEVEL"]).upper()
    if level not in logging.getLevelNamesMapping():
        raise BadInput(f"LOG_LEVEL: expected {', '.join(logging.getLevelNamesMapping())}, got {level!r}")


def _given(settings: BaseSettings) -> Iterator[tuple[str, Any]]:
    for name in settings:
        if (settings.getpriority(name) or 0) >= 40 and not isinstance(settings[name], Mapping):
            yield name, settings[name]


def _check_feed(uri: str, options: Mapping[str, Any], settings: Settings, spider: type[Spider]) -> None:
    """Refuse an output that would never be written, before a request is spent on it."""
    scheme = urlsplit(uri).scheme
    storages = settings.getwithbase("FEED_STORAGES")
    if storages.get(scheme or "file") is None:
        raise BadInput(f"output {uri}: no storage for {scheme}://; allowed: {', '.join(filter(None, storages))}")
    if scheme in _NEEDED and not _installed(_NEEDED[scheme]):
        raise BadInput(f"output {uri}: {scheme}:// needs the package {_NEEDED[scheme]}")
    if options.get("format") in EXPORTERS and EXPORTERS[options["format"]] is None:
        written = ", ".join(name for name, exporter in EXPORTERS.items() if exporter is not None)
        raise BadInput(f"output {uri}: {options['format']} cannot hold records; allowed: {written}")
    for name in re.findall(r"%\((\w+)\)", uri):
        if name not in _URI_NAMES and not hasattr(spider, name):
            raise BadInput(f"output {uri}: %({name}) is not known; allowed: {', '.join(sorted(_URI_NAMES))}")
    batches = options.get("batch_item_count") or settings.getint("FEED_EXPORT_BATCH_ITEM_COUNT")
    if batches and not re.search(r"%\(batch_(time|id)\)", uri):
        raise BadInput(f"output {uri}: batches need %(batch_id)d or %(batch_time)s in the address")
    for name in ("item_filter", *(options.get("postprocessing") or ())):
        path = options.get(name) if name == "item_filter" else name
        try:
            load_object(path or "builtins.object")
        except (ImportError, NameError, ValueError) as error:
            raise BadInput(f"output {uri}: {error}") from None
    if scheme in {"", "file"} and "%(" not in uri:
        _check_file(Path(urlsplit(uri).path if scheme else uri), f"output {uri}")


def _installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False


def _check_file(path: Path, what: str) -> None:
    """Refuse a file that cannot be written; what is in it stays."""
    existed = path.exists()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("ab").close()
    except OSError as error:
        raise BadInput(f"{what}: {error.strerror or error}") from None
    if not existed:
        path.unlink()
