"""Outputs that a crawl has written, as the store knows them, and whether their files are still so."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from igcrawl.output.output_state import OutputState
from igcrawl.output.place import FileFacts, machine
from igcrawl.store import CrawlRow, OutputRow, Store
from igcrawl.wording import counted

#: What has happened to a file that is not there any more.
MISSING: Final = "missing"


@dataclass(frozen=True, slots=True)
class KnownOutput:
    """An output of a crawl; batches are one.

    Args:
        name: its path or address, of batches the first, and how many there are.
        machine: where it is, "" for a remote place.
        place: place of the last page that it holds.
        touched: what has happened to its files since they were written; "" for nothing that can be told.
        growing: whether a crawl that runs is writing it.
    """

    name: str
    machine: str
    place: int
    touched: str
    growing: bool = False

    def has(self, place: int) -> bool:
        """Return whether it holds the page at a place, as it was left."""
        return not self.touched and self.place >= place


async def outputs_of(store: Store, crawl: CrawlRow) -> list[KnownOutput]:
    """Return the outputs of a crawl.

    Args:
        store: opened.
        crawl: whose outputs they are.

    Raises:
        StoreError: the store failed.
    """
    batches: dict[tuple[str, str], list[tuple[OutputRow, OutputState]]] = {}
    for row in await store.outputs.of(crawl.id):
        state = OutputState.read(row.state)
        key = (row.machine, state.format if state.batch else row.path)
        batches.setdefault(key, []).append((row, state))
    # What is being written is not as the last commit noted it.
    running = bool(batches) and await store.walks.busy(crawl.id)
    return [_known(crawl, rows, running=running) for rows in batches.values()]


def _known(crawl: CrawlRow, rows: Sequence[tuple[OutputRow, OutputState]], *, running: bool) -> KnownOutput:
    (first, state), more = rows[0], len(rows) - 1
    place = max(known.place for _, known in rows)
    if not crawl.kept:
        place = crawl.pages
    touched = "" if running else next(filter(None, (_touched(row, known) for row, known in rows)), "")
    name = f"{first.path} and {counted(more, 'more batch')}" if more else first.path
    return KnownOutput(name, first.machine, place, touched if state.hash else "", growing=running)


def _touched(row: OutputRow, state: OutputState) -> str:
    """Return what has happened to a file of this machine."""
    if row.machine != machine() or state.facts is None:
        return ""
    facts = FileFacts.of(Path(row.path))
    if facts is None:
        return MISSING
    return "" if facts == state.facts else "changed since it was written"


async def replaced_by(store: Store, later: CrawlRow) -> set[str]:
    """Return the files that a later generation has written from their beginning.

    Args:
        store: opened.
        later: the generation.

    Raises:
        StoreError: the store failed.
    """
    return {row.path for row in await store.outputs.of(later.id) if not OutputState.read(row.state).start}


def output_lines(
    crawl: CrawlRow, outputs: Sequence[KnownOutput], replaced: Collection[str] | None = None
) -> Iterator[str]:
    """Yield a line for what the store keeps of a crawl, and one for each output.

    Args:
        crawl: whose outputs they are.
        outputs: as `outputs_of` gives them.
        replaced: those that a later generation has replaced; None where the same command goes on with the crawl.
    """
    if not crawl.kept:
        yield "  its records are kept in its outputs only"
    for output in outputs:
        where = "" if output.machine in {"", machine()} else f" on {output.machine}"
        holds = "all of it" if output.place >= crawl.pages else f"{output.place:,} of {counted(crawl.pages, 'page')}"
        now = "being written, " if output.growing else ""
        told = _repair(output, crawl, replaced) if output.touched else f"{now}{holds}"
        yield f"  output {output.name}{where}: {told}"


def _repair(output: KnownOutput, crawl: CrawlRow, replaced: Collection[str] | None) -> str:
    """Return what has happened to an output's files, and what writes them again."""
    if replaced is None:
        return f"{output.touched}; the same command repairs it"
    is_replaced = output.touched != MISSING and output.name in replaced
    what = "replaced by a later generation" if is_replaced else output.touched
    return f"{what}; scrapy export FILE --crawl {crawl.id} writes it again" if crawl.kept else what
