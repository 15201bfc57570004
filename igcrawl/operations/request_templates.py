"""Templates of requests: plain data with places that a call fills. The order of keys is the order on the wire."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, Final
from urllib.parse import quote

from igcrawl.errors import MalformedAnswer
from igcrawl.operations.call import Call, SessionValue
from igcrawl.operations.cursors import Chunk, part_of

#: One step of a path: not dots alone, and nothing that a server may read as more than one when it undoes the quoting.
_PATH_STEP: Final = re.compile(r"(?!\.*\Z)[^/\\?#%;]{1,300}")


class Place(ABC):
    """A place in a template. It is left out with its key when the call has nothing for it."""

    __slots__ = ()

    @abstractmethod
    def value(self, call: Call) -> Any:
        """Return what the call puts here, None for nothing."""


@dataclass(frozen=True, slots=True)
class Arg(Place):
    """Takes a call's argument; a list as text, joined by commas.

    Args:
        name: of the argument.
        default: what stands here when the call does not have it.
    """

    name: str
    default: Any = None

    def value(self, call: Call) -> Any:
        """Return the argument."""
        value = call.args.get(self.name, self.default)
        return ",".join(value) if type(value) is list else value


@dataclass(frozen=True, slots=True)
class Cursor(Place):
    """Takes the call's cursor.

    Args:
        part: which part, for a cursor of several.
        null: whether the first page says null here; by default it says nothing.
    """

    part: str | None = None
    null: bool = False

    def value(self, call: Call) -> Any:
        """Return the cursor or its part."""
        return call.cursor if self.part is None else part_of(call.cursor, self.part)


@dataclass(frozen=True, slots=True)
class RankToken(Place):
    """Takes the call's own rank token, else the walk's."""

    def value(self, call: Call) -> Any:
        """Return the token."""
        return call.args.get("rank_token") or call.rank_token


@dataclass(frozen=True, slots=True)
class ChunkOf(Place):
    """Takes the part of a long list argument that this call is about, as text, joined by commas."""

    chunk: Chunk

    def value(self, call: Call) -> Any:
        """Return the part."""
        return ",".join(self.chunk.part(call.args, call.cursor))


class FirstOf(Place):
    """Takes the first place that has a value."""

    def __init__(self, *places: Place | SessionValue) -> None:
        self.places = places

    def value(self, call: Call) -> Any:
        """Return the first value."""
        for place in self.places:
            value = place if isinstance(place, SessionValue) else place.value(call)
            if value is not None:
                return value
        return None


@dataclass(frozen=True, slots=True)
class GivenVariables(Place):
    """Takes variables that the operator gave, with the cursor at the dotted path that he named.

    Args:
        argument: name of the argument that holds the variables.
        cursor_in: name of the argument that holds the path.
    """

    argument: str
    cursor_in: str

    def value(self, call: Call) -> Any:
        """Return the variables of this call."""
        variables = call.args[self.argument]
        path = call.args.get(self.cursor_in)
        return with_value_at(variables, path.split("."), call.cursor) if path and call.cursor else variables


def with_value_at(given: Mapping[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    """Return an object with a value put at a path; steps that are missing or no objects become objects."""
    inner = given.get(path[0])
    if len(path) > 1:
        value = with_value_at(inner if isinstance(inner, Mapping) else {}, path[1:], value)
    return {**given, path[0]: value}


def fill(template: Mapping[str, Any] | Place, call: Call) -> dict[str, Any]:
    """Return a template with the call's values in their places."""
    if isinstance(template, Place):
        whole: dict[str, Any] = template.value(call)
        return whole
    filled: dict[str, Any] = {}
    for key, value in template.items():
        if isinstance(value, Place):
            taken = value.value(call)
            if taken is not None or getattr(value, "null", False):
                filled[key] = taken
        else:
            filled[key] = fill(value, call) if isinstance(value, dict) else value
    return filled


def with_changes(filled: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return filled variables as a certain doc_id needs them.

    Args:
        filled: the operation's own.
        changes: values by dotted name; None leaves a variable out.
    """
    changed = dict(filled)
    for name, value in changes.items():
        path = name.split(".")
        changed = with_value_at(changed, path, value) if value is not None else _without(changed, path)
    return changed


def _without(given: Mapping[str, Any], path: list[str]) -> dict[str, Any]:
    if len(path) == 1:
        return {name: value for name, value in given.items() if name != path[0]}
    inner = given.get(path[0])
    return {**given, path[0]: _without(inner, path[1:])} if isinstance(inner, Mapping) else dict(given)


def fill_path(template: str, call: Call) -> str:
    """Return a path with the call's arguments in their places, URL-quoted.

    Raises:
        MalformedAnswer: one of them is no step of a path; a server gave it, since what the operator gives is checked
            before.
    """
    parts = {name: str(call.args[name]) for name in arguments_in(template)}
    for name, part in parts.items():
        if not _PATH_STEP.fullmatch(part) or not part.isprintable():
            raise MalformedAnswer(call.operation, name, f"{part[:40]!r} cannot stand in a path, so it is not asked for")
    return template.format_map({name: quote(part, safe="") for name, part in parts.items()})


def arguments_in(template: Any) -> set[str]:
    """Return the names of the arguments that a template, or a part of one, uses."""
    match template:
        case Arg(name=name):
            return {name}
        case RankToken():
            return {"rank_token"}
        case ChunkOf(chunk=chunk):
            return {chunk.argument}
        case GivenVariables(argument=argument, cursor_in=cursor_in):
            return {argument, cursor_in}
        case FirstOf():
            return set().union(*map(arguments_in, template.places))
        case Mapping():
            return set().union(*map(arguments_in, template.values()))
        case str():
            return {name for _, name, _, _ in Formatter().parse(template) if name}
    return set()
