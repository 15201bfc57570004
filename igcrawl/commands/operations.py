"""`scrapy operations`: the catalogue, a line an operation."""

from __future__ import annotations

import argparse

from scrapy.commands import ScrapyCommand

from igcrawl.catalogue import OPERATIONS
from igcrawl.doc_ids import shipped_queries
from igcrawl.operation import Operation

_COLUMNS = ("name", "surface", "record", "arguments", "doc_id", "from")


class Command(ScrapyCommand):
    """List the operations."""

    requires_project = True
    requires_crawler_process = False

    def short_desc(self) -> str:
        """One line for `scrapy -h`."""
        return "List the operations: name, surface, record, arguments, doc_id and where it came from"

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the table."""
        rows = [_COLUMNS, *(_row(operation) for operation in OPERATIONS.values())]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _row(operation: Operation) -> tuple[str, ...]:
    arguments = " ".join(name if argument.required else f"[{name}]" for name, argument in operation.arguments.items())
    doc_id, source = "-", "-"
    if operation.query_name is not None:
        query = shipped_queries()[operation.query_name]
        doc_id, source = query.ids[0], query.source
    return operation.name, operation.surface, operation.record_type, arguments, doc_id, source
