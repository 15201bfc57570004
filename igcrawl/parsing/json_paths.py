"""Paths into an answer, and what is said about an answer that is of another shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from igcrawl.errors import MalformedAnswer


class Each:
    """A step of a path: every entry of the list that stands there."""

    def __repr__(self) -> str:
        return "EACH"


EACH: Final = Each()


@dataclass(frozen=True, slots=True)
class OneOf:
    """A step of a path: whichever of these dotted paths there are, one after another.

    What else stands beside them is noted by its key, since nothing is known about it.
    """

    paths: tuple[str, ...]


Path: TypeAlias = tuple[str, ...]
#: A path that leads to several places.
ManyPath: TypeAlias = tuple[str | Each | OneOf, ...]


def walk_path(envelope: Any, path: Path, operation: str) -> Any:
    """Return what stands at `path`; the last step may be null.

    Raises:
        MalformedAnswer: a step is missing or leads into something that is no object.
    """
    current = envelope
    for index, step in enumerate(path):
        if type(current) is not dict:
            raise _no_object(operation, ".".join(path[:index]) or "answer", current)
        if step not in current:
            raise MalformedAnswer(operation, ".".join(path[: index + 1]), f"missing; there is {keys_of(current)}")
        current = current[step]
    return current


def stands_at(envelope: Any, path: Path) -> bool:
    """Return whether there is anything at a path, null included."""
    current = envelope
    for step in path:
        if type(current) is not dict or step not in current:
            return False
        current = current[step]
    return True


def null_on_the_way(envelope: Any, path: Path) -> bool:
    """Return whether a path comes upon null."""
    current = envelope
    for step in path:
        if current is None:
            return True
        if type(current) is not dict or step not in current:
            return False
        current = current[step]
    return current is None


def walk_many(envelope: Any, path: ManyPath, operation: str, notes: list[str]) -> Iterator[tuple[str, Any]]:
    """Yield what stands at the places that a path leads to, each with its place in the operator's words.

    Args:
        envelope: the answer.
        path: up to the first `EACH` every step must be there; behind it, an entry without the next step is noted.
        operation: its name, for messages.
        notes: takes what was passed over.

    Raises:
        MalformedAnswer: the answer has another shape.
    """
    first = next((index for index, step in enumerate(path) if not isinstance(step, str)), len(path))
    head = tuple(step for step in path[:first] if isinstance(step, str))
    yield from _branch(walk_path(envelope, head, operation), ".".join(head), path[first:], operation, notes)


def _branch(current: Any, place: str, path: ManyPath, operation: str, notes: list[str]) -> Iterator[tuple[str, Any]]:
    if not path:
        yield place, current
        return
    step, rest = path[0], path[1:]
    if isinstance(step, Each):
        if type(current) is not list:
            raise MalformedAnswer(operation, place, f"expected a list, got {kind_name(current)}")
        for index, entry in enumerate(current):
            yield from _branch(entry, f"{place}[{index}]", rest, operation, notes)
        return
    if type(current) is not dict:
        raise _no_object(operation, place, current)
    if isinstance(step, OneOf):
        known = {option.split(".")[0] for option in step.paths}
        notes += [f"{place}.{key} is not known and was passed over" for key in current if key not in known]
        for option in step.paths:
            steps = tuple(option.split("."))
            if stands_at(current, steps):
                yield from _branch(walk_path(current, steps, operation), f"{place}.{option}", rest, operation, notes)
    elif step in current:
        yield from _branch(current[step], f"{place}.{step}", rest, operation, notes)
    else:
        notes.append(f"{place}: no {step} but {keys_of(current)}: passed over")


def keys_of(found: Mapping[str, Any]) -> str:
    """Name a few of an object's keys."""
    return ", ".join(sorted(found)[:5]) or "nothing"


def kind_name(value: Any) -> str:
    """Name a JSON value's kind in the operator's words."""
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _no_object(operation: str, place: str, found: Any) -> MalformedAnswer:
    return MalformedAnswer(operation, place, f"expected an object, got {kind_name(found)}")
