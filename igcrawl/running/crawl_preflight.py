"""Checks of a crawl before anything is sent: names, numbers, files, outputs. Nothing is lost by them."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from scrapy import Spider
from scrapy.settings import BaseSettings, Settings, default_settings
from scrapy.utils.misc import load_object

from igcrawl.base_spiders.operation_spider import OperationSpider
from igcrawl.config.config import Config, read_config
from igcrawl.config.promises import EXPORTERS, SWITCHES
from igcrawl.errors import BadInput
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.output.cli_outputs import complete_feeds
from igcrawl.output.feed_outputs import is_stream, local_path, shown, without_compression
from igcrawl.output.raw_archive import read_archive
from igcrawl.planning.planner import write_nothing_for_plan
from igcrawl.store import path_of

#: Feed storages that need a package of their own.
_NEEDED: Final = {"s3": "botocore", "gs": "google.cloud.storage"}
#: Seconds, which may be fractions, though Scrapy's defaults are whole numbers.
_SECONDS: Final = frozenset({"CLOSESPIDER_TIMEOUT", "DNS_TIMEOUT", "DOWNLOAD_DELAY", "DOWNLOAD_TIMEOUT"})
#: What a feed's address may name beside the spider's attributes.
_URI_NAMES: Final = frozenset({"time", "batch_time", "batch_id", "name"})
_EXPECTED: Final = {bool: "True or False", int: "a whole number", float: "a number", dict: "a JSON object"}


def prepare_crawl(
    spider: type[OperationSpider],
    arguments: Mapping[str, Any],
    settings: Settings,
    files: Mapping[str, str | None] | None = None,
) -> None:
    """Check a crawl, and take the outputs away from one that is only planned.

    Args:
        spider: its class.
        arguments: the spider's, as the command line gives them.
        settings: Scrapy's, whose values `check_values` has seen.
        files: further files that will be written, by the option that names them.

    Raises:
        BadInput: something cannot be used.
    """
    config = read_config(settings, OPERATIONS)
    spider.check(dict(arguments))
    if not config.simulator:
        config.check_session()
    if config.raw is not None and config.raw.stat().st_size:
        for _ in read_archive(config.raw):
            pass
    for name, value in (files or {}).items():
        if value:
            _check_file(Path(value), name)
    if settings.get("JOBDIR"):
        _check_file(Path(str(settings["JOBDIR"])) / "spider.state", "JOBDIR")
    complete_feeds(settings)
    feeds = settings.getdict("FEEDS")
    _check_places(feeds, config, files or {})
    for uri, options in feeds.items():
        _check_feed(str(uri), options, settings, spider)
        if not config.keep:
            _check_only_copy(str(uri), options)
    write_nothing_for_plan(settings, arguments)


def check_values(settings: BaseSettings) -> None:
    """Check the kinds of values that were given; Scrapy would find out in the middle of its start.

    Raises:
        BadInput: a value is of another kind than Scrapy's default.
    """
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
                raise BadInput(f"{name}: expected {_EXPECTED[kind]}, got {str(value)[:60]!r}") from None
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
    if scheme not in {"", "file", "stdout"} and options.get("overwrite") is False:
        raise BadInput(
            f"output {shown(uri)}: a remote place is stored whole, at the end of a run; it cannot be appended to"
        )
    if scheme not in {"", "file", "stdout"} and options.get("batch_item_count"):
        raise BadInput(f"output {shown(uri)}: batches are local files; a remote place is stored whole")
    encoding = str(options.get("encoding") or settings["FEED_EXPORT_ENCODING"] or "utf-8")
    if encoding.lower() not in {"utf-8", "utf8"} and options.get("format") in EXPORTERS:
        raise BadInput(
            f"output {shown(uri)}: its encoding must be utf-8, since names are in every script; got {encoding!r}"
        )
    storages = settings.getwithbase("FEED_STORAGES")
    if storages.get(scheme or "file") is None:
        raise BadInput(f"output {shown(uri)}: no storage for {scheme}://; allowed: {', '.join(filter(None, storages))}")
    if scheme in _NEEDED and not _installed(_NEEDED[scheme]):
        raise BadInput(f"output {shown(uri)}: {scheme}:// needs the package {_NEEDED[scheme]}")
    if options.get("format") in EXPORTERS and EXPORTERS[options["format"]] is None:
        written = ", ".join(name for name, exporter in EXPORTERS.items() if exporter is not None)
        raise BadInput(f"output {shown(uri)}: {options['format']} cannot hold records; allowed: {written}")
    _check_options(uri, options, settings, spider)
    if scheme in {"", "file"} and "%(" not in uri and not is_stream(uri):
        _check_file(local_path(uri), f"output {shown(uri)}")


def _check_only_copy(uri: str, options: Mapping[str, Any]) -> None:
    """Refuse what cannot be written where the store keeps no records."""
    if urlsplit(uri).scheme not in {"", "file"} or "%(" in uri or is_stream(uri):
        return
    if without_compression(uri)[1] and not options.get("postprocessing"):
        raise BadInput(
            f"output {uri}: IG_KEEP=False writes no compressed files; give another name, or keep the records"
        )
    path, format_ = local_path(uri), options.get("format")
    if format_ in {"json", "xml"} and not options.get("overwrite") and path.exists() and path.stat().st_size:
        raise BadInput(
            f"-o {path}: a file of the format {format_} cannot go on below what is in it; give -O, or .jsonl"
        )


def _check_options(uri: str, options: Mapping[str, Any], settings: Settings, spider: type[Spider]) -> None:
    for name in re.findall(r"%\((\w+)\)", uri):
        if name not in _URI_NAMES and not hasattr(spider, name):
            raise BadInput(f"output {shown(uri)}: %({name}) is not known; allowed: {', '.join(sorted(_URI_NAMES))}")
    batches = options.get("batch_item_count") or settings.getint("FEED_EXPORT_BATCH_ITEM_COUNT")
    if batches and not re.search(r"%\(batch_(time|id)\)", uri):
        raise BadInput(f"output {shown(uri)}: batches need %(batch_id)d or %(batch_time)s in the address")
    for name in ("item_filter", *(options.get("postprocessing") or ())):
        path = options.get(name) if name == "item_filter" else name
        try:
            load_object(path or "builtins.object")
        except (ImportError, NameError, ValueError) as error:
            raise BadInput(f"output {shown(uri)}: {error}") from None


def _check_places(feeds: Mapping[str, Any], config: Config, files: Mapping[str, str | None]) -> None:
    """Refuse an output that is a file of another purpose, or that two outputs would share."""
    taken = {path: what for what, path in _other_files(config, files)}
    for uri in map(str, feeds):
        if urlsplit(uri).scheme not in {"", "file"} or "%(" in uri or is_stream(uri):
            continue
        path = local_path(uri)
        if path.is_dir():
            raise BadInput(f"output {shown(uri)}: it is a folder; name a file in it")
        for other, what in taken.items():
            if path == other or (path.exists() and other.exists() and path.samefile(other)):
                raise BadInput(f"output {shown(uri)}: it is {what}; name another file")
        if path.is_file() or not path.exists():
            taken[path] = f"the output {uri}"


def _other_files(config: Config, files: Mapping[str, str | None]) -> Iterator[tuple[str, Path]]:
    store = path_of(config.store)
    if store is not None:
        for suffix in ("", "-wal", "-shm", "-journal"):
            yield "the store's own file, IG_STORE", local_path(f"{store}{suffix}")
    for what, file in (("the session's file", config.session_file), ("the archive, IG_RAW", config.raw)):
        if file is not None:
            yield what, local_path(str(file))
    for option, name in files.items():
        if name:
            yield f"what {option} names", local_path(name)


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
