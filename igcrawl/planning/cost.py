"""Cost of a walk in pages and requests, computed before it begins. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from igcrawl.arguments import Arguments, GraphArguments
from igcrawl.operations.catalogue import FAMILY_OF
from igcrawl.operations.operation import Operation
from igcrawl.operations.paging import ChunkPages, GivenPaths
from igcrawl.store import OperatorLimits
from igcrawl.wording import counted

#: What the operator can do without: operations that are asked before a walk, and how.
_SAVED_BY: Final = {
    "user_lookup": "an account given by its name costs one request more, its look-up; one given by its id does not",
    "user_profile": "each list costs a profile request for its expected count; verify=0 saves it",
}


@dataclass(frozen=True, slots=True)
class Range:
    """From so many to so many.

    Args:
        least: at least.
        most: at most; None when nothing tells.
    """

    least: int = 0
    most: int | None = 0

    def __add__(self, other: Range) -> Range:
        """Both together."""
        known = self.most is not None and other.most is not None
        return Range(self.least + other.least, (self.most or 0) + (other.most or 0) if known else None)

    def up_to(self, limit: int | None) -> Range:
        """The same, but no more than a limit."""
        if limit is None:
            return self
        return Range(min(self.least, limit), limit if self.most is None else min(self.most, limit))

    def told(self, name: str) -> str:
        """For the operator's eyes."""
        if self.most is None:
            return f"at least {counted(self.least, name)}"
        most = counted(self.most, name)
        return most if self.least == self.most else f"{self.least:,} to {most}"


@dataclass(slots=True)
class Cost:
    """Total cost of several walks.

    Args:
        walks, pages, requests: how many.
        least, most: requests by family; `most` says something only where `requests` has an upper end.
        notes: what could not be known, and what was taken for it, each once.
    """

    walks: Range = field(default_factory=Range)
    pages: Range = field(default_factory=Range)
    requests: Range = field(default_factory=Range)
    least: Counter[str] = field(default_factory=Counter)
    most: Counter[str] = field(default_factory=Counter)
    notes: dict[str, None] = field(default_factory=dict)

    def ask(self, operation: str, times: Range, *, pages: bool = False) -> None:
        """Count requests in.

        Args:
            operation: what is asked.
            times: how often.
            pages: whether the answers are pages of the walk.
        """
        self.requests += times
        if pages:
            self.pages += times
        self.least[FAMILY_OF[operation]] += times.least
        self.most[FAMILY_OF[operation]] += times.most or 0

    def add(self, other: Cost) -> None:
        """Count other walks in."""
        self.walks += other.walks
        self.pages += other.pages
        self.requests += other.requests
        self.least.update(other.least)
        self.most.update(other.most)
        self.notes |= other.notes


def counted_in(operation: Operation) -> str | None:
    """Return the field of a profile that tells how long an operation's list is; None when nothing does."""
    return operation.counted_by or operation.planned_by


def cost_of(
    operation: Operation, args: Mapping[str, Any], asked: Arguments, holds: int | None = None, update: bool = False
) -> Cost:
    """Return what one walk costs.

    Args:
        operation: what is asked.
        args: of its calls.
        asked: the spider's arguments.
        holds: how many the list holds, None when it is not known.
        update: whether it ends where everybody is known.
    """
    cost = Cost(walks=Range(1, 1))
    for name in asked_first(operation, args, asked):
        cost.ask(name, Range(1, 1))
        if name in _SAVED_BY:
            cost.notes[_SAVED_BY[name]] = None
    pages = pages_of(operation, args, holds, OperatorLimits(asked.max_pages, asked.max_users))
    if update:
        pages = Range(1, pages.most)
    cost.ask(operation.name, pages, pages=True)
    if operation.then is not None:
        cost.ask(operation.then.operation, pages)
    if pages.most is None:
        cost.notes["how many pages the list has is not known in advance"] = None
    elif (page_sizes := operation.sizes_of_pages(args)) is not None:
        few, many = page_sizes
        sizes = f"{few} to {many}" if few != many else f"up to {many}"
        cost.notes[f"assuming {sizes} per page; the server decides"] = None
    return cost


def asked_first(operation: Operation, args: Mapping[str, Any], asked: Arguments) -> list[str]:
    """Return the operations that a walk asks before its first page."""
    names = ["user_lookup"] if "username" in args and "username" not in operation.arguments else []
    needed = (need for need in operation.needs if (args.get(need.when) if need.when else need.gives not in args))
    names += [need.operation for need in needed]
    if isinstance(asked, GraphArguments) and asked.verify and operation.counted_by is not None:
        names.append("user_profile")
    return names


def pages_of(operation: Operation, args: Mapping[str, Any], holds: int | None, limits: OperatorLimits) -> Range:
    """Return how many pages a list has.

    Args:
        operation: what is asked.
        args: of its calls.
        holds: how many the list holds, None when it is not known.
        limits: the operator's own.
    """
    paging = operation.paging
    if paging is None or (isinstance(paging, GivenPaths) and args.get(paging.cursor_out) is None):
        return Range(1, 1)
    if isinstance(paging, ChunkPages):
        count = math.ceil(len(args.get(paging.chunk.argument) or "1") / paging.chunk.size)
        return Range(count, count).up_to(limits.max_pages)
    page_sizes = operation.sizes_of_pages(args)
    if page_sizes is None:
        return Range(1, None).up_to(limits.max_pages)
    few, many = page_sizes
    known = holds is not None and not operation.planned_at_most
    wanted = min((each for each in (holds, limits.max_users) if each is not None), default=None)
    least = max(1, math.ceil((wanted or 0) / many)) if known else 1
    return Range(least, None if wanted is None else max(1, math.ceil(wanted / few))).up_to(limits.max_pages)


def cost_of_found(operation: Operation, asked: Arguments, holds: int | None) -> Cost:
    """Return what the walks of accounts that are found cost, of all levels.

    Args:
        operation: what is asked for each.
        asked: the spider's arguments.
        holds: how many accounts the first list holds, None when it is not known.
    """
    if not isinstance(asked, GraphArguments) or asked.depth == 1:
        details = Cost()
        if getattr(asked, "expand", False):
            details.walks = Range(0, 1)
            details.ask("suggestion_details", Range(0, 1))
        return details
    room = None if asked.max_walks is None else asked.max_walks - 1
    certain = holds is not None and not asked.only and not asked.max_pages
    least = min(holds or 0, asked.max_users or holds or 0) if certain else 0
    count = Range(least, None).up_to(room)
    one = cost_of(operation, {"user_id": "1"}, asked)
    least_of_one = one.requests.least
    if asked.skip_over is not None:
        # Its profile may say that it is not walked; one that is asked for the count says so, too.
        least_of_one = 1
        if not (asked.verify and operation.counted_by):
            one.ask("user_profile", Range(1, 1))
    most = None if count.most is None or one.requests.most is None else count.most * one.requests.most
    cost = Cost(walks=count, requests=Range(count.least * least_of_one, most))
    pages = Range(0 if asked.skip_over is not None else count.least, None)
    cost.pages = pages if most is None else Range(pages.least, (count.most or 0) * (one.pages.most or 0))
    for family, times in one.least.items():
        cost.least[family] = count.least * times
    for family, times in one.most.items():
        cost.most[family] = (count.most or 0) * times
    bounded = "" if asked.max_walks else "; max_walks=… bounds how many are walked"
    requests = Range(least_of_one, one.requests.most).told("request")
    cost.notes[f"each account found costs {requests}; how many are found is not known in advance{bounded}"] = None
    return cost
