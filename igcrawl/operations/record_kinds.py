"""Types of records: those of igcrawl, and those that operations from outside bring."""

from __future__ import annotations

import inspect

import igcrawl.items
from igcrawl.items import RECORD_TYPES, Record
from igcrawl.items.columns import Column, columns_of
from igcrawl.operations.catalogue import OPERATIONS


def record_kinds() -> dict[str, list[type[Record]]]:
    """Return the classes of each type of record: the plain one first, then those that add fields to it."""
    kinds: dict[str, list[type[Record]]] = {name: [kind] for name, kind in RECORD_TYPES.items()}
    known = [kind for _, kind in inspect.getmembers(igcrawl.items, inspect.isclass)]
    read = [part.record for operation in OPERATIONS.values() for part in operation.reader.parts]
    for kind in dict.fromkeys([*known, *read]):
        if issubclass(kind, Record) and kind is not Record and kind not in (of_type := kinds.setdefault(kind.TYPE, [])):
            of_type.append(kind)
    return kinds


def columns_of_type(name: str) -> list[Column]:
    """Return the columns of a type of record: always the same, in the order of docs/records.md.

    Args:
        name: one of `record_kinds`.
    """
    return columns_of(record_kinds()[name])
