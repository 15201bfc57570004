"""Comparison of a capture's queries with the registry: new, changed, unchanged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from igcrawl.capture.seen_query import SeenQuery
from igcrawl.doc_ids import DocIds, Query
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.operations.operation import Operation, Surface
from igcrawl.operations.request_templates import Place

_KEPT: Final = 40


class State(StrEnum):
    """States of a captured query, compared with the registry."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    ELSEWHERE = "other surface"


@dataclass(frozen=True, slots=True)
class QueryChange:
    """One query of a capture beside the registry.

    Args:
        state: `NEW` is a query that the registry does not have, `CHANGED` one whose first id is another,
            `ELSEWHERE` one that the registry has on another surface, so that nothing can be said of it.
        name: the friendly name.
        operations: names of the operations that ask it.
        surface: where it was asked.
        root_field: root of its answer, None when neither knows it.
        old: the id that is asked first so far, None for a new query.
        new: the id in the capture.
        variables: flags that the operation does not send and the capture did, with their values.
        without: flags that the operation always sends and the capture did not.
        unknown: other variables that the operation does not send and the capture did.
        seen: the day of the capture, empty when it does not say.
    """

    state: State
    name: str
    operations: tuple[str, ...]
    surface: Surface
    root_field: str | None
    old: str | None
    new: str
    variables: Mapping[str, bool] = field(default_factory=dict, hash=False)
    without: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    seen: str = ""


def compare(seen_queries: Iterable[SeenQuery], registry: DocIds) -> list[QueryChange]:
    """Return what a capture changes, a line a query: those that operations ask first, then by name.

    The last id of a query in the capture counts: an app that was updated in between asks by its new one.
    """
    by_query: dict[tuple[str, Surface], list[SeenQuery]] = {}
    for seen_query in seen_queries:
        same = by_query.setdefault((seen_query.name, seen_query.surface), [])
        if same and same[-1].doc_id != seen_query.doc_id:
            same.clear()
        same.append(seen_query)
    changes = [_change(same, registry.queries.get(same[0].name)) for same in by_query.values()]
    return sorted(changes, key=lambda change: (not change.operations, change.name, change.surface))


def _change(same: list[SeenQuery], known: Query | None) -> QueryChange:
    last = same[-1]
    if known is None:
        variables = {name.partition(".")[0]: None for each in same for name in each.variables}
        unknown = tuple(variables)[:_KEPT]
        return QueryChange(
            State.NEW, last.name, (), last.surface, last.root_field, None, last.doc_id, unknown=unknown, seen=last.seen
        )
    # The web's header names a field of the schema; the answer has an alias of it, which readers know.
    of_capture = last.root_field if last.surface is Surface.MOBILE_GRAPHQL else None
    asking = tuple(operation for operation in OPERATIONS.values() if operation.query_name == last.name)
    old = known.ids[0].id
    state = State.UNCHANGED if old == last.doc_id else State.CHANGED
    if known.surface != last.surface:
        state = State.ELSEWHERE
    flags, without, unknown = _differences(same, asking[0]) if asking and state is State.CHANGED else ({}, (), ())
    return QueryChange(
        state=state,
        name=last.name,
        operations=tuple(operation.name for operation in asking),
        surface=last.surface,
        root_field=of_capture or known.root_field or None,
        old=old,
        new=last.doc_id,
        variables=flags,
        without=without,
        unknown=unknown,
        seen=last.seen,
    )


def _differences(
    same: list[SeenQuery], operation: Operation
) -> tuple[dict[str, bool], tuple[str, ...], tuple[str, ...]]:
    """Return flags to add, flags to leave out, and variables for which there is no value.

    Other constants of the operation stay: what an id does not know it passes over, and a flow of the app that
    leaves a text out is no sign that the query has none.
    """
    template = operation.variables
    sent = {name: None for each in same for name in each.variables}
    if isinstance(template, Place) or not sent:
        return {}, (), ()
    ours = dict(_leaves(template))
    objects = {path for name in ours for path in _parents(name)}
    flags, unknown = {}, []
    for name in sent:
        if name in ours or any(parent in ours for parent in _parents(name)) or name in objects:
            continue
        # Inside an object that the operation does not have, a key may be anything: an account's name, too.
        known_place = set(_parents(name)) <= objects
        value = next((each.flags[name] for each in reversed(same) if name in each.flags), None)
        if known_place and value is not None:
            flags[name] = value
        else:
            unknown.append(name if known_place else name.partition(".")[0])
    missing = [name for name, value in ours.items() if isinstance(value, bool) and name not in sent]
    return flags, tuple(missing), tuple(dict.fromkeys(unknown))[:_KEPT]


def _leaves(template: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in template.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{path}{name}.")
        else:
            yield path + name, value


def _parents(name: str) -> list[str]:
    """``a.b.c`` -> ``a``, ``a.b``."""
    steps = name.split(".")
    return [".".join(steps[:count]) for count in range(1, len(steps))]
