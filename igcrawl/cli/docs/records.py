"""The types of records as a page for people: docs/records.md, written by `scrapy operations --docs`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from igcrawl.items import RECORD_TYPES
from igcrawl.items.meanings import TYPES, meaning_of
from igcrawl.operations.record_kinds import columns_of_type

_INTRODUCTION: Final = """# Records
Every type of record with its fields in their order, which is that of the columns of CSV and Parquet files.
Written by `scrapy operations --docs --answers tests/payloads` from `igcrawl/items/`;
a test fails when this page is stale.

Any field may be null, except the first four and those without which a record would say nothing, such as the id.
Ids are text, since they have more digits than a spreadsheet keeps. Counts and times are those of the server.
[Export](export.md) says what each format of a file makes of them. [Operations](operations.md) says which
operation gives which type.
"""


def page_of_records() -> str:
    """Return the page."""
    return "\n".join([_INTRODUCTION, *(line for name in RECORD_TYPES for line in _entry(name))])


def _entry(name: str) -> Iterator[str]:
    yield f"## {name}"
    yield TYPES[name]
    yield ""
    yield "| field | holds | meaning |"
    yield "| --- | --- | --- |"
    for column in columns_of_type(name):
        yield f"| `{column.name}` | {column.kind} | {meaning_of(name, column.name)} |"
    yield ""
