"""Walks of the store, printed a line each; those of a verdict made to wait again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

from igcrawl.analysis.choice import are_generations, find_crawl
from igcrawl.arguments.crawl_key import key_in_words
from igcrawl.budget.limits import Budget
from igcrawl.cli.known_outputs import KnownOutput, output_lines, outputs_of, replaced_by
from igcrawl.cli.tables import Table, terminal_width
from igcrawl.config.config import Config
from igcrawl.crawl.walk_rows import GIVEN, SESSION_CHECK, VERSIONS
from igcrawl.errors import BadInput
from igcrawl.planning.estimate import Estimate, duration, requests_left
from igcrawl.printable import say
from igcrawl.store import CrawlRow, HeldRecords, OperatorLimits, Store, WalkRow, opened, path_of
from igcrawl.times import age
from igcrawl.verdict import OPEN, REOPENED
from igcrawl.wording import counted

#: `lines` counts what the store keeps of a walk: its records, its own, and the profile that was asked beside it.
_COLUMNS: Final = ("walk", "verdict", "pages", "records", "expected", "lines", "outputs", "age", "left")
_NUMBERS: Final = ("pages", "records", "expected", "lines", "outputs", "age")

#: So many walks are looked up at once.
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A crawl that the operator means, and the latest generation where it is an earlier one."""

    row: CrawlRow
    replaced_by: CrawlRow | None = None


async def print_walks(config: Config, crawl: str | None, verdicts: Collection[str], limit: int) -> None:
    """Print the walks of the store.

    Args:
        config: the command's settings.
        crawl: number or name of the crawl, None for the latest of each.
        verdicts: of the walks, `open` for those without one; none for all.
        limit: lines a crawl at most; 0 for their sums only.

    Raises:
        BadInput: there is no such crawl, or the store cannot be used.
        StoreError: the store failed.
    """
    async with opened(config.store) as store:
        if store is None:
            _say_no_store(config)
            return
        budget = None if config.simulator else config.rules.budget
        for each in await _chosen(store, crawl):
            await _print(store, each, verdicts, limit, budget)


async def retry_walks(config: Config, crawl: str | None, verdicts: Sequence[str]) -> None:
    """Open walks again that ended with one of the verdicts, and say how many there are.

    Args:
        config: the command's settings.
        crawl: number or name of the crawl, None for the latest of each.
        verdicts: of the walks.

    Raises:
        BadInput: there is no such crawl, or the store cannot be used.
        StoreError: the store failed.
    """
    async with opened(config.store) as store:
        if store is None:
            _say_no_store(config)
            return
        opened_again = 0
        for each in await _chosen(store, crawl):
            if each.replaced_by is not None:
                raise BadInput(f"--crawl={each.row.id}: not the latest generation; {_later(each)}")
            for verdict in verdicts:
                if count := await store.crawls.retry(verdict, each.row.id):
                    again = counted(count, f"{verdict} walk", ("is", "are"))
                    say(f"{_title(each)}: {again} open again; the same command walks them")
                    opened_again += count
        if not opened_again:
            say(f"no walk ended {' or '.join(verdicts)}")


def _say_no_store(config: Config) -> None:
    say(f"no walks: there is no store at {path_of(config.store)} yet")


async def _chosen(store: Store, wanted: str | None) -> list[_Chosen]:
    """Return the crawls that the operator means: the latest generations, or one by its number or name.

    Raises:
        BadInput: there is none.
    """
    if wanted is None:
        return [_Chosen(crawl) for crawl in await store.crawls.all() if crawl.spider != SESSION_CHECK]
    crawls = await store.crawls.generations()
    crawl = find_crawl(crawls, wanted)
    latest = next(each for each in crawls if are_generations(each, crawl))
    return [_Chosen(crawl, None if latest.id == crawl.id else latest)]


