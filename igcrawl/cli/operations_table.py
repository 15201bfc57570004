"""Table of the catalogue, a line an operation."""

from __future__ import annotations

from typing import Final

from igcrawl.cli.tables import print_columns, terminal_width
from igcrawl.config.config import Config
from igcrawl.doc_ids import DocIds
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.operations.operation import Operation

_COLUMNS: Final = ("name", "surface", "record", "arguments", "doc_id", "from", "other names")


def print_table(config: Config) -> None:
    """Print the operations, each with the doc_id that it is asked by first."""
    doc_ids = DocIds(config.doc_ids, config.own_queries)
    short = terminal_width() is not None
    print_columns([_COLUMNS, *(_row(operation, doc_ids, short=short) for operation in OPERATIONS.values())])


def _row(operation: Operation, doc_ids: DocIds, *, short: bool) -> tuple[str, ...]:
    """Return a row; where it must be short, only the first of the other names, and how many more there are."""
    arguments = " ".join(name if argument.required else f"[{name}]" for name, argument in operation.arguments.items())
    doc_id, source = "-", "-"
    if operation.query_name is not None:
        current = doc_ids.candidates(operation.name, operation.query_name)[0]
        doc_id, source = current.id, current.source or current.origin
    others = operation.other_names
    if short and len(others) > 1:
        others = (others[0], f"and {len(others) - 1} more")
    return operation.name, operation.surface, operation.record_type, arguments, doc_id, source, " ".join(others)
