"""The catalogue as a page for people: docs/operations.md, written by `scrapy operations --docs`."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import orjson

from igcrawl.calling.wire import address
from igcrawl.crawl.walk import Walk
from igcrawl.doc_ids import Query, shipped_queries
from igcrawl.items.field_rules import own_fields
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.operations.operation import Operation, Surface
from igcrawl.parsing.envelope import read_envelope
from igcrawl.parsing.reader import Reading
from igcrawl.wording import capitalised

_INTRODUCTION: Final = """# Operations
What igcrawl can ask for, with one entry for each request that Instagram's app or web page knows how to make. Written by
`scrapy operations --docs --answers tests/payloads` from `igcrawl/operations/catalogue/`;
a test fails when this page is stale.

Any operation can be asked by its name, from the start or from a cursor:
`scrapy crawl operation -a name=NAME -a ARGUMENT=VALUE … [-a cursor=…] -O out.jsonl`. All arguments may also be given as
one JSON object, `-a args='{…}'`. Where an argument is `user_id`, a `username` may be given in its place for one more
request. Where it says "other names", these work as NAME, too: they are methods of aiograpi and instagrapi that ask for
the same. `scrapy operations NAME` shows an entry on the terminal. The example lines are read from recorded answers, in
which every person was replaced.
"""
_FETCHED_AT: Final = "2026-04-08T17:24:10.005Z"
_LONGEST_TEXT: Final = 60


def page_of_catalogue(answers: Path) -> str:
    """Return the page of the catalogue that is shipped.

    Args:
        answers: see `page_of`.

    Raises:
        OSError: the recorded answers cannot be read.
    """
    return page_of(OPERATIONS, shipped_queries(), answers)


def page_of(operations: Mapping[str, Operation], queries: Mapping[str, Query], answers: Path) -> str:
    """Return the page.

    Args:
        operations: the catalogue.
        queries: the registered queries.
        answers: folder of recorded answers; its `examples.json` names one for an operation.
    """
    examples: dict[str, str] = orjson.loads((answers / "examples.json").read_bytes())
    lines = [_INTRODUCTION]
    for operation in operations.values():
        example = examples.get(operation.name)
        lines += _entry(operation, queries, None if example is None else answers / example)
    return "\n".join(lines)


def _entry(operation: Operation, queries: Mapping[str, Query], recorded: Path | None) -> Iterator[str]:
    yield f"## {operation.name}"
    yield f"{capitalised(operation.about)}."
    if operation.changes_server:
        yield "**Changes something on the server**: it is asked only with `-a confirm=1`."
    yield ""
    yield f"- asks: {request_of(operation, queries)}"
    yield from (f"- asks first: `{need.operation}`, {_reason(need.gives)}" for need in operation.needs)
    if operation.then is not None:
        yield f"- asks then: `{operation.then.operation}`, which gives the record"
    yield from _arguments(operation)
    yield f"- pages: {'several' if operation.paging else 'one'}"
    if operation.other_names:
        yield f"- other names: {', '.join(f'`{name}`' for name in operation.other_names)}"
    kinds = dict.fromkeys(part.record for part in operation.reader.parts)
    for kind in kinds:
        yield f"- record `{kind.TYPE}`: {', '.join(field.name for field in own_fields(kind))}"
    yield ""
    yield "<!-- not run: tests/test_catalogue.py asks each operation -->"
    yield "```"
    yield command_of(operation)
    if recorded is not None:
        yield from _example_lines(operation, recorded)
    yield "```"
    yield ""


def _reason(gives: str | None) -> str:
    return f"for `{gives}`, unless it is given" if gives else "when it is asked for"


def request_of(operation: Operation, queries: Mapping[str, Query]) -> str:
    """Return the method and address of an operation's request, and the query that it asks.

    Args:
        operation: of the catalogue.
        queries: the registered queries.
    """
    examples = {name: f"{{{name}}}" for name in operation.arguments}
    if operation.surface is Surface.HEAD:
        return "`HEAD` to the given URL"
    _, host, _ = address(operation, operation.call(**examples))
    path = operation.path or ("/graphql/query" if operation.surface is Surface.MOBILE_GRAPHQL else "/graphql/query/")
    method = "POST" if operation.surface.is_graphql else operation.method
    if operation.surface is Surface.WEB_QUERY_HASH:
        method = "GET"
    asked = f"`{method} {host}{path}` ({operation.surface})"
    if operation.query_name is None:
        return asked
    query = queries[operation.query_name]
    return f"{asked}, query `{query.name}`, id `{query.ids[0].id}` (from {query.source})"


def _arguments(operation: Operation) -> Iterator[str]:
    if not operation.arguments:
        yield "- arguments: none"
    for name, argument in operation.arguments.items():
        yield f"- argument `{name}`{'' if argument.required else ' (optional)'}: {argument.about}"


def command_of(operation: Operation) -> str:
    """Return a command that asks an operation with its examples, in a line for a shell."""
    required = {name: a.example for name, a in operation.arguments.items() if a.required}
    args = "".join(f" -a {name}={_quoted(example)}" for name, example in required.items())
    confirm = " -a confirm=1" if operation.changes_server else ""
    return f"scrapy crawl operation -a name={operation.name}{args}{confirm} -O out.jsonl"


def _quoted(example: Any) -> str:
    return shlex.quote(example if isinstance(example, str) else json.dumps(example))


def _example_lines(operation: Operation, recorded: Path) -> Iterator[str]:
    """The first record of each kind that the recorded answer holds."""
    args = operation.check({name: a.example for name, a in operation.arguments.items() if a.required})
    walk = Walk(operation=operation, target=operation.target_of(args), args=args)
    reading = Reading(operation.name, walk.id, _FETCHED_AT, args)
    envelope = read_envelope(recorded.read_bytes(), operation.name)
    shown = set()
    for record in walk.keep(operation.reader.read(envelope, reading)):
        if record.TYPE not in shown:
            shown.add(record.TYPE)
            yield orjson.dumps(_shortened(asdict(record))).decode()


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shortened(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_shortened(held) for held in value[:2]]
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return value[:_LONGEST_TEXT] + "…"
    return value
