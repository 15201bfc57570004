"""Sowing: the operator's targets become walks in the store, batch by batch, before the first of them is claimed.

A run that is killed meanwhile has lost nothing, and the next one goes on behind the last batch.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from itertools import islice
from typing import Final

from igcrawl.stopping import Stopping
from igcrawl.store import Seed, Store

logger = logging.getLogger(__name__)

#: So many seeds are one transaction: others wait for it, and so does whoever wants to stop the run.
SEEDS_AT_ONCE: Final = 10_000


class Sowing:
    """The seeds of a crawl, taken in their order, once.

    Args:
        seeds: all of them; the same ones whenever the crawl goes on.
    """

    def __init__(self, seeds: Iterable[Seed]) -> None:
        self._seeds = iter(seeds)
        self._taken = 0

    def batch(self, after: int = 0) -> list[Seed]:
        """Return the next seeds behind so many; fewer than `SEEDS_AT_ONCE` are the last.

        Args:
            after: not less than it was before.
        """
        for _ in islice(self._seeds, after - self._taken):
            pass
        found = list(islice(self._seeds, SEEDS_AT_ONCE))
        self._taken = after + len(found)
        return found

    async def go_on(self, store: Store, crawl: int, sown: int | None, stopping: Stopping) -> None:
        """Put what is left into the store; other workers may do the same.

        Args:
            store: opened.
            crawl: number of the crawl.
            sown: how many seeds it has taken; None for all.
            stopping: of this run.

        Raises:
            BadInput: the targets cannot be read any more.
            Interrupted: the run is being stopped.
            StoreError: the store failed.
        """
        if sown is not None:
            logger.info("putting the targets into the store; a million take about a minute")
        while sown is not None:
            # The loop does other things between two batches, such as hearing that the run is to stop.
            await asyncio.sleep(0)
            await stopping.sleep(0)
            seeds = self.batch(sown)
            then = sown + len(seeds) if len(seeds) == SEEDS_AT_ONCE else None
            sown = await store.crawls.sow(crawl, seeds, sown, then)
