"""The operations igcrawl knows: THE one place. One file a family; an operation is one entry."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from igcrawl.errors import BadInput
from igcrawl.operations.catalogue import custom, inbox, media, profiles, relations, search, suggestions
from igcrawl.operations.operation import Operation, Surface

FAMILIES: Final = (profiles, relations, suggestions, search, media, inbox, custom)
#: All operations by name, in the order of the families.
OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {operation.name: operation for family in FAMILIES for operation in family.OPERATIONS}
)
#: The family of each operation, by the operation's name.
FAMILY_OF: Final[Mapping[str, str]] = MappingProxyType(
    {operation.name: family.__name__.rpartition(".")[2] for family in FAMILIES for operation in family.OPERATIONS}
)
FAMILY_NAMES: Final = tuple(dict.fromkeys(FAMILY_OF.values()))


def list_on(surface: Surface, name: str) -> Operation:
    """Return the operation that reads a list on a surface.

    Args:
        surface: where it is to be asked.
        name: of the list, see `Operation.list_name`.
    """
    return next(each for each in OPERATIONS.values() if each.list_name == name and each.surface is surface)


def find_operation(name: str) -> Operation:
    """Return an operation by its name.

    Raises:
        BadInput: there is none; the error suggests the nearest names.
    """
    if name in OPERATIONS:
        return OPERATIONS[name]
    near = get_close_matches(name, OPERATIONS, n=3, cutoff=0.3)
    meant = f"did you mean {', '.join(near)}? " if near else ""
    raise BadInput(f"no operation {name!r}; {meant}`scrapy operations` lists all")
