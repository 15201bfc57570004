"""Pages of records out of the store, one after the other, whichever crawls they are of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from igcrawl.store import Choice, Store


async def chosen_pages(store: Store, choice: Choice) -> AsyncIterator[bytes]:
    """Yield the JSON lines of walks, crawl by crawl and page by page, compressed as they are kept."""
    async with store.records.select(choice) as selection:
        for each in selection.crawls:
            async for page in selection.pages(each.crawl.id):
                # Ctrl-C is heard here: a file's database never waits.
                await asyncio.sleep(0)
                yield page.lines
