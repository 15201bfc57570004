"""The surface on which a crawl's lists would cost the fewest requests, where it is not the chosen one. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from igcrawl.arguments import Arguments, ListArguments
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.operations.operation import Operation, Surface
from igcrawl.planning.cost import Cost, cost_of, cost_of_found


def other_ways(operation: Operation, args: Mapping[str, Any]) -> list[Operation]:
    """Return the operations that read the same list and may be advised, the same one with its own size of pages first.

    Args:
        operation: the chosen one.
        args: of its calls; where they name a size of pages, the operation's own is another way.
    """
    same = [operation] if "page_size" in args and "page_size" in operation.arguments else []
    others = [each for each in OPERATIONS.values() if each.list_name == operation.list_name and each is not operation]
    return same + [each for each in others if each.not_known is not None or each.same_list_as is None]


class OtherWays:
    """Costs of one crawl by the other ways to read its lists.

    Args:
        operation: the chosen one.
        args: of the first walk's calls.
        asked: the spider's arguments.
    """

    def __init__(self, operation: Operation, args: Mapping[str, Any], asked: Arguments) -> None:
        self._chosen, self._asked = operation, asked
        self._costs = [(way, Cost()) for way in other_ways(operation, args)]

    def add(self, args: Mapping[str, Any], holds: int | None) -> None:
        """Count a walk in.

        Args:
            args: of its calls.
            holds: how many the list holds, None when it is not known.
        """
        for way, cost in self._costs:
            cost.add(cost_of(way, _own_size(args), self._asked, holds))

    def add_found(self, holds: int | None) -> None:
        """Count the walks of accounts that are found in, see `cost_of_found`."""
        for way, cost in self._costs:
            cost.add(cost_of_found(way, self._asked, holds))

    def told(self, chosen: Cost, args: Mapping[str, Any]) -> Iterator[str]:
        """Yield one line where a way is cheaper than the chosen one, with what is not known of it.

        Args:
            chosen: what the crawl costs as it was asked for.
            args: of its first walk's calls.
        """
        cheaper = [(way, cost) for way, cost in self._costs if _is_cheaper(cost, chosen)]
        if cheaper:
            way, cost = min(cheaper, key=lambda each: (each[1].requests.most or 0, each[1].requests.least))
            least = f"{cost.pages.told('page')}, {cost.requests.told('request')} instead of {_ends(chosen)}"
            yield f"{self._named(way)} would cost least: {_size(way, {})}, {least}{_doubt(way)}"
            return
        own = self._chosen.sizes_of_pages(args)
        for way, cost in self._costs:
            sizes = way.sizes_of_pages({})
            if chosen.requests.most is None and cost.requests.most is None and own and sizes and sizes[0] > own[1]:
                instead = f"{_size(way, {})} instead of {_size(self._chosen, args)}"
                saves = "how many requests that saves depends on the list"
                yield f"{self._named(way)} would cost least: {instead}; {saves}{_doubt(way)}"
                return

    def _named(self, way: Operation) -> str:
        """Return the arguments that choose a way."""
        if not isinstance(self._asked, ListArguments):
            return f"operation {way.name}"
        if way is self._chosen:
            return f"page_size={_most(way)}"
        return "surface=rest" if way.surface is Surface.REST else "surface=mobile"


def _own_size(args: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in args.items() if name != "page_size"}


def _is_cheaper(cost: Cost, chosen: Cost) -> bool:
    ours, theirs = cost.requests, chosen.requests
    return ours.most is not None and theirs.most is not None and ours.most < theirs.most and ours.least <= theirs.least


def _most(way: Operation) -> int:
    sizes = way.sizes_of_pages({})
    return sizes[1] if sizes is not None else 1


def _size(way: Operation, args: Mapping[str, Any]) -> str:
    few, many = way.sizes_of_pages(args) or (1, 1)
    return f"{few} to {many} a page, as the server chooses" if few != many else f"up to {many} a page"


def _ends(cost: Cost) -> str:
    least, most = cost.requests.least, cost.requests.most or 0
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


def _doubt(way: Operation) -> str:
    return f"; {way.not_known}" if way.not_known else ""
