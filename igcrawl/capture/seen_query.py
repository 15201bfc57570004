"""One query as it was seen in a capture: names and flags, nothing of who asked or who was asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from igcrawl.doc_ids.model import is_doc_id
from igcrawl.operations.operation import Surface

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{2,149}")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,149}")
#: Booleans of these names say what an answer should hold, and nothing of people.
_FLAG: Final = re.compile(r"(__relay_internal__pv__|(enable|use|should|include|exclude|skip|fetch|defer|can|with)_)\w+")
#: Deeper than this there are no flags of a query any more.
_DEEPEST: Final = 4
_MOST: Final = 400


@dataclass(frozen=True, slots=True)
class SeenQuery:
    """One query as it was asked.

    Args:
        name: its friendly name.
        doc_id: its id.
        surface: where it was asked.
        root_field: root of its answer; None when the capture does not say.
        variables: their names, those inside objects dotted; none when the capture has the id only.
        flags: the booleans among them that switch a part of the answer on or off.
        seen: the day it was asked, YYYY-MM-DD; empty when the capture does not say.
    """

    name: str
    doc_id: str
    surface: Surface
    root_field: str | None = None
    variables: tuple[str, ...] = ()
    flags: Mapping[str, bool] = field(default_factory=dict, hash=False)
    seen: str = ""


def seen_query_of(
    name: str, doc_id: str, surface: Surface, root_field: str | None, variables: Mapping[str, Any], seen: str
) -> SeenQuery | None:
    """Return what may be kept of a call, None when its name or id is no name or id."""
    if not _NAME.fullmatch(name) or not is_doc_id(doc_id):
        return None
    leaves = dict(list(_leaves(variables))[:_MOST])
    return SeenQuery(
        name=name,
        doc_id=doc_id,
        surface=surface,
        root_field=root_field if root_field and _NAME.fullmatch(root_field) else None,
        variables=tuple(leaves),
        flags={leaf: value for leaf, value in leaves.items() if isinstance(value, bool) and is_flag(leaf)},
        seen=seen,
    )


def is_flag(variable: str) -> bool:
    """Return whether a boolean of this dotted name may be kept with its value."""
    return _FLAG.fullmatch(variable.rpartition(".")[2]) is not None


def _leaves(variables: Mapping[str, Any], path: str = "", depth: int = 1) -> Iterator[tuple[str, Any]]:
    """Yield values by dotted name. A key that is no name may be an account's, and is passed over."""
    for key, value in variables.items():
        if not _VARIABLE.fullmatch(key):
            continue
        if isinstance(value, dict) and value and depth < _DEEPEST:
            yield from _leaves(value, f"{path}{key}.", depth + 1)
        else:
            yield path + key, value
