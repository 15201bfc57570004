"""`scrapy operations`: the catalogue, a line an operation."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from scrapy.commands import ScrapyCommand

from igcrawl.cli.command_config import config_of
from igcrawl.cli.operations_check import faults_of
from igcrawl.cli.operations_docs import page_of
from igcrawl.cli.tables import print_columns
from igcrawl.commands.crawl import refuse
from igcrawl.doc_ids import DocIds, shipped_queries
from igcrawl.errors import BadInput
from igcrawl.operations.catalogue import FAMILIES, OPERATIONS
from igcrawl.operations.operation import Operation
from igcrawl.printable import say

_COLUMNS: Final = ("name", "surface", "record", "arguments", "doc_id", "from")
_ROOT: Final = Path(__file__).parents[2]
_PAGE: Final = _ROOT / "docs" / "operations.md"


class Command(ScrapyCommand):
    """List, check or document the operations."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return the synopsis of the command's arguments."""
        return "[--check] [--docs --answers FOLDER]"

    def short_desc(self) -> str:
        """Return the line for `scrapy -h`."""
        return "List the operations: name, surface, record, arguments, doc_id and where it came from"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what else can be done with the catalogue."""
        super().add_options(parser)
        parser.add_argument("--check", action="store_true", help="look for faults of the catalogue; exit 1 with one")
        parser.add_argument("--docs", action="store_true", help="write docs/operations.md")
        parser.add_argument("--answers", metavar="FOLDER", help="recorded answers that --docs takes its examples from")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the table, or the faults, or write the page."""
        if args:
            refuse(f"scrapy operations takes options only, not {args[0]!r}")
        if opts.check:
            self._check()
        if opts.docs:
            if not opts.answers or not _PAGE.is_file():
                refuse("--docs needs --answers=FOLDER, and writes docs/operations.md of the project")
            try:
                page = page_of(OPERATIONS, shipped_queries(), Path(opts.answers))
            except OSError as error:
                refuse(f"--answers {opts.answers}: {error.strerror or error}")
            _PAGE.write_text(page, "utf-8")
            say(f"{_PAGE}: {len(OPERATIONS)} operations")
        if not opts.check and not opts.docs:
            print_columns([_COLUMNS, *self._rows()])

    def _rows(self) -> list[tuple[str, ...]]:
        assert self.settings is not None
        try:
            config = config_of(self.settings)
        except BadInput as error:
            refuse(str(error))
        doc_ids = DocIds(config.doc_ids, config.own_queries)
        return [_row(operation, doc_ids) for operation in OPERATIONS.values()]

    def _check(self) -> None:
        declared = [operation for family in FAMILIES for operation in family.OPERATIONS]
        faults = list(faults_of(declared, shipped_queries()))
        for fault in faults:
            say(fault)
        say(f"{len(OPERATIONS)} operations, {len(faults)} faults")
        self.exitcode = 1 if faults else 0


def _row(operation: Operation, doc_ids: DocIds) -> tuple[str, ...]:
    arguments = " ".join(name if argument.required else f"[{name}]" for name, argument in operation.arguments.items())
    doc_id, source = "-", "-"
    if operation.query_name is not None:
        current = doc_ids.candidates(operation.name, operation.query_name)[0]
        doc_id, source = current.id, current.source or current.origin
    return operation.name, operation.surface, operation.record_type, arguments, doc_id, source
