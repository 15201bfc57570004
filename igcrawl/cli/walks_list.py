"""Walks of the store, printed a line each; those of a verdict made to wait again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from igcrawl.budget.limits import Budget
from igcrawl.cli.known_outputs import KnownOutput, output_lines, outputs_of
from igcrawl.cli.tables import Table, terminal_width
from igcrawl.config.config import Config
from igcrawl.crawl.walk_rows import GIVEN
from igcrawl.errors import BadInput
from igcrawl.planning.estimate import Estimate, duration, requests_left
from igcrawl.printable import say
from igcrawl.store import CrawlRow, HeldRecords, Store, WalkRow, opened, path_of
from igcrawl.times import age
from igcrawl.wording import counted

_COLUMNS: Final = ("walk", "verdict", "pages", "records", "expected", "kept", "outputs", "age", "left")
_NUMBERS: Final = ("pages", "records", "expected", "kept", "outputs", "age")

#: So many walks are looked up at once.
_AT_ONCE: Final = 500


async def print_walks(config: Config, crawl: str | None, verdict: str | None, limit: int) -> None:
    """Print the walks of the store.

    Args:
        config: the command's settings.
        crawl: number or name of the crawl, None for the latest of each.
        verdict: of the walks, `open` for those without one, None for all.
        limit: lines a crawl at most.

    Raises:
        BadInput: there is no such crawl, or the store cannot be used.
        StoreError: the store failed.
    """
    async with opened(config.store) as store:
        if store is None:
            _say_no_store(config)
            return
        for each in _chosen(await store.crawls.all(), crawl):
            await _print(store, each, verdict, limit, config.rules.budget or Budget())


async def retry_walks(config: Config, crawl: str | None, verdict: str) -> None:
    """Make walks that ended with a verdict wait again, and say how many there are.

    Args:
        config: the command's settings.
        crawl: number or name of the crawl, None for the latest of each.
        verdict: of the walks.

    Raises:
        BadInput: there is no such crawl, or the store cannot be used.
        StoreError: the store failed.
    """
    async with opened(config.store) as store:
        if store is None:
            _say_no_store(config)
            return
        crawls = _chosen(await store.crawls.all(), crawl)
        counts = {each.id: await store.crawls.retry(verdict, each.id) for each in crawls}
        for each in crawls:
            if counts[each.id]:
                again = counted(counts[each.id], f"{verdict} walk", ("is", "are"))
                say(f"{_title(each)}: {again} open again; the same command walks them")
        if not any(counts.values()):
            say(f"no walk ended {verdict}")


def _say_no_store(config: Config) -> None:
    say(f"no walks: there is no store at {path_of(config.store)} yet")


def _chosen(crawls: list[CrawlRow], wanted: str | None) -> list[CrawlRow]:
    """Return the crawls that the operator means.

    Raises:
        BadInput: there is none.
    """
    chosen = [crawl for crawl in crawls if wanted in {None, str(crawl.id), crawl.name}]
    if not chosen and wanted is not None:
        known = ", ".join(crawl.name or str(crawl.id) for crawl in crawls[:20])
        raise BadInput(f"--crawl={wanted}: no such crawl; there is {known or 'none'}")
    return chosen


async def _print(store: Store, crawl: CrawlRow, verdict: str | None, limit: int, budget: Budget) -> None:
    """Print a crawl: its walks in their order, as many as the operator wants to see, then what they add up to."""
    say(_title(crawl))
    outputs = await outputs_of(store, crawl)
    for line in output_lines(crawl, outputs):
        say(line)
    table = Table(_COLUMNS, _NUMBERS, terminal_width())
    counts: Counter[str] = Counter()
    estimate, shown = Estimate(), []
    async for row in store.walks.all(crawl.id, verdict):
        counts[_state(row)] += 1
        estimate.add(row)
        if counts.total() <= limit:
            shown.append(row)
        if len(shown) == _AT_ONCE:
            await _print_rows(table, store, shown, outputs, budget)
            shown = []
    await _print_rows(table, store, shown, outputs, budget)
    if counts.total() > limit:
        say(f"… and {counts.total() - limit:,} more (--limit)")
    left = "?" if estimate.requests is None else _left(estimate.requests, budget)
    say(f"{', '.join(f'{count:,} {state}' for state, count in counts.most_common()) or 'no walks'}; left: {left}")
    say()


async def _print_rows(
    table: Table, store: Store, rows: list[WalkRow], outputs: Sequence[KnownOutput], budget: Budget
) -> None:
    held = await store.records.held([row.id for row in rows])
    for line in table.lines(_cells(row, held.get(row.id), outputs, budget) for row in rows):
        say(line)


def _title(crawl: CrawlRow) -> str:
    name = f" {crawl.name}" if crawl.name else ""
    return f"crawl {crawl.id}{name}, generation {crawl.generation}, begun {crawl.created_at}: {crawl.key}"


def _cells(row: WalkRow, held: HeldRecords | None, outputs: Sequence[KnownOutput], budget: Budget) -> tuple[str, ...]:
    expected = "-" if row.expected is None else f"{row.expected:,}"
    left = requests_left(row)
    told = "?" if left is None else _left(left, budget)
    given = row.state.get(GIVEN)
    walk = f"{row.operation}/{row.target}" + (f" ({given})" if given else "")
    kept, have = "-", "-"
    if held is not None:
        kept = f"{held.records:,}"
        have = f"{sum(output.has(held.place) for output in outputs)} of {len(outputs)}"
    return walk, _state(row), f"{row.pages:,}", f"{row.records:,}", expected, kept, have, _age(row), told


def _state(row: WalkRow) -> str:
    if row.verdict is not None:
        return row.verdict
    return "walking" if row.worker is not None else "begun" if row.fence else "waiting"


def _left(requests: int, budget: Budget) -> str:
    return f"{counted(requests, 'request')}, {duration(requests, budget)}" if requests else "-"


def _age(row: WalkRow) -> str:
    """Return how long ago a walk's last page or verdict was committed."""
    if row.updated_at is None:
        return "-"
    return age((datetime.now(UTC) - datetime.fromisoformat(row.updated_at)).total_seconds())
