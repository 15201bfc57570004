"""`scrapy crawl`: Scrapy's own, with input checked before anything happens and an exit code that means something."""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
from collections.abc import Callable, Coroutine
from typing import Any, Final, NoReturn

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.exceptions import UsageError
from scrapy.utils.conf import arglist_to_dict

from igcrawl.errors import BadInput, StoreError
from igcrawl.printable import say
from igcrawl.verdict import ExitCode

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
        parser.add_argument(
            "-h", "--help", action="store_true", help="show this help; with a spider's name, the spider's arguments"
        )
        self._print_scrapys_help = parser.print_help

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check everything the operator gave; what cannot be used ends here, in one line, with exit code 2."""
        # Modules and classes stay until the end: to look at them again and again takes a fifth of the start.
        gc.freeze()
        from igcrawl.cli.crawl_command import explain, is_ours, prepare  # noqa: PLC0415 - Scrapy imports every command

        assert self.settings is not None
        try:
            if opts.help and not args:
                self._end_with_help()
            self._ours = is_ours(self.settings, arglist_to_dict(opts.set or []), args)
            if opts.help and not self._ours:
                self._end_with_help()
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


def refuse(problem: str, code: ExitCode = ExitCode.BAD_INPUT) -> NoReturn:
    """Say in one line why nothing was done, and exit."""
    say(f"igcrawl: {' '.join(problem.split())}", file=sys.stderr)
    raise SystemExit(int(code))


def whole_number(option: str, given: str) -> int:
    """Return the number that an option was given; anything else is refused."""
    if not (given.isascii() and given.isdecimal()):
        refuse(f"{option}: expected a whole number, got {given!r}")
    return int(given)


def answer_from_store(question: Callable[[], Coroutine[Any, Any, ExitCode | None]]) -> ExitCode:
    """Ask a store something, and return the exit code; what stands in the way is said in one line.

    Args:
        question: reads the settings and returns what is to be awaited; None is `ExitCode.OK`.
    """
    try:
        return asyncio.run(question()) or ExitCode.OK
    except BadInput as error:
        refuse(str(error))
    except StoreError as error:
        refuse(str(error), ExitCode.INCOMPLETE)
    except BrokenPipeError:
        # Whoever was reading has enough: nothing to be said.
        return ExitCode.INCOMPLETE
    except KeyboardInterrupt:
        refuse("stopped; no file was changed", ExitCode.INCOMPLETE)