async def _print(store: Store, chosen: _Chosen, verdicts: Collection[str], limit: int, budget: Budget | None) -> None:
    """Print a crawl: its walks in their order, as many as the operator wants to see, then what they add up to."""
    crawl = chosen.row
    say(_title(chosen))
    outputs = await outputs_of(store, crawl)
    later = chosen.replaced_by
    goes_on = later is None and (crawl.name is not None or await _goes_on(store, crawl))
    replaced = await replaced_by(store, later) if later is not None else set()
    for line in output_lines(crawl, outputs, None if goes_on else replaced):
        say(line)
    # The same command works on the latest generation.
    left = partial(_left, budget=budget) if later is None else _nothing_left
    table = Table(_COLUMNS, _NUMBERS, terminal_width())
    counts: Counter[str] = Counter()
    versions: dict[str, None] = {}
    estimate, shown = Estimate(), []
    one = next(iter(verdicts)) if len(verdicts) == 1 else None
    async for row in store.walks.all(crawl.id, one):
        if verdicts and (row.verdict or OPEN) not in verdicts:
            continue
        counts[_state(row)] += 1
        versions.update(dict.fromkeys(row.state.get(VERSIONS, ())))
        estimate.add(row)
        if counts.total() <= limit:
            shown.append(row)
        if len(shown) == _AT_ONCE:
            await _print_rows(table, store, shown, outputs, left)
            shown = []
    if shown:
        await _print_rows(table, store, shown, outputs, left)
    if counts.total() > limit > 0:
        say(f"… and {counts.total() - limit:,} more (--limit)")
    states = ", ".join(f"{count:,} {state}" for state, count in counts.most_common()) or "no walks"
    by = f"; by igcrawl {', '.join(versions)}" if versions else ""
    say(f"{states}; left: {left(estimate.requests)}{by}")
    say()


async def _goes_on(store: Store, crawl: CrawlRow) -> bool:
    """Return whether the same command goes on with a crawl, also with the limits that it had: else it begins anew."""
    return await store.crawls.unfinished(crawl.id, REOPENED, OperatorLimits(max_pages=0, max_users=0))


async def _print_rows(
    table: Table, store: Store, rows: list[WalkRow], outputs: Sequence[KnownOutput], left: Callable[[int | None], str]
) -> None:
    held = await store.records.held([row.id for row in rows])
    for line in table.lines(_cells(row, held.get(row.id), outputs, left) for row in rows):
        say(line)


def _title(chosen: _Chosen) -> str:
    crawl = chosen.row
    name = f" {crawl.name}" if crawl.name else ""
    later = f"; {_later(chosen)}" if chosen.replaced_by is not None else ""
    generation = f"generation {crawl.generation}, begun {crawl.created_at}{later}"
    return f"crawl {crawl.id}{name}, {key_in_words(crawl.key)} ({generation})"


def _later(chosen: _Chosen) -> str:
    later = chosen.replaced_by
    assert later is not None
    return f"the latest is crawl {later.id}"


def _cells(
    row: WalkRow, held: HeldRecords | None, outputs: Sequence[KnownOutput], left: Callable[[int | None], str]
) -> tuple[str, ...]:
    expected = "-" if row.expected is None else f"{row.expected:,}"
    given = row.state.get(GIVEN)
    walk = f"{row.operation}/{row.target}" + (f" ({given})" if given not in {None, row.target} else "")
    kept, have = "-", "-"
    if held is not None:
        kept = f"{held.records:,}"
        have = f"{sum(output.has(held.place) for output in outputs)} of {len(outputs)}"
    return (
        walk,
        _state(row),
        f"{row.pages:,}",
        f"{row.records:,}",
        expected,
        kept,
        have,
        _age(row),
        left(requests_left(row)),
    )


def _state(row: WalkRow) -> str:
    if row.verdict is not None:
        return row.verdict
    return "walking" if row.worker is not None else OPEN


def _nothing_left(_: int | None) -> str:
    return "-"


def _left(requests: int | None, budget: Budget | None) -> str:
    if requests is None:
        return "?"
    if not requests:
        return "-"
    told = counted(requests, "request")
    return told if budget is None else f"{told}, {duration(requests, budget)}"


def _age(row: WalkRow) -> str:
    """Return how long ago a walk's last page or verdict was committed."""
    if row.updated_at is None:
        return "-"
    return age((datetime.now(UTC) - datetime.fromisoformat(row.updated_at)).total_seconds())
