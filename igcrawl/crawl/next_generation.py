"""Words about a crawl that has ended and begins again: what is asked again, and what becomes of its records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from igcrawl.output.output import Output
from igcrawl.output.place import machine
from igcrawl.store import CrawlRow, Store


async def replaced_outputs(store: Store, last: CrawlRow, outputs: Iterable[Output]) -> list[str]:
    """Return the names of those outputs that hold records of a crawl and will be replaced by the next one.

    Args:
        store: opened.
        last: the crawl that has ended.
        outputs: of the next one, not yet begun.

    Raises:
        StoreError: the store failed.
    """
    names = [output.name for output in outputs if output.replaces]
    if not names:
        return []
    here = {row.path for row in await store.outputs.of(last.id) if row.machine == machine()}
    return [name for name in names if name in here and _holds_something(Path(name))]


def _holds_something(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def begins_again(last: CrawlRow, now: CrawlRow, targets: int, replaced: Sequence[str]) -> str:
    """Return what the operator should know when the command of a crawl that has ended begins it again.

    Args:
        last: the generation that has ended.
        now: the one that begins.
        targets: how many the operator gave.
        replaced: outputs that lose the earlier records.
    """
    every = f"all {targets:,} targets" if targets > 1 else "its target"
    line = f"this crawl has ended: generation {now.generation} begins and asks for {every} again"
    files = f"{', '.join(replaced)} {'are' if len(replaced) > 1 else 'is'} replaced" if replaced else ""
    if last.kept:
        kept = f"the earlier records are in the store: scrapy export FILE --crawl {last.id}"
    else:
        kept = "the store did not keep the earlier records" if replaced else ""
    told = ", ".join(filter(None, [files, kept]))
    return f"{line}; {told}" if told else line
