"""`scrapy crawl`: Scrapy's own, with input checked before anything happens and an exit code that means something."""

from __future__ import annotations

import argparse
import sys
from typing import NoReturn

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError
from scrapy.utils.conf import arglist_to_dict

from igcrawl.errors import BadInput
from igcrawl.verdict import ExitCode


class Command(ScrapyCrawl):
    """Run a spider of the project: one of ours with its checks and exit code, another one as Scrapy does."""

    _ours = False

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check everything the operator gave; what cannot be used ends here, in one line, with exit code 2."""
        from igcrawl.running.crawl_preflight import is_ours, prepare  # noqa: PLC0415 - Scrapy imports every command

        assert self.settings is not None
        try:
            self._ours = is_ours(self.settings, arglist_to_dict(opts.set or []), args)
            if not self._ours:
                super().process_options(args, opts)
                return
            prepare(self.settings, args, opts, lambda: super(Command, self).process_options(args, opts))
        except UsageError as error:
            if not self._ours:
                raise
            refuse(str(error) or "bad usage; see scrapy crawl -h")
        except BadInput as error:
            refuse(str(error))

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl, and set the exit code from the verdicts."""
        if not self._ours:
            super().run(args, opts)
            return
        assert self.crawler_process is not None
        crawler = self._create_crawler(args[0])
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        self.exitcode = self._exit_code(crawler)

    def _exit_code(self, crawler: Crawler) -> ExitCode:
        from igcrawl.base_spiders.operation_spider import OperationSpider  # noqa: PLC0415 - as above

        assert self.crawler_process is not None
        spider = crawler.spider
        code = ExitCode.OK
        if isinstance(spider, OperationSpider):
            if spider.refused is not None:
                refuse(*spider.refused)
            code = spider.exit_code
        failed = self.crawler_process.bootstrap_failed or spider is None or _lost_something(crawler)
        return ExitCode.INCOMPLETE if failed and code is ExitCode.OK else code


def _lost_something(crawler: Crawler) -> bool:
    """Return whether a feed was not opened or not stored, or a part of Scrapy failed where no verdict can say so."""
    from igcrawl.output.exporters import RecordFeedExporter  # noqa: PLC0415 - as above

    stats = crawler.stats.get_stats() if crawler.stats is not None else {}
    if any(name.startswith("feedexport/failed_count") for name in stats) or stats.get("log_count/ERROR"):
        return True
    return bool(crawler.settings.getdict("FEEDS")) and crawler.get_extension(RecordFeedExporter) is None


def refuse(problem: str, code: ExitCode = ExitCode.BAD_INPUT) -> NoReturn:
    """Say in one line why nothing was done, and exit."""
    print(f"igcrawl: {' '.join(problem.split())}", file=sys.stderr)
    raise SystemExit(int(code))
