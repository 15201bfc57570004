"""Writers of nodes and edges as CSV with the names of columns that Gephi knows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from igcrawl.analysis.formats.account_graph import EDGE_ATTRIBUTES, NODE_ATTRIBUTES, AccountGraph

#: So many rows are a part.
_BATCH: Final = 20


def gephi_nodes(graph: AccountGraph) -> Iterator[str]:
    """Yield the nodes as CSV, in parts."""
    yield _csv([["Id", "Label", *NODE_ATTRIBUTES]])
    rows = ([node.pk, node.label, *map(_shown, node.attributes.values())] for node in graph.nodes())
    yield from _parts(rows)


def gephi_edges(graph: AccountGraph) -> Iterator[str]:
    """Yield the edges as CSV, in parts."""
    yield _csv([["Source", "Target", "Type", "Weight", *EDGE_ATTRIBUTES]])
    rows = ([source, target, "Directed", 1, *attributes] for source, target, *attributes in graph.edges())
    yield from _parts(rows)


def _parts(rows: Iterable[list[Any]]) -> Iterator[str]:
    waiting = iter(rows)
    while part := list(islice(waiting, _BATCH)):
        yield _csv(part)


def _csv(rows: Iterable[list[Any]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _shown(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value
