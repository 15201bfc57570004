"""A parent of processes that has imported what `scrapy` imports, so that each begins within a tenth of a second.

It runs as a program and imports nothing of the tests: what it finds as igcrawl, a checkout or a wheel, is the path's
business. It forks a child for each order that comes on its standard input. The child is what `scrapy …` is from there
on. When the input ends, so do all.
"""

from __future__ import annotations

import asyncio
import atexit
import gc
import importlib
import importlib.util
import json
import logging
import os
import pkgutil
import platform
import signal
import sys
import threading
import warnings
from collections.abc import Mapping
from importlib.metadata import PathDistribution, distributions
from inspect import signature
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

#: What commands import, but for the settings, which read the environment, and the reactor, which begins to live.
_PACKAGES = (
    "igcrawl.api",
    "igcrawl.cli",
    "igcrawl.commands",
    "igcrawl.console",
    "igcrawl.middlewares",
    "igcrawl.store.postgres",
    "igcrawl.store.sqlite",
    "scrapy.commands",
    "scrapy.downloadermiddlewares",
    "scrapy.extensions",
    "scrapy.spidermiddlewares",
)
#: At the top of a checkout, within the package where it is installed.
_ELSEWHERE_INSTALLED = ("pipelines", "spiders")
_MODULES = (
    "igcrawl.addon",
    "igcrawl.calling.download_handler",
    "igcrawl.crawl.log_count",
    "igcrawl.output.feeds",
    "igcrawl.console.extension",
    "scrapy.cmdline",
    "scrapy.core.downloader.handlers.datauri",
    "scrapy.core.downloader.handlers.file",
    "scrapy.core.downloader.handlers.ftp",
    "scrapy.core.downloader.handlers.s3",
    "scrapy.core.engine",
    "scrapy.dupefilters",
    "scrapy.pqueues",
    "scrapy.squeues",
    "scrapy.statscollectors",
    "scrapy.utils._download_handlers",
    "scrapy.utils._remote_control",
    "twisted.internet.endpoints",
)
_REACTOR = "twisted.internet.reactor"
#: What Scrapy and Pydantic ask of each installed package at each start.
_ASKED_OF_PACKAGES = ("_normalized_name", "entry_points", "metadata")
#: More of them make no child faster.
_FIRST_CRAWLS = 3


def import_all() -> None:
    """Import what a crawl imports, but for what begins to live."""
    # It looks at the source of all that is imported already, which takes longer than all else of a crawl.
    importlib.import_module("scrapy.core.downloader.handlers.http11")
    top_package = importlib.import_module("igcrawl.config.packages").top_package
    elsewhere = map(top_package, _ELSEWHERE_INSTALLED)
    with warnings.catch_warnings():
        # Scrapy has modules that it warns of, which no crawl of ours uses.
        warnings.simplefilter("ignore")
        for package in (*_PACKAGES, *elsewhere):
            for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
                importlib.import_module(f"{package}.{module.name}")
    for name in _MODULES:
        importlib.import_module(name)
    importlib.import_module("twisted.internet.asyncioreactor")
    _know_packages()
    _build_arguments()
    _crawl()
    # A child that asks for them has them.
    platform.platform()
    importlib.import_module("igcrawl.calling.tls").tls_context({})
    importlib.import_module("igcrawl.doc_ids.registry").shipped_queries()
    assert _REACTOR not in sys.modules
    assert "igcrawl.settings" not in sys.modules


def _know_packages() -> None:
    """Keep what the installed packages say of themselves: to read it takes a child as long as a short crawl."""

    def known_or_read(name: str) -> property:
        read = getattr(PathDistribution, name).fget
        known = {str(each._path): read(each) for each in distributions() if isinstance(each, PathDistribution)}
        return property(lambda each: known[path] if (path := str(each._path)) in known else read(each))

    for name in _ASKED_OF_PACKAGES:
        setattr(PathDistribution, name, known_or_read(name))


def _build_arguments() -> None:
    """Build the models of all spiders' arguments, which wait for their first use."""
    models = [importlib.import_module("igcrawl.arguments.base").Arguments]
    for model in models:
        model.model_rebuild()
        models += model.__subclasses__()


def _crawl() -> None:
    """Crawl the simulator, without a reactor: what a process makes at its first crawls, all children have then.

    That is a fifth of a short crawl: modules that are imported late, patterns, types of fields.
    """
    run_crawl = importlib.import_module("igcrawl.running").run_crawl
    with TemporaryDirectory() as folder:
        feeds = {f"{folder}/out.{name}": {"format": name} for name in ("csv", "jsonl")}
        settings = {
            "IG_SIMULATOR": True,
            "IG_STORE": f"sqlite:///{folder}/store.db",
            "IG_STATE": folder,
            "FEEDS": feeds,
        }
        for _ in range(_FIRST_CRAWLS):
            outcome = asyncio.run(run_crawl("followers", {"username": "instagram", "max_pages": "2"}, settings))
    assert outcome.finish_reason == "finished", outcome
    # Children find out for themselves what no argument decides, the packages around them for instance.
    for name, module in list(sys.modules.items()):
        for value in vars(module).values() if name.partition(".")[0] == "igcrawl" else ():
            if hasattr(value, "cache_clear") and not signature(value).parameters:
                value.cache_clear()
    # Crawls of a process have quietened lines of others.
    for logger in logging.root.manager.loggerDict.values():
        logger.filters = []


def _serve() -> dict[str, Any] | None:
    """Fork a child for each order and return it there; return None at the end of the input."""
    children: set[int] = set()
    while line := sys.stdin.readline():
        order = json.loads(line)
        if "reap" in order:
            pid, status = os.waitpid(order["reap"], 0)
            children.discard(pid)
            print(os.waitstatus_to_exitcode(status), flush=True)
            continue
        pid = os.fork()
        if pid == 0:
            return dict(order)
        children.add(pid)
        print(pid, flush=True)
    for pid in children:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return None


def become(order: Mapping[str, Any]) -> None:
    """Do in this process what an order says."""
    from scrapy.cmdline import execute

    os.dup2(os.open(order["stdin"], os.O_RDONLY), 0)
    for number, path in ((1, order["log"]), (2, order["errors"])):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOCTTY, 0o600), number)
    # A shell gives its background jobs no Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    # As `python -m scrapy` would find modules.
    sys.path[:0] = [order["folder"], *order["environment"]["PYTHONPATH"].split(os.pathsep)]
    try:
        if "program" in order:
            sys.argv = ["-c"]
            exec(compile(order["program"], "<string>", "exec"), vars(sys.modules["__main__"]))
            _end(0)
        execute(["scrapy", *order["arguments"]])
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            _end(end.code or 0)
        raise


def _end(code: int) -> NoReturn:
    """End the process as Python does, but for taking apart what was imported: that is a third of a short crawl."""
    threading._shutdown()
    atexit._run_exitfuncs()
    # What was left open or pending says so now.
    gc.collect()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    # This file's folder is nothing that a crawl imports from.
    del sys.path[0]
    import_all()
    gc.freeze()
    print("ready", flush=True)
    its_order = _serve()
    if its_order is not None:
        become(its_order)
