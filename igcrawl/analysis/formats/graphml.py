"""Writer of GraphML, which networkx, igraph, Gephi, yEd and Cytoscape read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from igcrawl.analysis.formats.account_graph import EDGE_ATTRIBUTES, NODE_ATTRIBUTES, AccountGraph
from igcrawl.analysis.formats.graph_xml import XML_TYPES, xml_text

_NAMESPACE: Final = "http://graphml.graphdrawing.org/xmlns"
#: By what a key is for, the beginning of its id; a name may stand in several.
_PREFIXES: Final = {"graph": "g_", "node": "", "edge": "e_"}
_NODES: Final[Mapping[str, type]] = {"label": str, **NODE_ATTRIBUTES}


def graphml(graph: AccountGraph, about: Mapping[str, Any]) -> Iterator[str]:
    """Yield a graph as GraphML, in parts.

    Args:
        graph: arranged.
        about: attributes of the graph.
    """
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="{_NAMESPACE}">\n'
    yield _keys("graph", {name: type(value) for name, value in about.items()})
    yield from (_keys("node", _NODES), _keys("edge", EDGE_ATTRIBUTES))
    yield f'<graph id="igcrawl" edgedefault="directed">\n{_data(_starts("graph", about), about.values())}\n'
    starts = _starts("node", _NODES)
    for node in graph.nodes():
        yield f'<node id="{xml_text(node.pk)}">{_data(starts, (node.label, *node.attributes.values()))}</node>\n'
    starts = _starts("edge", EDGE_ATTRIBUTES)
    for source, target, *attributes in graph.edges():
        ends = f'source="{xml_text(source)}" target="{xml_text(target)}"'
        yield f"<edge {ends}>{_data(starts, attributes)}</edge>\n"
    yield "</graph>\n</graphml>\n"


def _keys(of: str, attributes: Mapping[str, type]) -> str:
    return "".join(
        f'<key id="{_PREFIXES[of]}{name}" for="{of}" attr.name="{name}" attr.type="{XML_TYPES[kind]}"/>\n'
        for name, kind in attributes.items()
    )


def _starts(of: str, names: Iterable[str]) -> list[str]:
    """Return what stands before the value of each attribute."""
    return [f'<data key="{_PREFIXES[of]}{name}">' for name in names]


def _data(starts: Iterable[str], values: Iterable[Any]) -> str:
    pairs = zip(starts, values, strict=True)
    return "".join([f"{start}{xml_text(value)}</data>" for start, value in pairs if value is not None])
