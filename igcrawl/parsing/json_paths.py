"""Paths into an answer, and what is said about an answer that is of another shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from igcrawl.errors import MalformedAnswer

_LONGEST_NAME: Final = 60


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
            place = ".".join(path[:index]) or "answer"
            raise MalformedAnswer(operation, place, f"expected an object, got {kind_name(current)}")
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


def list_at(envelope: Any, path: Path, operation: str) -> list[Any]:
    """Return the list at `path`, an empty one for null.

    Raises:
        MalformedAnswer: it is missing, or something else.
    """
    found = walk_path(envelope, path, operation)
    if found is None:
        return []
    if type(found) is not list:
        raise MalformedAnswer(operation, ".".join(path) or "answer", f"expected a list, got {kind_name(found)}")
    return found


def walk_many(envelope: Any, path: ManyPath, operation: str, note: Callable[[str], None]) -> Iterator[tuple[str, Any]]:
    """Yield what stands at the places that a path leads to, each with its place in the operator's words.

    Args:
        envelope: the answer.
        path: up to the first `EACH` every step must be there; what does not fit behind it is noted and passed over.
        operation: its name, for messages.
        note: takes what was passed over.

    Raises:
        MalformedAnswer: the list at the first `EACH` is missing, or something else.
    """
    first = next((index for index, step in enumerate(path) if not isinstance(step, str)), len(path))
    head = tuple(step for step in path[:first] if isinstance(step, str))
    yield from _branch(list_at(envelope, head, operation), ".".join(head), path[first:], note)


def _branch(current: Any, place: str, path: ManyPath, note: Callable[[str], None]) -> Iterator[tuple[str, Any]]:
    if not path:
        yield place, current
        return
    step, rest = path[0], path[1:]
    if isinstance(step, Each):
        yield from _entries(current, place, rest, note)
    elif type(current) is not dict:
        note(f"{place}: expected an object, got {kind_name(current)}: passed over")
    elif isinstance(step, OneOf):
        yield from _options(current, place, step, rest, note)
    elif step in current:
        yield from _branch(current[step], f"{place}.{step}", rest, note)
    else:
        note(f"{place}: no {step} but {keys_of(current)}: passed over")


def _entries(current: Any, place: str, rest: ManyPath, note: Callable[[str], None]) -> Iterator[tuple[str, Any]]:
    if type(current) is list:
        for index, entry in enumerate(current):
            yield from _branch(entry, f"{place}[{index}]", rest, note)
    elif current is not None:
        note(f"{place}: expected a list, got {kind_name(current)}: passed over")


def _options(
    current: dict[str, Any], place: str, step: OneOf, rest: ManyPath, note: Callable[[str], None]
) -> Iterator[tuple[str, Any]]:
    """Follow each of several ways that there is; null on it is none."""
    ways = [tuple(option.split(".")) for option in step.paths]
    known = {way[0] for way in ways}
    for key in current:
        if key not in known:
            note(f"{place}.{shown(key)} is not known and was passed over")
    for way in ways:
        if current.get(way[0]) is not None:
            yield from _branch(current, place, (*way, *rest), note)


def keys_of(found: Iterable[str]) -> str:
    """Name a few of an object's keys."""
    return ", ".join(map(shown, sorted(found)[:5])) or "nothing"


def shown(name: str) -> str:
    """Return a name of the server's as it may be printed: on one line, and not long."""
    name = name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "…"
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in name)


def kind_name(value: Any) -> str:
    """Name a JSON value's kind in the operator's words."""
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
