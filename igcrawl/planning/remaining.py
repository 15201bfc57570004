"""Cost of the rest of a crawl, computed from its walks in the store."""

from __future__ import annotations

from igcrawl.arguments import Arguments
from igcrawl.operations.catalogue import find_operation
from igcrawl.planning.cost import Cost, Range, cost_of
from igcrawl.planning.estimate import Estimate, requests_left
from igcrawl.store import CrawlRow, OperatorLimits, Store


async def remaining(store: Store, crawl: CrawlRow, asked: Arguments, limits: OperatorLimits) -> Cost:
    """Return what the open walks of a crawl will cost: as their operation tells, else as the others have cost.

    Args:
        store: opened.
        crawl: unfinished.
        asked: the spider's arguments.
        limits: the operator's own.

    Raises:
        StoreError: the store failed.
    """
    room = None if limits.max_walks is None else limits.max_walks - crawl.started
    estimate, cost, unknown, operation = Estimate(limits), Cost(), Cost(), ""
    async for row in store.walks.all(crawl.id):
        if room is not None and row.verdict is None and not row.fence:
            room -= 1
            if room < 0:
                continue
        left = requests_left(row, limits)
        if left is None:
            one = cost_of(find_operation(row.operation), row.args, asked, row.expected)
            if one.requests.most is not None:
                cost.add(one)
                continue
            unknown.add(one)
        elif left:
            cost.walks += Range(1, 1)
        if left != 0:
            operation = row.operation
        estimate.add(row)
    known = estimate.known if estimate.requests is None else estimate.requests
    if estimate.requests is None:
        cost.add(unknown)
    else:
        cost.walks += unknown.walks
    if known:
        cost.ask(operation, Range(known, known), pages=True)
    return cost
