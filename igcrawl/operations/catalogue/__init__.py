"""The operations igcrawl knows: THE one place. One file a family; an operation is one entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType, ModuleType
from typing import Final

from igcrawl.arguments.targets import shown
from igcrawl.errors import BadInput
from igcrawl.operations.catalogue import custom, inbox, media, profiles, relations, search, suggestions
from igcrawl.operations.operation import Operation, Surface
from igcrawl.wording import did_you_mean, nearest

FAMILIES: Final = (profiles, relations, suggestions, search, media, inbox, custom)
_OPERATIONS: dict[str, Operation] = {}
_FAMILY_OF: dict[str, str] = {}
_BY_OTHER_NAME: dict[str, Operation] = {}
#: All operations by name, in the order of the families.
OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(_OPERATIONS)
#: The family of each operation, by the operation's name.
FAMILY_OF: Final[Mapping[str, str]] = MappingProxyType(_FAMILY_OF)
#: Entry points of installed packages that bring operations of their own.
ENTRY_POINTS: Final = "igcrawl.operations"


def add_family(module: ModuleType) -> None:
    """Add the operations of a module, which is a family named by the last part of its name. Does no harm twice.

    Args:
        module: has `OPERATIONS`, any number of `Operation`.

    Raises:
        BadInput: it has none, or one whose name is taken.
    """
    operations = getattr(module, "OPERATIONS", None)
    if operations is None or not all(isinstance(operation, Operation) for operation in operations):
        raise BadInput(f"{module.__name__}: expected OPERATIONS, a tuple of igcrawl.operations.operation.Operation")
    family = module.__name__.rpartition(".")[2]
    for operation in operations:
        if _OPERATIONS.get(operation.name, operation) is not operation:
            raise BadInput(f"{module.__name__}: there is an operation {operation.name!r} already")
        _OPERATIONS[operation.name], _FAMILY_OF[operation.name] = operation, family
        for other in operation.other_names:
            # A copy of an operation under a name of its own brings the other names along.
            _BY_OTHER_NAME.setdefault(other, operation)


def add_from_outside(modules: Iterable[str]) -> None:
    """Add the operations of installed packages, and of modules that the operator names.

    Raises:
        BadInput: a module cannot be imported or used.
    """
    named = [(f"entry point {point.name} of {ENTRY_POINTS}", point.value) for point in _entry_points()]
    for source, name in [*named, *(("IG_OPERATIONS", name) for name in modules)]:
        try:
            module = import_module(name)
        except Exception as error:  # whatever a module raises while it is imported
            raise BadInput(f"{source}: {name}: {type(error).__name__}: {error}") from None
        add_family(module)


def family_names() -> tuple[str, ...]:
    """Return the names of the families, in their order."""
    return tuple(dict.fromkeys(FAMILY_OF.values()))


@cache
def _entry_points() -> tuple[EntryPoint, ...]:
    return tuple(entry_points(group=ENTRY_POINTS))


for _family in FAMILIES:
    add_family(_family)


@cache
def list_on(surface: Surface, name: str) -> Operation:
    """Return the operation that reads a list on a surface.

    Args:
        surface: where it is to be asked.
        name: of the list, see `Operation.list_name`.
    """
    return next(each for each in OPERATIONS.values() if each.list_name == name and each.surface is surface)


def find_operation(name: str) -> Operation:
    """Return an operation by its name, or by one of its other names; its own comes first.

    Raises:
        BadInput: there is none; the error suggests the nearest names.
    """
    found = OPERATIONS.get(name) or _BY_OTHER_NAME.get(name)
    if found is not None:
        return found
    near: dict[str, str] = {}
    for each in nearest(name, [*OPERATIONS, *_BY_OTHER_NAME], most=9, cutoff=0.5):
        near.setdefault(_own_name(each), each)
    meant = [each if each == own else f"{each} (= {own})" for own, each in near.items()]
    raise BadInput(f"no operation {shown(name)!r}; {did_you_mean(meant[:3])}`scrapy operations` lists all")


def is_operation(name: str) -> bool:
    """Return whether an operation has this name, as its own or as another one."""
    return name in OPERATIONS or name in _BY_OTHER_NAME


def _own_name(name: str) -> str:
    return name if name in OPERATIONS else _BY_OTHER_NAME[name].name
