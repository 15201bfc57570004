"""Writer of GraphML, which networkx, igraph, Gephi, yEd and Cytoscape read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from igcrawl.analysis.formats.account_graph import EDGE_ATTRIBUTES, NODE_ATTRIBUTES, AccountGraph
from igcrawl.analysis.formats.graph_xml import XML_TYPES, xml_text

_NAMESPACE: Final = "http://graphml.graphdrawing.org/xmlns"
#: By what a key is for, the beginning of its id; a name may stand in several.
_PREFIXES: Final = {"graph": "g_", "node": "", "edge": "e_"}


def graphml(graph: AccountGraph, about: Mapping[str, Any]) -> Iterator[str]:
    """Yield a graph as GraphML, in parts.

    Args:
        graph: arranged.
        about: attributes of the graph.
    """
    nodes = {"label": str, **NODE_ATTRIBUTES}
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="{_NAMESPACE}">\n'
    yield _keys("graph", {name: type(value) for name, value in about.items()})
    yield from (_keys("node", nodes), _keys("edge", EDGE_ATTRIBUTES))
    yield f'<graph id="igcrawl" edgedefault="directed">\n{_data("graph", about)}\n'
    for node in graph.nodes():
        yield f'<node id="{xml_text(node.pk)}">{_data("node", {"label": node.label, **node.attributes})}</node>\n'
    for edge in graph.edges():
        ends = f'source="{xml_text(edge.source)}" target="{xml_text(edge.target)}"'
        yield f"<edge {ends}>{_data('edge', edge.attributes)}</edge>\n"
    yield "</graph>\n</graphml>\n"


def _keys(of: str, attributes: Mapping[str, type]) -> str:
    return "".join(
        f'<key id="{_PREFIXES[of]}{name}" for="{of}" attr.name="{name}" attr.type="{XML_TYPES[kind]}"/>\n'
        for name, kind in attributes.items()
    )


def _data(of: str, values: Mapping[str, Any]) -> str:
    return "".join(
        f'<data key="{_PREFIXES[of]}{name}">{xml_text(value)}</data>'
        for name, value in values.items()
        if value is not None
    )
