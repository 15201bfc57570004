"""`scrapy crawl`: Scrapy's own, with input checked before anything happens and an exit code that means something."""

from __future__ import annotations

import argparse
import gc
from typing import Final, NoReturn

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.exceptions import UsageError
from scrapy.utils.conf import arglist_to_dict

from igcrawl.commands.refusals import refuse, refuse_in_one_line
from igcrawl.errors import BadInput
from igcrawl.verdict import ExitCode

#: New objects between two looks for cycles. A page's records are gone with their page, and none of them is in a cycle.
_UNTIL_LOOK: Final = 10_000
NO_PROJECT: Final = (
    "there is no Scrapy project here: run this in igcrawl's folder, or in one of your own project that has its add-on "
    "(docs/projects.md of igcrawl)"
)


class Command(ScrapyCrawl):
    """Run a spider of the project: one of ours with its checks and exit code, another one as Scrapy does."""

    _ours = False

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add Scrapy's options, with help that knows the arguments of a spider."""
        super().add_options(parser)
        refuse_in_one_line(parser)
        parser.add_argument(
            "-h", "--help", action="store_true", help="show this help; with a spider's name, the spider's arguments"
        )
        self._print_scrapys_help = parser.print_help

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check everything the operator gave; what cannot be used ends here, in one line, with exit code 2."""
        # Modules and classes stay until the end: to look at them again and again takes a fifth of the start.
        gc.freeze()
        from igcrawl.cli.crawl_command import check_given_once, explain, is_ours, prepare  # noqa: PLC0415 - Scrapy imports every command

        assert self.settings is not None
        try:
            if opts.help and not args:
                self._end_with_help()
            self._ours = is_ours(self.settings, arglist_to_dict(opts.set or []), args)
            if opts.help and not self._ours:
                self._end_with_help()
            if self._ours:
                check_given_once(opts.spargs or [])
            if self._ours and (opts.help or not opts.spargs):
                explain(self.settings, args, arglist_to_dict(opts.spargs or []), asked=opts.help)
            if not self._ours and not self.settings.getlist("SPIDER_MODULES"):
                refuse(NO_PROJECT)
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

    def _end_with_help(self) -> NoReturn:
        self._print_scrapys_help()
        raise SystemExit(int(ExitCode.OK))

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl, and set the exit code from the verdicts."""
        if not self._ours:
            super().run(args, opts)
            return
        from igcrawl.calling.run_context import RunContext  # noqa: PLC0415 - as above
        from igcrawl.running.outcome import outcome_of  # noqa: PLC0415

        gc.set_threshold(_UNTIL_LOOK)
        assert self.crawler_process is not None
        crawler = self._create_crawler(args[0])
        # The process has no other purpose: what nobody owns up to counts against this crawl.
        context = RunContext.of(crawler)
        context.lines.take_nobodys()
        context.told = True
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        outcome = outcome_of(crawler, failed=self.crawler_process.bootstrap_failed)
        if outcome.refused is not None:
            refuse(outcome.refused, outcome.exit_code)
        self.exitcode = outcome.exit_code
