"""Networks: who is drawn, and that the same network is drawn alike."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from igcrawl.analysis.report import picture
from igcrawl.analysis.report.model import EDGES, NODES
from igcrawl.analysis.report.network import laid_out
from tests.analysis.report.samples import network


def test_the_same_network_gives_the_same_picture() -> None:
    import igraph

    igraph.Graph.Erdos_Renyi(n=50, m=100)
    one = network(60, 200)
    igraph.Graph.Erdos_Renyi(n=50, m=100)
    assert network(60, 200) == one


def test_the_generator_of_others_is_given_back() -> None:
    random.seed(5)
    before = random.getstate()
    network(30, 60)
    assert random.getstate() == before


def test_of_a_large_network_the_best_linked_accounts_are_drawn() -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    chosen = random.Random(seed)
    links = [(f"{chosen.randrange(4000)}", f"{int(4000 * chosen.random() ** 3)}") for _ in range(9000)]
    drawn = laid_out("mutual", links, {}, set())
    assert drawn is not None
    pairs = {frozenset(pair) for pair in links if len(set(pair)) == 2}
    degrees = Counter(pk for pair in pairs for pk in pair)
    assert (drawn.all_nodes, drawn.all_edges) == (len(degrees), len(pairs))
    assert len(drawn.nodes) == NODES
    assert [node.links for node in drawn.nodes] == sorted(degrees.values(), reverse=True)[:NODES]
    assert all(node.links == degrees[node.pk] for node in drawn.nodes)
    names = [node.pk for node in drawn.nodes]
    assert {frozenset((names[a], names[b])) for a, b in drawn.edges} <= pairs
    assert len(drawn.edges) <= EDGES
    assert all(0 <= place <= 1 for node in drawn.nodes for place in (node.x, node.y))


def test_nobody_linked_is_no_network() -> None:
    assert laid_out("mutual", [("1", "1")], {}, set()) is None


def test_a_pair_either_way_round_is_one_link() -> None:
    drawn = laid_out("mutual", [("1", "2"), ("2", "1"), ("1", "2")], {}, set())
    assert drawn is not None
    assert (drawn.all_edges, [node.links for node in drawn.nodes]) == (1, [1, 1])


def test_a_start_account_is_ringed_and_comes_before_others_with_as_many_links() -> None:
    drawn = laid_out("mutual", [("1", "2"), ("2", "3"), ("3", "1")], {}, {"3"})
    assert drawn is not None
    assert [node.pk for node in drawn.nodes] == ["3", "1", "2"]
    assert ["start" in dot.style for dot in picture.dots(drawn)] == [True, False, False]


@pytest.mark.parametrize(
    ("nodes", "links", "name"), [(300, 900, "user"), (40, 60, "a" * 30)], ids=["many", "long names"]
)
def test_names_cover_neither_each_other_nor_the_best_linked_accounts_and_stay_in_the_picture(
    nodes: int, links: int, name: str
) -> None:
    drawn = network(nodes, links, name=name)
    for style in ("wide", "narrow"):
        size = {"wide": 15, "narrow": 36}[style]
        labels = [label for label in picture.labels(drawn) if label.style == style]
        assert 2 < len(labels) < 40
        widths = [len(label.name) * size * 0.55 for label in labels]
        spans = [(label.x - w / 2, label.x + w / 2, label.y) for label, w in zip(labels, widths, strict=True)]
        assert all(low >= 0 and high <= 1000 and 0 < y < 640 for low, high, y in spans)
        for place, (low, high, y) in enumerate(spans):
            assert not [o for o in spans[:place] if o[0] < high and low < o[1] and abs(o[2] - y) < size * 0.9]
