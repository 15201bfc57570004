"""One operation of the catalogue, for the operator's eyes: `scrapy operations NAME`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from igcrawl.cli.docs.operations import command_of, request_of
from igcrawl.cli.help_text import help_width, paragraph, section
from igcrawl.doc_ids import Query, shipped_queries
from igcrawl.items import Record
from igcrawl.items.field_rules import own_fields
from igcrawl.items.meanings import meaning_of
from igcrawl.operations.catalogue import find_operation
from igcrawl.operations.operation import Argument, Operation
from igcrawl.printable import say


def print_operation(name: str) -> None:
    """Print an operation: what it asks, its arguments, its records with their fields, its other names, an example.

    Raises:
        BadInput: there is none of this name.
    """
    for line in operation_lines(find_operation(name), shipped_queries(), help_width()):
        say(line)


def operation_lines(operation: Operation, queries: Mapping[str, Query], width: int) -> Iterator[str]:
    """Yield the lines of an operation.

    Args:
        operation: one of the catalogue.
        queries: the registered queries.
        width: of the lines.
    """
    yield from paragraph(f"{operation.name}: {operation.about}", width)
    facts = [("asks", request_of(operation, queries).replace("`", ""))]
    facts += [("asks first", need.operation) for need in operation.needs]
    facts += [("asks then", operation.then.operation)] if operation.then is not None else []
    facts.append(("pages", "several" if operation.paging else "one"))
    if operation.changes_server:
        facts.append(("changes", "something on the server: it is asked only with -a confirm=1"))
    if operation.other_names:
        facts.append(("other names", ", ".join(operation.other_names)))
    yield from section("Request:", facts, width)
    arguments = [(name, _meaning(argument)) for name, argument in operation.arguments.items()]
    yield from section("Arguments:", arguments or [("none", "")], width)
    for kind in dict.fromkeys(part.record for part in operation.reader.parts):
        yield from section(f"Fields of its {kind.TYPE} records:", _fields(kind), width)
    yield from ("", "Example:", f"  {command_of(operation)}")


def _meaning(argument: Argument) -> str:
    instead = f" ({argument.instead}=… in its place costs one more request)" if argument.instead else ""
    return f"{argument.about}{'' if argument.required else ' (optional)'}{instead}"


def _fields(kind: type[Record]) -> Iterator[tuple[str, str]]:
    for field in own_fields(kind):
        yield field.name, meaning_of(kind.TYPE, field.name).replace("`", "")
