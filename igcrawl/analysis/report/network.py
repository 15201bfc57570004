"""Networks laid out by igraph: the same network gives the same picture."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from igcrawl.analysis.report.model import EDGES, NODES, ComparedList, Network, NetworkNode

_SEED: Final = 7
#: So many groups have a colour of their own.
GROUPS: Final = 6
#: A group of fewer accounts has none.
_GROUP: Final = 4
_ROUNDS: Final = 500


def laid_out(
    kind: str,
    links: Iterable[tuple[str, str]],
    names: Mapping[str, str | None],
    starts: Collection[str],
    sources: Sequence[ComparedList] = (),
) -> Network | None:
    """Return a network with a place for each account that is drawn, None when nobody is linked.

    Args:
        kind: see `Network`.
        links: pairs of ids; a pair may come again, either way round.
        names: usernames by id, as far as they are known.
        starts: ids of the accounts whose own lists were walked; they are drawn before others with as many links.
        sources: see `Network`.
    """
    pairs = {(min(pair), max(pair)) for pair in links if pair[0] != pair[1]}
    if not pairs:
        return None
    degrees = Counter(pk for pair in pairs for pk in pair)
    order = sorted(degrees, key=lambda pk: (-degrees[pk], pk not in starts, pk))[:NODES]
    place_of = {pk: place for place, pk in enumerate(order)}
    edges = sorted(
        (place_of[one], place_of[other]) if place_of[one] < place_of[other] else (place_of[other], place_of[one])
        for one, other in pairs
        if one in place_of and other in place_of
    )[:EDGES]
    places, groups = _arrange(len(order), edges)
    nodes = [
        NetworkNode(pk=pk, username=names.get(pk), links=degrees[pk], x=x, y=y, group=group, start=pk in starts)
        for pk, (x, y), group in zip(order, places, groups, strict=True)
    ]
    return Network(kind=kind, nodes=nodes, edges=edges, all_nodes=len(degrees), all_edges=len(pairs), sources=sources)


def _arrange(count: int, edges: list[tuple[int, int]]) -> tuple[list[tuple[float, float]], list[int | None]]:
    """Return a place and a group for each of so many nodes."""
    import igraph  # noqa: PLC0415 - an extra

    graph = igraph.Graph(n=count, edges=edges)
    # igraph takes Python's generator, for all who use it in this process.
    igraph.set_random_number_generator(random.Random(_SEED))  # noqa: S311 - a picture
    try:
        layout = graph.layout_fruchterman_reingold(niter=_ROUNDS)
        groups = graph.community_multilevel().membership
    finally:
        igraph.set_random_number_generator(random)
    xs, ys = ([place[axis] for place in layout.coords] for axis in (0, 1))
    return list(zip(_spread(xs), _spread(ys), strict=True)), _largest(groups)


def _spread(values: Sequence[float]) -> list[float]:
    """Return values brought into 0 to 1; a few that are far out are brought to the edge."""
    ordered = sorted(values)
    margin = len(ordered) // 200
    low, high = ordered[margin], ordered[-1 - margin]
    if high <= low:
        return [0.5] * len(values)
    return [min(max((value - low) / (high - low), 0.0), 1.0) for value in values]


def _largest(groups: Sequence[int]) -> list[int | None]:
    """Return groups numbered by their size; those too small or too many for a colour are None."""
    sizes = Counter(groups)
    ranked = sorted(sizes, key=lambda group: (-sizes[group], group))[:GROUPS]
    ranks = {group: rank for rank, group in enumerate(ranked) if sizes[group] >= _GROUP}
    return [ranks.get(group) for group in groups]
