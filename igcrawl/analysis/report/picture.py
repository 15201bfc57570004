"""A network as marks of an SVG: circles, one path of lines, and as many names as fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from typing import Final

from igcrawl.analysis.report.model import Network, NetworkNode
from igcrawl.wording import counted

_WIDTH: Final = 1000
_HEIGHT: Final = 640
_MARGIN: Final = 46
_LEAST: Final = 3.0
_MOST: Final = 17.0
#: For a wide window and for a narrow one: the style of its names, the size of their letters in the picture's own
#: measure, how many there are at most, and how long one is.
_NAMES: Final = (("wide", 15, 26, 24), ("narrow", 36, 7, 16))
#: A letter is about so wide, measured in its height.
_LETTER: Final = 0.64
_UNHIDDEN: Final = 8
#: Who is not walked and has fewer links has no name in the picture.
_NAMED_FROM: Final = 2


@dataclass(frozen=True, slots=True)
class Dot:
    """An account as a circle."""

    x: int
    y: int
    radius: float
    style: str
    title: str


@dataclass(frozen=True, slots=True)
class Label:
    """The name of an account."""

    x: int
    y: int
    style: str
    name: str


def dots(network: Network) -> Iterator[Dot]:
    """Yield the accounts, the small ones last, so that none is hidden."""
    for node in network.nodes:
        x, y = _place(node)
        style = " ".join([*([] if node.group is None else [f"g{node.group}"]), *(["start"] if node.start else [])])
        yield Dot(x, y, _radius(network, node), style, f"{node.name}: {counted(node.links, 'link')}")


def edge_path(network: Network) -> str:
    """Return the lines as the data of one path."""
    places = [_place(node) for node in network.nodes]
    return "".join("M{} {}L{} {}".format(*places[one], *places[other]) for one, other in network.edges)


def labels(network: Network) -> Iterator[Label]:
    """Yield the names of the best linked accounts that do not cover each other."""
    for style, size, most, longest in _NAMES:
        # No name may hide one of the accounts with the most links.
        taken = [_around(network, node) for node in network.nodes[:_UNHIDDEN]]
        named = 0
        for node in network.nodes:
            if node.links < _NAMED_FROM and not node.start:
                continue
            name = node.name if len(node.name) <= longest else f"{node.name[: longest - 1]}…"
            half = len(name) * size * _LETTER / 2
            x, y = _place(node)
            x = round(min(max(x, half + 4), _WIDTH - half - 4))
            y = round(y - _radius(network, node) - size * 0.35)
            y = y if y > size else round(y + 2 * _radius(network, node) + size * 1.5)
            box = (x - half, y - size, x + half, y + size * 0.3)
            if any(_cover(box, other) for other in taken):
                continue
            taken.append(box)
            yield Label(x, y, style, name)
            named += 1
            if named == most:
                break


def _place(node: NetworkNode) -> tuple[int, int]:
    return round(_MARGIN + node.x * (_WIDTH - 2 * _MARGIN)), round(_MARGIN + node.y * (_HEIGHT - 2 * _MARGIN))


def _radius(network: Network, node: NetworkNode) -> float:
    most = max(network.nodes[0].links, 1)
    # Its area tells how many links it has, and many dots must be small ones.
    largest = _MOST if len(network.nodes) <= 300 else _MOST * 0.65
    least = _LEAST if len(network.nodes) <= 300 else _LEAST * 0.65
    return round(max(least, largest * sqrt(node.links / most)), 1)


def _around(network: Network, node: NetworkNode) -> tuple[float, float, float, float]:
    (x, y), radius = _place(node), _radius(network, node)
    return x - radius, y - radius, x + radius, y + radius


def _cover(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
