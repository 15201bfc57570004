"""`scrapy export`: what the store holds, as files that other programs open."""

from __future__ import annotations

import argparse
from collections.abc import Coroutine
from typing import Any

from scrapy.commands import ScrapyCommand

from igcrawl.commands.refusals import answer_from_store, refuse, refuse_in_one_line
from igcrawl.verdict import ExitCode


class Command(ScrapyCommand):
    """Write what the store holds."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return the synopsis of the command's arguments."""
        return (
            "OUT [--crawl NUMBER_OR_NAME] [--walk OPERATION/TARGET] [--verdict VERDICT,…] [--type TYPE] "
            "[--all-generations] [--format FORMAT] [--for PROGRAM] [--separator WORD] [--nodes WHICH] [--min-degree N]"
        )

    def short_desc(self) -> str:
        """Return the line for `scrapy -h`."""
        return (
            "Write the records that the store holds to OUT "
            "(.jsonl, .csv, .parquet, .xlsx, .duckdb, .gexf, .graphml; - is standard output)"
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what is written, and how."""
        super().add_options(parser)
        refuse_in_one_line(parser)
        parser.add_argument("--crawl", metavar="NUMBER_OR_NAME", help="one crawl (default: all)")
        parser.add_argument("--walk", metavar="OPERATION/TARGET", help="one walk, e.g. followers/25025320")
        parser.add_argument(
            "--verdict",
            metavar="VERDICT,…",
            help="only walks with this verdict, or one of several, and their records; open: those without one yet",
        )
        parser.add_argument("--type", help="records of one type (default: all; in csv and parquet the main one)")
        parser.add_argument(
            "--all-generations", action="store_true", help="every generation (default: the latest of each walk)"
        )
        parser.add_argument(
            "--format", help="jsonl, csv, parquet, xlsx, duckdb, gexf or graphml (default: what OUT's suffix says)"
        )
        for_programs = "excel: CSV that a spreadsheet shows as it is; gephi: CSV of nodes and of edges"
        parser.add_argument("--for", dest="purpose", metavar="PROGRAM", help=for_programs)
        parser.add_argument("--separator", metavar="WORD", help="with --for excel: comma, semicolon or tab (comma)")
        parser.add_argument("--nodes", metavar="WHICH", help="accounts of a graph: all, or walked (all)")
        parser.add_argument(
            "--min-degree", metavar="N", help="accounts of a graph with N edges or more, in and out together"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Write, and say what was written."""
        from igcrawl.analysis import export, export_order  # noqa: PLC0415 - Scrapy imports every command
        from igcrawl.cli import command_config  # noqa: PLC0415 - as above

        if len(args) != 1:
            refuse("give one OUT: a file named .jsonl, .csv, .parquet, .xlsx, …, or - for standard output")
        order = export_order.ExportOrder(
            out=args[0],
            format=opts.format,
            purpose=opts.purpose,
            crawl=opts.crawl,
            walk=opts.walk,
            verdict=opts.verdict,
            type=opts.type,
            every_generation=opts.all_generations,
            separator=opts.separator,
            nodes=opts.nodes,
            least_degree=opts.min_degree,
        )

        def asked() -> Coroutine[Any, Any, ExitCode]:
            assert self.settings is not None
            return export.export(command_config.config_with_store(self.settings), self.settings, order)

        self.exitcode = answer_from_store(asked)
