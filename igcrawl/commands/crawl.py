"""`scrapy crawl`: Scrapy's own, with input checked before anything happens and an exit code that means something."""

from __future__ import annotations

import argparse
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError
from scrapy.settings import Settings
from scrapy.spiderloader import get_spider_loader

from igcrawl.catalogue import OPERATIONS
from igcrawl.config import read_config
from igcrawl.errors import BadInput
from igcrawl.logs import quieten
from igcrawl.session_file import load_session
from igcrawl.spider import OperationSpider
from igcrawl.verdict import ExitCode


class Command(ScrapyCrawl):
    """Run a spider of this project."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check everything the operator gave; what cannot be used ends here, in one line, with exit code 2."""
        try:
            super().process_options(args, opts)
            assert self.settings is not None
            check_input(self.settings, args, opts.spargs)
            quieten(str(self.settings["LOG_LEVEL"]))
        except UsageError as error:
            refuse(str(error) or "bad usage; see scrapy crawl -h")
        except BadInput as error:
            refuse(str(error))

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl, and set the exit code from the verdicts."""
        assert self.crawler_process is not None
        crawler = self._create_crawler(args[0])
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        spider = crawler.spider
        if isinstance(spider, OperationSpider):
            self.exitcode = spider.exit_code
        if not self.exitcode and (self.crawler_process.bootstrap_failed or spider is None or _lost_feed(crawler)):
            self.exitcode = ExitCode.INCOMPLETE


def _lost_feed(crawler: Crawler) -> bool:
    """Whether a feed could not be stored at the end."""
    stats = crawler.stats.get_stats() if crawler.stats is not None else {}
    return any(name.startswith("feedexport/failed_count") for name in stats)


def check_input(settings: Settings, args: list[str], spider_arguments: dict[str, Any]) -> None:
    """Check the spider's name and arguments, the settings, the session file and the local outputs.

    Raises:
        BadInput: one of them cannot be used.
    """
    loader = get_spider_loader(settings)
    names = loader.list()
    if len(args) != 1:
        raise BadInput(f"give one spider: {', '.join(names)}")
    if args[0] not in names:
        near = get_close_matches(args[0], names) or names
        raise BadInput(f"no spider {args[0]!r}; did you mean {', '.join(near)}?")
    config = read_config(settings, OPERATIONS)
    spider = loader.load(args[0])
    if issubclass(spider, OperationSpider):
        spider.check(spider_arguments)
    if not config.simulator:
        if config.session_file is None:
            raise BadInput(
                "no session: set IG_SESSION to a session file, or try the simulator with -s IG_SIMULATOR=True"
            )
        load_session(config.session_file)
    for uri in settings.getdict("FEEDS"):
        _check_output(str(uri))


def _check_output(uri: str) -> None:
    """Refuse a local output that cannot be written, before a request is spent on it."""
    parts = urlsplit(uri)
    if parts.scheme not in {"", "file"} or "%(" in uri:
        return
    path = Path(parts.path if parts.scheme else uri)
    existed = path.exists()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("ab").close()
    except OSError as error:
        raise BadInput(f"output {uri}: {error.strerror or error}") from None
    if not existed:
        path.unlink()


def refuse(problem: str) -> NoReturn:
    """Say in one line why nothing was done, and exit."""
    print(f"igcrawl: {' '.join(problem.split())}", file=sys.stderr)
    raise SystemExit(int(ExitCode.BAD_INPUT))
