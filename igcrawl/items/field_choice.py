"""Choice of fields: what records keep, by the setting IG_FIELDS, and without contact data in any case."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from igcrawl.items import WalkEnd
from igcrawl.items.contacts import drop_contacts
from igcrawl.items.field_rules import is_picture, names_identity, nested_fields, optional_fields, text_fields
from igcrawl.items.record import Record

#: Types of a field that `minimal` keeps whatever it is called.
_FLAGS_AND_COUNTS: Final = frozenset({bool, int})


class FieldSet(StrEnum):
    """Named choices of fields."""

    #: Ids, usernames, flags, counts.
    MINIMAL = "minimal"
    #: All but the URLs of the pictures of accounts in lists.
    STANDARD = "standard"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class _Parts:
    """Fields of a class of records: those it loses, those of which a part stays, and those that may hold contacts."""

    left_out: tuple[str, ...]
    pruned: tuple[str, ...]
    texts: tuple[str, ...]
    nested: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """The fields that records keep.

    Fields without which a record is none always stay: those it is recognised by, and those without a default.

    Args:
        fields: the choice for the types that are not named.
        named: the optional fields to keep, by type of record.
    """

    fields: FieldSet = FieldSet.STANDARD
    named: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    _parts: dict[type[Record], _Parts] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def keeps_less_than_standard(self) -> bool:
        """True if records keep a mere part of what the server says."""
        return self.fields is FieldSet.MINIMAL or bool(self.named)

    def apply(self, records: Sequence[Any]) -> None:
        """Leave out, in place, what was not chosen, and contact data. Walk records stay as they are.

        A field that is left out is absent from the record's `__dict__`, and so from its line; asked for, it is None.
        """
        kinds = set(map(type, records))
        for kind in kinds:
            if not issubclass(kind, Record):
                continue
            own = records if len(kinds) == 1 else [record for record in records if type(record) is kind]
            parts = self._parts.get(kind) or self._parts.setdefault(kind, self._parts_of(kind))
            for name in parts.left_out:
                _delete(own, name)
            for name in parts.pruned:
                _prune_each(own, name)
            drop_contacts(own, parts.texts, parts.nested)

    def left_out(self, kind: type[Record]) -> tuple[str, ...]:
        """Return the fields that records of a class lose."""
        if issubclass(kind, WalkEnd):
            return ()
        keeps = self._keeps(kind)
        return tuple(name for name, types in optional_fields(kind).items() if not keeps(name, types))

    def _parts_of(self, kind: type[Record]) -> _Parts:
        if issubclass(kind, WalkEnd):
            return _Parts((), (), (), ())
        lost = self.left_out(kind)
        nested = tuple(name for name in nested_fields(kind) if name not in lost)
        texts = tuple(name for name in text_fields(kind) if name not in lost)
        pruned = nested if self.fields is FieldSet.MINIMAL else ()
        return _Parts(lost, pruned, texts, nested)

    def _keeps(self, kind: type[Record]) -> Callable[[str, frozenset[Any]], bool]:
        named = self.named.get(kind.TYPE)
        if named is not None:
            return lambda name, _: name in named
        if self.fields is FieldSet.MINIMAL:
            return lambda name, types: names_identity(name) or bool(types & _FLAGS_AND_COUNTS)
        if self.fields is FieldSet.STANDARD and not kind.OWNS_PICTURE:
            return lambda name, _: not is_picture(name)
        return lambda name, _: True


def fields_of_type(type_: str) -> tuple[str, ...]:
    """Return the optional fields of all classes of records with this type."""
    kinds = (kind for kind in _kinds(Record) if getattr(kind, "TYPE", None) == type_)
    return tuple(dict.fromkeys(name for kind in kinds for name in optional_fields(kind)))


def _kinds(kind: type[Record]) -> list[type[Record]]:
    return [each for child in kind.__subclasses__() for each in (child, *_kinds(child))]


def _delete(records: Sequence[Any], name: str) -> None:
    # `del` is three times faster than `__dict__.pop`, and knows no default.
    try:
        for record in records:
            delattr(record, name)
    except AttributeError:
        # One has lost it before: it was given twice.
        for record in records:
            vars(record).pop(name, None)


def _prune_each(records: Sequence[Any], name: str) -> None:
    for record in records:
        value = getattr(record, name)
        if isinstance(value, dict | list):
            _prune(value)
        elif value is not None and not isinstance(value, bool | int):
            setattr(record, name, None)


def _prune(value: Any) -> None:
    """Leave ids, usernames, flags and counts in JSON, with the objects and lists around them, in place."""
    nodes = [(value, False)]
    while nodes:
        node, named = nodes.pop()
        if isinstance(node, dict):
            for key in [key for key, entry in node.items() if not _stays(entry, names_identity(key))]:
                del node[key]
            nodes += [(entry, names_identity(key)) for key, entry in node.items() if isinstance(entry, dict | list)]
        else:
            node[:] = [entry for entry in node if _stays(entry, named)]
            nodes += [(entry, named) for entry in node if isinstance(entry, dict | list)]


def _stays(entry: Any, named: bool) -> bool:
    return isinstance(entry, bool | int | dict | list) or (named and not isinstance(entry, float))
