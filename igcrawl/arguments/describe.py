"""Arguments of a spider as help shows them: meaning, default and what is allowed, out of the argument models."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from igcrawl.arguments.base import TARGETS, Arguments, own_first


class HelpPlace(StrEnum):
    """Places where help shows an argument."""

    TARGET = "target"
    OWN = "own"
    EVERY = "every"


@dataclass(frozen=True, slots=True)
class ArgumentHelp:
    """An argument of a spider.

    Args:
        name: as ``-a`` gives it.
        meaning: what it is, for the operator.
        required: whether the spider cannot do without.
        default: what it is when it is not given, None when it then does not apply.
        allowed: values that can be given, None where the meaning says it.
        values: all of them, where they are few words.
        place: where help shows it.
    """

    name: str
    meaning: str
    required: bool
    default: str | None
    allowed: str | None
    values: tuple[str, ...]
    place: HelpPlace

    @property
    def text(self) -> str:
        """The meaning, and behind it what else must be known."""
        facts = ["required"] if self.required else []
        if self.allowed is not None and not self._meaning_allows:
            facts.append(f"allowed: {self.allowed}")
        facts += [f"default: {self.default}"] if self.default is not None else []
        return f"{self.meaning} ({'; '.join(facts)})" if facts else self.meaning

    @property
    def _meaning_allows(self) -> bool:
        """True if the meaning says already what is allowed."""
        if self.values:
            return set(self.values) <= set(re.findall(r"[\w-]+", self.meaning))
        return str(self.allowed) in self.meaning


def describe(model: type[Arguments]) -> list[ArgumentHelp]:
    """Return a spider's arguments: its targets, what else is its own, then those of every spider."""
    described = [_described(name, model.model_fields[name]) for name in own_first(model)]
    targets = [each for each in described if each.place is HelpPlace.TARGET]
    targets.sort(key=lambda each: TARGETS.index(each.name))
    return targets + [each for each in described if each.place is not HelpPlace.TARGET]


def _described(name: str, field: FieldInfo) -> ArgumentHelp:
    place = (
        HelpPlace.TARGET if name in TARGETS else HelpPlace.EVERY if name in Arguments.model_fields else HelpPlace.OWN
    )
    values = _values(field)
    bounds = {type(each): each for each in _metadata(field)}
    allowed = " or ".join(values) if len(values) == 2 else ", ".join(values) or _between(bounds)
    required = field.is_required()
    default = None if required or field.default is None else _shown(field.default)
    return ArgumentHelp(name, field.description or "", required, default, allowed, values, place)


def _values(field: FieldInfo) -> tuple[str, ...]:
    for kind in _kinds(field.annotation):
        if kind is bool:
            return ("0", "1")
        if isinstance(kind, type) and issubclass(kind, Enum):
            return tuple(str(each.value) for each in kind)
    return ()


def _between(bounds: dict[Any, Any]) -> str | None:
    least, most = bounds.get(Ge), bounds.get(Le)
    if least is not None and most is not None:
        return f"{least.ge} to {most.le}"
    return f"{least.ge} or more" if least is not None else None


def _metadata(field: FieldInfo) -> Iterator[Any]:
    yield from field.metadata
    for kind in get_args(field.annotation):
        if get_origin(kind) is Annotated:
            yield from get_args(kind)[1:]


def _kinds(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin in {Union, UnionType}:
        for each in get_args(annotation):
            yield from _kinds(each)
    elif origin is Annotated:
        yield from _kinds(get_args(annotation)[0])
    else:
        yield annotation


def _shown(default: Any) -> str:
    if isinstance(default, bool):
        return str(int(default))
    return str(default.value if isinstance(default, Enum) else default)
