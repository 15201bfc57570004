"""Table of the catalogue, a line an operation."""

from __future__ import annotations

from typing import Final

from igcrawl.cli.tables import print_columns, terminal_width
from igcrawl.config.config import Config
from igcrawl.doc_ids import DocIds
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.operations.operation import Operation
from igcrawl.printable import say

_COLUMNS: Final = ("name", "surface", "record", "arguments", "doc_id", "from", "other names")


def print_table(config: Config) -> None:
    """Print the operations, each with the doc_id that it is asked by first."""
    doc_ids = DocIds(config.doc_ids, config.own_queries)
    rows = [_COLUMNS, *(_row(operation, doc_ids) for operation in OPERATIONS.values())]
    short = terminal_width() is not None
    # On a terminal the other names would make most of the table.
    print_columns([row[:-1] for row in rows] if short else rows)
    if short:
        say("scrapy operations NAME shows one, with arguments, fields and other names")


def _row(operation: Operation, doc_ids: DocIds) -> tuple[str, ...]:
    arguments = " ".join(name if argument.required else f"[{name}]" for name, argument in operation.arguments.items())
    doc_id, source = "-", "-"
    if operation.query_name is not None:
        current = doc_ids.candidates(operation.name, operation.query_name)[0]
        doc_id, source = current.id, current.source or current.origin
    others = operation.other_names
    return operation.name, operation.surface, operation.record_type, arguments, doc_id, source, " ".join(others)
