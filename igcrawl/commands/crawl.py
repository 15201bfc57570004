"""`scrapy crawl`: Scrapy's own, with input checked before anything happens and an exit code that means something."""

from __future__ import annotations

import argparse
import sys
from typing import NoReturn

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError

from igcrawl.base_spiders.operation_spider import OperationSpider
from igcrawl.crawl.logs import quieten
from igcrawl.errors import BadInput
from igcrawl.output.cli_outputs import take_json_lines
from igcrawl.output.exporters import RecordFeedExporter
from igcrawl.planning.planner import write_nothing_for_plan
from igcrawl.running.crawl_preflight import check_input
from igcrawl.verdict import ExitCode


class Command(ScrapyCrawl):
    """Run a spider of this project."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check everything the operator gave; what cannot be used ends here, in one line, with exit code 2."""
        try:
            assert self.settings is not None
            taken = take_json_lines(self.settings, opts)
            super().process_options(args, opts)
            self.settings.setdict(taken, priority="cmdline")
            check_input(self.settings, args, opts)
            write_nothing_for_plan(self.settings, opts.spargs)
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
            if spider.refused is not None:
                refuse(*spider.refused)
            self.exitcode = spider.exit_code
        if not self.exitcode and (self.crawler_process.bootstrap_failed or spider is None or _lost_something(crawler)):
            self.exitcode = ExitCode.INCOMPLETE


def _lost_something(crawler: Crawler) -> bool:
    """Whether a feed was not opened or not stored, or a part of Scrapy failed where no verdict can say so."""
    stats = crawler.stats.get_stats() if crawler.stats is not None else {}
    if any(name.startswith("feedexport/failed_count") for name in stats) or stats.get("log_count/ERROR"):
        return True
    return bool(crawler.settings.getdict("FEEDS")) and crawler.get_extension(RecordFeedExporter) is None


def refuse(problem: str, code: ExitCode = ExitCode.BAD_INPUT) -> NoReturn:
    """Say in one line why nothing was done, and exit."""
    print(f"igcrawl: {' '.join(problem.split())}", file=sys.stderr)
    raise SystemExit(int(code))
