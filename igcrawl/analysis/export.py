"""`scrapy export`: records of the store as a file, without a request and in flat memory."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

from scrapy.settings import BaseSettings

from igcrawl.analysis.choice import no_such_walk, read_choice
from igcrawl.analysis.destination import Destination, check_file, read_destination
from igcrawl.analysis.export_files import ExportFiles, FilesOrder, GraphFiles, opened_files
from igcrawl.analysis.export_order import ExportOrder
from igcrawl.analysis.formats.format import Holds, check_installed
from igcrawl.analysis.formats.table_values import type_of
from igcrawl.analysis.last_walk_records import LastWalkRecords
from igcrawl.analysis.main_type import main_type_of
from igcrawl.analysis.record_type import check_type
from igcrawl.config.config import Config
from igcrawl.config.own_files import OwnFiles
from igcrawl.crawl.walk_rows import SESSION_CHECK, open_end_record
from igcrawl.errors import BadInput
from igcrawl.output.json_lines import to_lines
from igcrawl.printable import say
from igcrawl.store import Choice, ChosenCrawl, Selection, Store, describe, opened_existing
from igcrawl.store.packed_records import unpack_lines
from igcrawl.verdict import BAD, ExitCode, Verdict
from igcrawl.wording import counted

#: Verdicts of walks whose lists are not whole, beside those that have none.
_INCOMPLETE: Final = (*BAD, Verdict.STOPPED)
#: So many records of open walks are written at once.
_BATCH: Final = 500
#: So many crawls are named in a line.
_NAMED: Final = 5


class _Held(NamedTuple):
    """Content of the chosen walks."""

    types: Counter[str]
    """Numbers of records by their type."""
    notes: list[str]
    """Remarks about them, a line each."""


async def export(config: Config, settings: BaseSettings, order: ExportOrder) -> ExitCode:
    """Write what the store holds, and say on standard error what was written.

    Args:
        config: the command's settings.
        settings: Scrapy's; they name the modules that have spiders.
        order: what is to be written, and where to.

    Returns:
        `INCOMPLETE` when a chosen crawl's records are not in the store.

    Raises:
        BadInput: nothing can be written so; nothing was changed.
        StoreError: the store could not be read, or the file not be written; it is as it was before.
        BrokenPipeError: whoever was reading standard output has enough.
    """
    destination = _read_destination(config, order)
    async with (
        opened_existing(config.store, "export") as store,
        store.records.select(await _choice(store, order)) as selection,
    ):
        kept = await _kept_crawls(config, store, selection, order)
        in_one_table = order.type is None and destination.format.holds is Holds.TABLE
        main = main_type_of(settings, kept) or await _refuse_types(selection, kept) if in_one_table else None
        files_order = FilesOrder(
            destination=destination,
            own=OwnFiles.of(config),
            type=order.type or main,
            separator=order.csv_separator,
            graph=order.graph,
            about=_about(kept),
        )
        with opened_files(files_order) as (files, places):
            held = await _write(store, selection, kept, files, destination.format.holds)
            if order.type is not None and not held.types[order.type]:
                raise BadInput(f"--type={order.type}: there is none here; {_holds(held.types)}")
            place = places()
    _say_end(place, kept, _told(files), held.notes)
    return _say_lost(selection)


async def _choice(store: Store, order: ExportOrder) -> Choice:
    every = order.every_generation
    return await read_choice(store, order.crawl, order.walk, every=every, verdicts=order.verdicts)


def _read_destination(config: Config, order: ExportOrder) -> Destination:
    """Return the destination of an order that can be followed, as far as that can be known without the store.

    Raises:
        BadInput: it cannot.
    """
    destination = read_destination(order.out, order.format, order.purpose)
    if order.type is not None:
        check_type(order.type)
    order.check_options(destination.format)
    check_installed(destination.format)
    if destination.path is not None:
        check_file(destination.path, OwnFiles.of(config))
    return destination


async def _kept_crawls(config: Config, store: Store, selection: Selection, order: ExportOrder) -> list[ChosenCrawl]:
    """Return the chosen crawls whose records the store holds.

    Raises:
        BadInput: there is none.
    """
    crawls = _crawls_of(selection)
    if not crawls:
        if order.verdicts and await store.crawls.all():
            raise BadInput(f"--verdict={order.verdict}: no such walk is {' or '.join(order.verdicts)}")
        if order.walk is not None and await store.crawls.all():
            raise await no_such_walk(store, order.walk)
        raise BadInput(f"the store at {describe(config.store)} has no such walks yet: nothing to export")
    lost = _lost_crawls(selection)
    if len(lost) == len(crawls):
        raise BadInput(_lost_line(lost))
    return [each for each in crawls if each.crawl.kept]


def _crawls_of(selection: Selection) -> list[ChosenCrawl]:
    """Return its crawls; the check of a session is none whose records are asked for."""
    return [each for each in selection.crawls if each.crawl.spider != SESSION_CHECK]


def _lost_crawls(selection: Selection) -> list[ChosenCrawl]:
    return [each for each in _crawls_of(selection) if not each.crawl.kept]


def _say_lost(selection: Selection) -> ExitCode:
    lost = _lost_crawls(selection)
    if lost:
        say(f"igcrawl: {_lost_line(lost)}", file=sys.stderr)
    return ExitCode.INCOMPLETE if lost else ExitCode.OK


def _lost_line(lost: Sequence[ChosenCrawl]) -> str:
    names = [f"{each.crawl.id} ({each.crawl.name or each.crawl.key})" for each in lost]
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    which = f"crawl{'s' if len(names) > 1 else ''} {', '.join(names[:_NAMED])}{more}"
    return (
        f"not exported: {which}; not all records are in the store (begun by an older igcrawl, or with IG_KEEP=False): "
        "the only copy is what was written then"
    )


async def _refuse_types(selection: Selection, crawls: Sequence[ChosenCrawl]) -> str:
    held: Counter[str] = Counter()
    async for lines in _lines(selection, crawls, [], None):
        held.update(map(type_of, lines))
    raise BadInput(f"these crawls have no one main type of record: give --type; {_holds(held)}")


def _holds(held: Counter[str]) -> str:
    return f"the store holds {', '.join(sorted(name for name, count in held.items() if count)) or 'no records'}"


async def _write(
    store: Store, selection: Selection, crawls: Sequence[ChosenCrawl], files: ExportFiles, holds: Holds
) -> _Held:
    """Write the records, as far as the files take them; return what there is.

    Args:
        store: opened.
        selection: of its walks.
        crawls: those whose records are written.
        files: take them.
        holds: what they hold; in a table a walk has its last record only.
    """
    types: Counter[str] = Counter()
    notes: list[str] = []
    try:
        async for lines in _lines(selection, crawls, notes, store if holds in {Holds.TABLE, Holds.TABLES} else None):
            for type_, of_type in groupby(lines, type_of):
                together = list(of_type)
                types[type_] += len(together)
                files.write(type_, together)
        if isinstance(files, GraphFiles):
            await _add_starts(store, crawls, files)
        await files.finish()
        # Ctrl-C is heard here, before a file takes its place.
        await asyncio.sleep(0)
    except BaseException:
        files.abandon()
        raise
    return _Held(types, notes + files.notes)


async def _add_starts(store: Store, crawls: Sequence[ChosenCrawl], files: GraphFiles) -> None:
    for each in crawls:
        starts = []
        async for row in store.walks.all(each.crawl.id, max_depth=1):
            starts.append(row.target)
            if len(starts) == _BATCH:
                files.add_starts(starts)
                starts = []
        files.add_starts(starts)


async def _lines(
    selection: Selection, crawls: Sequence[ChosenCrawl], notes: list[str], store: Store | None
) -> AsyncIterator[Sequence[bytes]]:
    """Yield the JSON lines of crawls, one after another: their pages, then the records of their open walks.

    Args:
        selection: of walks.
        crawls: of the selection.
        notes: takes what must be said.
        store: opened, where each walk is to have its last record only; None where it is to have all.
    """
    unknown: Counter[str] = Counter()
    for each in crawls:
        last = LastWalkRecords(set()) if store is None else await LastWalkRecords.of(store, each.crawl.id)
        async for page in selection.pages(each.crawl.id):
            # Ctrl-C is heard here: a file's database never waits.
            await asyncio.sleep(0)
            yield last.pass_on(page.walk, unpack_lines(page.lines).splitlines())
        ends = []
        async for row in selection.open_walks(each.crawl.id):
            try:
                end = open_end_record(row)
            except BadInput:
                unknown[row.operation] += 1
                continue
            if end is not None:
                last.replace(row.id)
                ends.append(to_lines([end]).rstrip(b"\n"))
            if len(ends) == _BATCH:
                yield ends
                ends = []
        if ends := [*ends, *last.take()]:
            yield ends
    notes += [
        f"{counted(count, 'open walk')} of {name}, an operation that is not known here"
        for name, count in unknown.items()
    ]


def _verdicts(crawls: Sequence[ChosenCrawl]) -> Counter[str]:
    verdicts: Counter[str] = Counter()
    for count in (count for each in crawls for count in each.counts):
        verdicts[count.verdict or Verdict.INTERRUPTED] += count.walks
    return verdicts


def _incomplete(verdicts: Counter[str]) -> str:
    return ", ".join(f"{verdicts[verdict]:,} {verdict}" for verdict in _INCOMPLETE if verdicts[verdict])


def _about(crawls: Sequence[ChosenCrawl]) -> dict[str, Any]:
    """Return what a graph says of the walks that it comes from."""
    verdicts = _verdicts(crawls)
    return {
        "walks": verdicts.total(),
        "incomplete_walks": sum(verdicts[verdict] for verdict in _INCOMPLETE),
        "incomplete": _incomplete(verdicts) or "none",
    }


def _told(files: ExportFiles) -> str:
    written = files.written.most_common()
    if isinstance(files, GraphFiles):
        return ", ".join(f"{count:,} {name}" for name, count in written)
    return ", ".join(counted(count, f"{name} record") for name, count in written) or "no records"


def _say_end(place: str, crawls: Sequence[ChosenCrawl], told: str, notes: Sequence[str]) -> None:
    verdicts = _verdicts(crawls)
    incomplete = _incomplete(verdicts)
    ends = f"; not all walks are complete: {incomplete} of {verdicts.total():,}" if incomplete else ""
    say(f"igcrawl: {told} written to {place}{ends}", file=sys.stderr)
    for note in notes:
        say(f"igcrawl: {note}", file=sys.stderr)
