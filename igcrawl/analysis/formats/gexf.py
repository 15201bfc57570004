"""Writer of GEXF 1.2, which Gephi and its kin read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from igcrawl.analysis.formats.account_graph import EDGE_ATTRIBUTES, NODE_ATTRIBUTES, AccountGraph
from igcrawl.analysis.formats.graph_xml import XML_TYPES, xml_text

_NAMESPACE: Final = "http://www.gexf.net/1.2draft"
#: What stands before the value of each attribute.
_NODE_VALUES: Final = [f'<attvalue for="{name}" value="' for name in NODE_ATTRIBUTES]
_EDGE_VALUES: Final = [f'<attvalue for="{name}" value="' for name in EDGE_ATTRIBUTES]


def gexf(graph: AccountGraph, about: Mapping[str, Any]) -> Iterator[str]:
    """Yield a graph as GEXF, in parts.

    Args:
        graph: arranged.
        about: attributes of the graph, which GEXF has no place for but its description.
    """
    told = "; ".join(f"{name}: {value}" for name, value in about.items())
    yield (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<gexf xmlns="{_NAMESPACE}" version="1.2">\n'
        f"<meta><creator>igcrawl</creator><description>{xml_text(told)}</description></meta>\n"
        '<graph mode="static" defaultedgetype="directed">\n'
    )
    yield from (_declared("node", NODE_ATTRIBUTES), _declared("edge", EDGE_ATTRIBUTES), "<nodes>\n")
    for node in graph.nodes():
        values = _values(_NODE_VALUES, node.attributes.values())
        yield f'<node id="{xml_text(node.pk)}" label="{xml_text(node.label)}">{values}</node>\n'
    yield "</nodes>\n<edges>\n"
    for number, (source, target, *attributes) in enumerate(graph.edges()):
        values = _values(_EDGE_VALUES, attributes)
        yield f'<edge id="{number}" source="{xml_text(source)}" target="{xml_text(target)}">{values}</edge>\n'
    yield "</edges>\n</graph>\n</gexf>\n"


def _declared(of: str, attributes: Mapping[str, type]) -> str:
    lines = [f'<attribute id="{name}" title="{name}" type="{XML_TYPES[kind]}"/>' for name, kind in attributes.items()]
    return f'<attributes class="{of}">\n' + "\n".join(lines) + "\n</attributes>\n"


def _values(starts: Iterable[str], values: Iterable[Any]) -> str:
    pairs = zip(starts, values, strict=True)
    written = [f'{start}{xml_text(value)}"/>' for start, value in pairs if value is not None]
    return f"<attvalues>{''.join(written)}</attvalues>"
