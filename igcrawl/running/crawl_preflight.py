"""Checks of a crawl before anything is sent: names, numbers, files, outputs. Nothing is lost by them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scrapy.settings import BaseSettings, Settings

from igcrawl.base_spiders.operation_spider import OperationSpider
from igcrawl.config.config import read_config
from igcrawl.config.not_obeyed import check_not_obeyed
from igcrawl.config.proxies import check_proxies
from igcrawl.config.scrapy_values import check_values
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.output.cli_outputs import complete_feeds
from igcrawl.output.raw_archive import read_archive
from igcrawl.paths import expanded
from igcrawl.planning.planner import write_nothing_for_plan
from igcrawl.running.check_outputs import check_feeds_shape, check_file, check_outputs
from igcrawl.store import check_writable, path_of


def check_settings(settings: BaseSettings) -> None:
    """Check the values of Scrapy's settings, before anything else reads them.

    Raises:
        BadInput: one cannot be used, or would be taken for obeyed.
    """
    check_values(settings)
    check_feeds_shape(settings)
    check_not_obeyed(settings)


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
        settings: Scrapy's, whose values `check_settings` has seen.
        files: further files that will be written, by the option or setting that names them.

    Raises:
        BadInput: something cannot be used.
    """
    if spider.custom_settings:
        # Scrapy takes them over when the crawl begins, which is after these checks.
        settings.setdict(spider.custom_settings, priority="spider")
        check_settings(settings)
    config = read_config(settings, OPERATIONS)
    check_proxies(settings, far=config.paced)
    spider.check(dict(arguments))
    if not config.simulator:
        config.check_session()
    if config.raw is not None and config.raw.stat().st_size:
        for _ in read_archive(config.raw):
            pass
    check_files(files or {})
    if settings.get("JOBDIR"):
        check_file(expanded(str(settings["JOBDIR"]), "JOBDIR") / "spider.state", "JOBDIR")
    if (store := path_of(config.store)) is not None:
        check_writable(store, "IG_STORE")
    complete_feeds(settings)
    targets = arguments.get("file")
    given = {"file=": str(targets)} if isinstance(targets, str | Path) and targets not in {"", "-"} else {}
    check_outputs(settings, spider, config, {**given, **(files or {})})
    write_nothing_for_plan(settings, arguments)


def check_files(files: Mapping[str, str | None]) -> None:
    """Check that files can be written.

    Args:
        files: by the option or setting that names them.

    Raises:
        BadInput: one cannot.
    """
    for name, value in files.items():
        if value:
            check_file(expanded(value, name), name)


def log_files(settings: BaseSettings) -> Iterator[tuple[str, str]]:
    """Yield the file that Scrapy would log to, with the setting's name."""
    if settings.getbool("LOG_ENABLED") and settings.get("LOG_FILE"):
        yield "LOG_FILE", str(settings["LOG_FILE"])
