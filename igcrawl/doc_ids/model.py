"""Registered queries and their ids: plain values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from igcrawl.errors import BadInput

_DOC_ID: Final = re.compile(r"[0-9]{5,40}|[0-9a-f]{32}")


class Origin(StrEnum):
    """Sources of a doc_id, in the order in which their ids are tried."""

    SETTING = "setting"
    OWN_FILE = "own file"
    SHIPPED = "shipped"


@dataclass(frozen=True, slots=True)
class DocId:
    """One id of a query.

    Args:
        id: the number, or the hash of the old web.
        seen: when it was first seen, as YYYY-MM or YYYY-MM-DD; empty when nobody said so.
        source: where it comes from.
        variables: what it needs in place of the operation's own variables, by dotted name; None leaves one out.
        origin: who says so.
        unknown: variables that a capture sent with it and for which igcrawl has no value.
    """

    id: str
    seen: str = ""
    source: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict, hash=False)
    origin: Origin = Origin.SHIPPED
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """A registered query.

    Args:
        name: the friendly name.
        surface: where it is registered.
        root_field: root of its answer; empty when it is not known.
        ids: known ids, in the order in which they are asked.
    """

    name: str
    surface: str
    root_field: str
    ids: tuple[DocId, ...]

    @property
    def source(self) -> str:
        """The source of the id that is tried first."""
        return self.ids[0].source


def is_doc_id(value: str) -> bool:
    """Return whether a text can be a doc_id or a query_hash."""
    return _DOC_ID.fullmatch(value) is not None


def check_doc_id(value: str, setting: str) -> str:
    """Return a doc_id given by the operator.

    Raises:
        BadInput: it is neither a number of 5 to 40 digits nor a query_hash.
    """
    if not is_doc_id(value):
        raise BadInput(f"{setting}: a doc_id is a number of 5 to 40 digits, a query_hash 32 hexadecimal digits")
    return value
