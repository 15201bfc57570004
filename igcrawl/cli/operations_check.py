"""Faults of the catalogue, each in a line: `scrapy operations --check` and the tests ask here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from igcrawl.doc_ids import Query, shipped_queries
from igcrawl.items import RECORD_TYPES
from igcrawl.items.field_rules import own_fields
from igcrawl.operations.catalogue import FAMILIES, OPERATIONS
from igcrawl.operations.operation import Operation
from igcrawl.parsing.reader import Reader, Translated
from igcrawl.printable import say
from igcrawl.wording import counted


def print_faults() -> bool:
    """Print the faults of the catalogue that is shipped; return whether there are any."""
    declared = [operation for family in FAMILIES for operation in family.OPERATIONS]
    faults = list(faults_of(declared, shipped_queries()))
    for fault in faults:
        say(fault)
    say(f"{counted(len(OPERATIONS), 'operation')}, {counted(len(faults), 'fault')}")
    return bool(faults)


def faults_of(operations: Iterable[Operation], queries: Mapping[str, Query]) -> Iterator[str]:
    """Yield a line for each fault.

    Args:
        operations: of all families, in their order.
        queries: the registered queries.
    """
    known = list(operations)
    names = Counter(operation.name for operation in known)
    yield from (f"{name}: declared {counted(count, 'time')}" for name, count in names.items() if count > 1)
    yield from _other_names(known, names)
    for operation in known:
        for fault in (
            *_arguments(operation),
            *_query(operation, queries),
            *_calls(operation, names),
            *_readers(operation),
        ):
            yield f"{operation.name}: {fault}"


def _other_names(known: Iterable[Operation], names: Mapping[str, int]) -> Iterator[str]:
    first: dict[str, str] = {}
    for operation in known:
        for other in operation.other_names:
            if other in names:
                yield f"{other}: a name of an operation, and another name of {operation.name}"
            elif first.setdefault(other, operation.name) != operation.name:
                yield f"{other}: another name of {first[other]} and {operation.name}"


def _arguments(operation: Operation) -> Iterator[str]:
    of_readers = {
        item.argument if isinstance(item, Translated) else item
        for part in operation.reader.parts
        for item in part.before
        if isinstance(item, str | Translated)
    }
    declared, used = set(operation.arguments), operation.used_arguments | of_readers
    yield from (f"argument {name} is declared and not used" for name in sorted(declared - used))
    yield from (f"argument {name} is used and not declared" for name in sorted(used - declared))


def _query(operation: Operation, queries: Mapping[str, Query]) -> Iterator[str]:
    if operation.query_name is None:
        return
    query = queries.get(operation.query_name)
    if query is None:
        yield f"query {operation.query_name} has no doc_id in doc_ids.toml"
    elif query.surface != operation.surface:
        yield f"query {operation.query_name} is registered for {query.surface}, not for {operation.surface}"


def _calls(operation: Operation, names: Mapping[str, int]) -> Iterator[str]:
    others = [need.operation for need in operation.needs] + ([operation.then.operation] if operation.then else [])
    others += [operation.fallback] if operation.fallback is not None else []
    yield from (f"there is no operation {other}, which it also asks" for other in others if other not in names)


def _readers(operation: Operation) -> Iterator[str]:
    for part in operation.reader.parts:
        if part.record.TYPE not in RECORD_TYPES:
            yield f"record {part.record.TYPE} is not known"
        yield from _fields(part)


def _fields(part: Reader) -> Iterator[str]:
    """A reader fills a record's fields by their order, so its names must be the record's."""
    names = [field.name for field in own_fields(part.record)]
    lead = len(part.before) + part.position
    if names[lead : lead + len(part.fields)] != list(part.fields):
        yield f"the reader's fields are not those of {part.record.__name__}, in its order"
    if part.position and names[lead - 1] != "position":
        yield f"{part.record.__name__} has no position where the reader puts it"
