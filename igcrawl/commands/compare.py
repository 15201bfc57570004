"""`scrapy compare`: who is new, gone, kept, in several lists, or mutual, by what the store holds."""

from __future__ import annotations

import argparse
from collections.abc import Coroutine
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand

from igcrawl.commands.refusals import answer_from_store, refuse_in_one_line, whole_number


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
        refuse_in_one_line(parser)
        when = "number or name of a crawl, or a date (UTC): the last list until then"
        parser.add_argument("--from", dest="earlier", metavar="CRAWL_OR_DATE", help=f"the earlier list: {when}")
        parser.add_argument("--to", dest="later", metavar="CRAWL_OR_DATE", help=f"the later list: {when}")
        parser.add_argument(
            "--list", dest="kind", default="followers", help="followers, following, suggestions (default: followers)"
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
        from igcrawl.analysis.lists import questions  # noqa: PLC0415 - Scrapy imports every command
        from igcrawl.analysis.lists.compare import CompareOrder  # noqa: PLC0415 - as above
        from igcrawl.analysis.lists.list_doubts import Change  # noqa: PLC0415 - as above
        from igcrawl.cli import command_config, compare_tables  # noqa: PLC0415 - as above

        limit = whole_number("--limit", opts.limit)
        question = args[0] if args else ""
        order = CompareOrder(
            names=args[1:],
            kind=opts.kind,
            earlier=opts.earlier,
            later=opts.later,
            incomplete=opts.incomplete,
            out=opts.out,
            most=limit,
        )

        def asked() -> Coroutine[Any, Any, None]:
            questions.check_question(question, order)
            config = command_config.config_with_store(self.settings)
            if question == questions.OVERLAP:
                return compare_tables.print_overlap(config, order)
            if question == questions.MUTUAL:
                return compare_tables.print_mutual(config, order)
            return compare_tables.print_change(config, Change(question), order)

        self.exitcode = answer_from_store(asked)
