"""Records of the walks with which the same command may go on: they stand at the end of each output."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from igcrawl.crawl.walk_rows import open_end_record
from igcrawl.output.json_lines import to_lines
from igcrawl.store import CrawlRow, Store
from igcrawl.verdict import OPEN, REOPENED, Verdict

#: Verdicts of walks that may go on; of those that end `suspect` only some do.
_MAY_GO_ON = (*REOPENED, Verdict.STOPPED.value, Verdict.SUSPECT.value)


async def open_ends(store: Store, crawl: CrawlRow, said: Mapping[str, bytes], own: int) -> AsyncIterator[bytes]:
    """Yield the records of a crawl's open walks, as JSON lines, in the order of the walks of each verdict.

    Args:
        store: opened.
        crawl: whose walks they are.
        said: what this run has said of walks, by operation and target. A walk without a verdict that this run has
            not spoken of is passed over: it waits, or another worker has it.
        own: number of this worker.

    Raises:
        StoreError: the store failed.
    """
    there = await store.crawls.verdicts(crawl.id)
    unsaid = dict(said)
    for verdict in (verdict for verdict in _MAY_GO_ON if there.get(verdict)):
        async for row in store.walks.all(crawl.id, verdict):
            record = open_end_record(row)
            if record is not None:
                yield unsaid.pop(record.walk, b"") or to_lines([record])
    if not unsaid or not there.get(None):
        return
    async for row in store.walks.all(crawl.id, OPEN):
        if row.worker in {None, own} and (line := unsaid.pop(f"{row.operation}/{row.target}", b"")):
            yield line
            if not unsaid:
                # A million may wait behind it.
                return
