"""Targets that a broken-off run leaves without having asked them."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Final

from igcrawl.crawl.crawl_run import CrawlRun
from igcrawl.crawl.walk import Ending
from igcrawl.crawl.walk_rows import walk_of
from igcrawl.items import Page
from igcrawl.times import timestamp
from igcrawl.verdict import OPEN

#: So many get a walk record at most: a crawl of a million targets is left at once, and they wait in the store.
_MOST: Final = 1000


async def leave_waiting(run: CrawlRun, halted: Ending, deliver: Callable[[Page], Awaitable[None]]) -> int:
    """Give the operator's own targets that were not asked their walk record, and return how many there are.

    While other workers walk, these are theirs.

    Args:
        run: which breaks off.
        halted: why.
        deliver: takes the records.

    Raises:
        LostClaim: another worker has taken a walk over.
        StoreError: the store or an output failed.
    """
    await run.flush()
    if await run.store.walks.busy(run.crawl.id):
        return 0
    left = 0
    async for row in run.store.walks.all(run.crawl.id, OPEN, 1):
        if row.worker is not None:
            continue
        if left == _MOST:
            progress = await run.store.crawls.progress(run.crawl.id)
            return progress.all - progress.done
        record = walk_of(row, run.limits).end_record(halted, timestamp(time.time()))
        await deliver(Page(record.walk, [record]))
        left += 1
    return left
