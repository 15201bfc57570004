"""`scrapy compare`: who is new, gone, kept, in several lists, or mutual, by what the store holds."""

from __future__ import annotations

import argparse
from collections.abc import Coroutine
from typing import Any, ClassVar, Final

from scrapy.commands import ScrapyCommand

from igcrawl.commands.crawl import answer_from_store, refuse

_CHANGES: Final = ("new", "gone", "kept")
_QUESTIONS: Final = (*_CHANGES, "overlap", "mutual")
_LISTS: Final = ("followers", "following", "suggestions")


class Command(ScrapyCommand):
    """Compare lists of the store."""

    requires_project = True
    requires_crawler_process = False
    #: What it can be told to do.
    ACTIONS: ClassVar = {
        "new": "accounts that the later list has and the earlier one has not",
        "gone": "accounts that the earlier list has and the later one has not",
        "kept": "accounts that are in both",
        "overlap": "accounts that are in the lists of several accounts",
        "mutual": "accounts that follow and are followed",
    }

    def syntax(self) -> str:
        """Return the synopsis of the command's arguments."""
        return (
            "new A [--from CRAWL_OR_DATE] [--to CRAWL_OR_DATE] | gone A … | kept A … | overlap A B [C …] | mutual A "
            "[--list followers|following|suggestions] [--any] [-O FILE] [--limit N]"
        )

    def short_desc(self) -> str:
        """Return the line for `scrapy -h`."""
        return "Who is new, gone or kept, who is in several lists, who follows back: by the store, without a request"

    def long_desc(self) -> str:
        """Return what `scrapy compare -h` says."""
        return (
            "A is an account (id, @name, address) or a walk (followers/25025320). Complete lists only, the last two or "
            "the last one, unless --from, --to or --any say otherwise; docs/compare.md tells how to read the answers."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add which lists are compared, and where the answer goes."""
        super().add_options(parser)
        when = "number or name of a crawl, or a date (UTC): the last list until then"
        parser.add_argument("--from", dest="earlier", metavar="CRAWL_OR_DATE", help=f"the earlier list: {when}")
        parser.add_argument("--to", dest="later", metavar="CRAWL_OR_DATE", help=f"the later list: {when}")
        parser.add_argument(
            "--list", dest="kind", default="followers", help=f"{', '.join(_LISTS)} (default: followers)"
        )
        parser.add_argument(
            "--any",
            dest="incomplete",
            action="store_true",
            help="incomplete lists, too; every answer says so",
        )
        parser.add_argument(
            "-O", dest="out", metavar="FILE", help="write all accounts: .csv, .xlsx, .jsonl, .parquet, or -"
        )
        parser.add_argument("--limit", default="50", help="at most this many accounts in the table (default: 50)")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Answer."""
        self._check(args, opts)
        from igcrawl.analysis.lists.compare import CompareOrder  # noqa: PLC0415 - Scrapy imports every command
        from igcrawl.analysis.lists.list_doubts import Change  # noqa: PLC0415 - as above
        from igcrawl.cli import command_config, compare_tables  # noqa: PLC0415 - as above

        question, *names = args
        order = CompareOrder(
            names=names,
            kind=opts.kind,
            earlier=opts.earlier,
            later=opts.later,
            incomplete=opts.incomplete,
            out=opts.out,
            most=int(opts.limit),
        )

        def asked() -> Coroutine[Any, Any, None]:
            config = command_config.config_with_store(self.settings)
            if question == "overlap":
                return compare_tables.print_overlap(config, order)
            if question == "mutual":
                return compare_tables.print_mutual(config, order)
            return compare_tables.print_change(config, Change(question), order)

        self.exitcode = answer_from_store(asked)

    def _check(self, args: list[str], opts: argparse.Namespace) -> None:
        """Refuse what no store is needed for to see that it cannot be answered."""
        from igcrawl.wording import did_you_mean, nearest  # noqa: PLC0415 - as above

        question = args[0] if args else ""
        if question not in _QUESTIONS:
            meant = did_you_mean(nearest(question, _QUESTIONS))
            refuse(f"scrapy compare {question}: {meant}expected one of {', '.join(_QUESTIONS)}, then whose lists")
        wanted = len(args) > 2 if question == "overlap" else len(args) == 2
        if not wanted:
            several = "two accounts or more" if question == "overlap" else "one account"
            refuse(f"scrapy compare {question}: give {several}: an id, @name, address, or a walk such as followers/1")
        if opts.kind not in _LISTS:
            meant = did_you_mean(nearest(opts.kind, _LISTS))
            refuse(f"--list={opts.kind}: {meant}expected one of {', '.join(_LISTS)}")
        if question not in _CHANGES and opts.earlier is not None:
            refuse(f"--from is for {', '.join(_CHANGES)}; --to takes {question} of an earlier time")
        if question == "mutual" and opts.kind != _LISTS[0]:
            refuse("scrapy compare mutual takes no --list: it holds followers against whom the account follows")
        if not (opts.limit.isascii() and opts.limit.isdecimal()):
            refuse(f"--limit: expected a whole number, got {opts.limit!r}")
