"""Work behind `scrapy crawl`: takes over what the operator gave for one of our spiders, and checks it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from scrapy.addons import AddonManager
from scrapy.settings import Settings
from scrapy.spiderloader import get_spider_loader
from scrapy.utils.conf import build_component_list

from igcrawl.arguments import BadLines, OperationArguments
from igcrawl.arguments.base import check_text
from igcrawl.arguments.targets import shown
from igcrawl.base_spiders.operation_spider import OperationSpider
from igcrawl.base_spiders.target_spider import TargetSpider
from igcrawl.config.config import check_environment
from igcrawl.config.scrapy_values import check_objects
from igcrawl.crawl.logs import quieten
from igcrawl.errors import BadInput
from igcrawl.output.cli_outputs import add_feeds, complete_feeds, feeds_of, take_outputs
from igcrawl.printable import say
from igcrawl.running.crawl_preflight import check_files, check_settings, log_files, prepare_crawl
from igcrawl.running.find_spider import find_spider
from igcrawl.running.own_settings import ADDON, add_spiders, check_our_addon, is_our_addon
from igcrawl.verdict import ExitCode


def is_ours(settings: Settings, given: Mapping[str, str], args: list[str]) -> bool:
    """Return whether a command's spider is one of ours, or would be if its name were right.

    Args:
        settings: the project's; the add-ons' early ones are added.
        given: what ``-s`` gives.
        args: what follows the command: the spider's name.

    Raises:
        BadInput: the spiders cannot be imported, or it is one of ours in a project without our add-on.
    """
    check_our_addon(settings)
    AddonManager.load_pre_crawler_settings(settings)
    own = settings
    if given:
        check_objects(given)
        own = settings.copy()
        own.setdict(given, priority="cmdline")
    has_addon = any(is_our_addon(addon) for addon in build_component_list(own["ADDONS"]))
    try:
        loader = get_spider_loader(own)
    except ImportError as error:
        if has_addon:
            raise BadInput(f"SPIDER_MODULES: {error}") from None
        raise
    if len(args) == 1 and args[0] in loader.list():
        return issubclass(loader.load(args[0]), OperationSpider)
    if not has_addon and own.getlist("SPIDER_MODULES") and len(args) == 1:
        _refuse_without_addon(args[0])
    return has_addon


def _refuse_without_addon(name: str) -> None:
    """Say what a project lacks whose operator names one of our spiders.

    Raises:
        BadInput: the name is that of one of ours.
    """
    bare = Settings()
    add_spiders(bare)
    if name in get_spider_loader(bare).list():
        raise BadInput(
            f"{name} is a spider of igcrawl, whose add-on this project lacks; "
            f'its settings need ADDONS = {{"{ADDON}": 500}}'
        )


def check_given_once(pairs: list[str]) -> None:
    """Check that no argument of a spider is given twice: Scrapy would take the last, and say nothing of the others.

    Args:
        pairs: what stands behind each ``-a``.

    Raises:
        BadInput: an argument has two values.
    """
    values: dict[str, str] = {}
    for name, equals, value in (pair.partition("=") for pair in pairs):
        if equals and values.setdefault(name, value) != value:
            raise BadInput(
                f"{shown(name)} is given twice, as {shown(values[name])!r} and {shown(value)!r}: give it once; several "
                "targets are one list, as in user_id=1,2 or username=a,b, or one file; file=- reads standard input"
            )


def explain(settings: Settings, args: list[str], given: Mapping[str, str], *, asked: bool) -> None:
    """Print one of our spiders' help, and exit; where nobody asked, only if it cannot crawl without arguments.

    Args:
        settings: the project's, with the add-ons' early ones.
        args: what follows the command: the spider's name.
        given: the spider's arguments: those of an operation are explained with it.
        asked: whether ``-h`` was given.

    Raises:
        BadInput: there is no such spider.
    """
    from igcrawl.cli import operation_help, spider_help  # noqa: PLC0415 - a crawl begins without them

    spider = find_spider(settings, _spider_name(args))
    if asked:
        if issubclass(spider.arguments, OperationArguments) and given.get("name"):
            operation_help.print_operation(given["name"])
        else:
            spider_help.print_help(spider)
        raise SystemExit(int(ExitCode.OK))
    if (problem := spider_help.problem_without_arguments(spider)) is not None:
        say(f"igcrawl: {problem}", file=sys.stderr)
        spider_help.print_short_help(spider)
        raise SystemExit(int(ExitCode.BAD_INPUT))


def _spider_name(args: list[str]) -> str | None:
    """Return the spider's name of a command; None where it is not one.

    Raises:
        BadInput: a spider's argument stands there without its option.
    """
    if (bare := next((each for each in args[1:] if "=" in each), None)) is not None:
        raise BadInput(f"write -a {shown(bare)}")
    if len(args) > 1:
        raise BadInput(
            f"{shown(args[1])!r} stands alone: give arguments as -a NAME=VALUE; "
            f"scrapy crawl {shown(args[0])} -h lists them"
        )
    return args[0] if len(args) == 1 else None


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
    outputs = take_outputs(opts)
    files = {"--logfile": opts.logfile, "--pidfile": opts.pidfile, "--profile": opts.profile}
    for value in [*files.values(), *(name for name, _ in outputs)]:
        check_text(value or "", "the name of a file")
    check_files(files)
    # Scrapy would write it at once, before it is known whether it is a file of another purpose.
    opts.pidfile = None
    process()
    check_environment()
    check_settings(settings)
    add_feeds(settings, feeds_of(settings, outputs))
    complete_feeds(settings)
    spider = find_spider(settings, _spider_name(args))
    # The option is the setting by another name.
    named = {} if opts.logfile else dict(log_files(settings))
    if opts.spargs.get("bad_lines") == BadLines.LIST.value and issubclass(spider, TargetSpider):
        for line in spider.lines_not_asked(opts.spargs):
            say(line)
    prepare_crawl(spider, opts.spargs, settings, files | named)
    if files["--pidfile"]:
        Path(files["--pidfile"]).write_text(f"{os.getpid()}\n", encoding="utf-8")
    quieten(str(settings["LOG_LEVEL"]))
