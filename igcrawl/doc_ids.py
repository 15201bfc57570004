"""The registry of doc_ids: which registered id a query is asked by now."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from igcrawl.errors import BadInput

#: Setting that replaces an operation's doc_id for a run, e.g. ``-s IG_DOC_ID_followers=2847…``.
OVERRIDE_PREFIX: Final = "IG_DOC_ID_"
_DOC_ID: Final = re.compile(r"[0-9]{5,40}|[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Query:
    """A registered query.

    Args:
        name: the friendly name.
        surface: where it is registered.
        root_field: root of its answer.
        ids: known ids, newest first.
        source: where the newest id comes from.
    """

    name: str
    surface: str
    root_field: str
    ids: tuple[str, ...]
    source: str


@cache
def shipped_queries() -> Mapping[str, Query]:
    """Return the queries of `igcrawl/data/doc_ids.toml`, by friendly name."""
    table = tomllib.loads(files("igcrawl.data").joinpath("doc_ids.toml").read_text("utf-8"))
    return {name: _query(name, entry) for name, entry in table.items()}


def _query(name: str, entry: Mapping[str, Any]) -> Query:
    ids = tuple(known["id"] for known in entry["ids"])
    return Query(name, entry["surface"], entry["root_field"], ids, entry["ids"][0]["source"])


def check_doc_id(value: str, setting: str) -> str:
    """Return a doc_id given by the operator.

    Raises:
        BadInput: it is neither a number of 5 to 40 digits nor a query_hash.
    """
    if not _DOC_ID.fullmatch(value):
        raise BadInput(f"{setting}: a doc_id is a number of 5 to 40 digits, a query_hash 32 hexadecimal digits")
    return value


class DocIds:
    """The doc_ids of one run.

    Args:
        overrides: doc_ids for this run by operation name, as `IG_DOC_ID_…` gives them.
    """

    def __init__(self, overrides: Mapping[str, str] | None = None) -> None:
        self._overrides = dict(overrides or {})

    def current(self, operation: str, query_name: str) -> tuple[str, str]:
        """Return the doc_id to ask an operation's query by now, and the query's root field."""
        query = shipped_queries()[query_name]
        return self._overrides.get(operation, query.ids[0]), query.root_field
