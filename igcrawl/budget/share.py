"""Share of the possible: records that requests brought, to those that as many full pages would have brought. Pure.

Every request counts, also one that brings no list: for a name or a profile, a canary, a retry, a throttled one. Each
could have brought a page. How many records a full page holds is what the catalogue knows of the surface.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from igcrawl.operations.operation import Operation
from igcrawl.wording import counted


@dataclass(frozen=True, slots=True)
class Share:
    """Records that a list's operation has brought, at one size of its pages.

    Args:
        operation: its name.
        page_size: records on a full page.
        records: that it brought, each once.
        requests: that its walks sent.
    """

    operation: str
    page_size: int
    records: int
    requests: int

    @property
    def possible(self) -> int:
        """Records of as many full pages."""
        return self.requests * self.page_size

    @property
    def told(self) -> str:
        """For the operator. The part is rounded down: only what is whole is 100 %."""
        return (
            f"{self.operation}: {counted(self.records, 'record')} by {counted(self.requests, 'request')}: "
            f"{self.records * 100 // self.possible:,} % of the possible {self.possible:,} ({self.page_size:,} a page)"
        )


def share_of(operation: Operation, args: Mapping[str, Any], records: int, requests: int) -> Share | None:
    """Return the share of a walk; None where nothing was sent, or the size of a page is not known.

    Args:
        operation: that its pages are asked with.
        args: of its calls.
        records, requests: its own.
    """
    sizes = operation.sizes_of_pages(args)
    return Share(operation.name, sizes[1], records, requests) if sizes is not None and requests else None


def added(shares: Iterable[Share]) -> Iterator[Share]:
    """Yield shares with those of one operation and size of pages taken together, in their order."""
    sums: dict[tuple[str, int], Share] = {}
    for each in shares:
        known = sums.get((each.operation, each.page_size), Share(each.operation, each.page_size, 0, 0))
        sums[each.operation, each.page_size] = Share(
            each.operation, each.page_size, known.records + each.records, known.requests + each.requests
        )
    yield from sums.values()
