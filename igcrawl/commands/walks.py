"""`scrapy walks`: what the store holds, a line a walk, and what is left of it."""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import Final

from scrapy.commands import ScrapyCommand

from igcrawl.budget.limits import Budget
from igcrawl.cli.command_config import config_of
from igcrawl.cli.tables import WALK_LINE
from igcrawl.commands.crawl import refuse
from igcrawl.errors import BadInput, StoreError
from igcrawl.planning.estimate import Estimate, duration, requests_left
from igcrawl.printable import say
from igcrawl.store import CrawlRow, Store, WalkRow, opened, path_of
from igcrawl.times import age
from igcrawl.verdict import ExitCode, Verdict

_HEAD: Final = WALK_LINE.format("walk", "verdict", "pages", "records", "expected", "age", "left")


class Command(ScrapyCommand):
    """List the walks of the store, or make some wait again."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return the synopsis of the command's arguments."""
        return "[--crawl NUMBER_OR_NAME] [--verdict VERDICT] [--limit N] [--retry VERDICT]"

    def short_desc(self) -> str:
        """Return the line for `scrapy -h`."""
        return "List walks with verdict, counts, age and what is left; --retry makes those of a verdict wait again"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what is listed."""
        super().add_options(parser)
        parser.add_argument("--crawl", help="one crawl, by its number or its name (default: the latest of each)")
        parser.add_argument("--verdict", help="only walks with this verdict; open: those that wait or are being walked")
        parser.add_argument("--limit", default="100", help="lines a crawl at most (default: 100)")
        parser.add_argument("--retry", metavar="VERDICT", help="make walks that ended so wait again")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """List, or reopen."""
        if args:
            refuse(f"scrapy walks takes options only, not {args[0]!r}")
        if not opts.limit.isdecimal():
            refuse(f"--limit: expected a whole number, got {opts.limit!r}")
        allowed = [verdict.value for verdict in Verdict]
        for name, more in (("verdict", ["open"]), ("retry", [])):
            value = getattr(opts, name)
            if value is not None and value not in allowed + more:
                refuse(f"--{name}={value}: expected one of {', '.join(more + allowed)}")
        try:
            asyncio.run(self._run(opts))
        except BadInput as error:
            refuse(str(error))
        except StoreError as error:
            say(f"igcrawl: {error}")
            self.exitcode = ExitCode.INCOMPLETE

    async def _run(self, opts: argparse.Namespace) -> None:
        assert self.settings is not None
        config = config_of(self.settings)
        url, budget = config.store, config.rules.budget or Budget()
        async with opened(url) as store:
            if store is None:
                say(f"no walks: there is no store at {path_of(url)} yet")
                return
            crawls = _chosen(await store.crawls.all(), opts.crawl)
            if opts.retry is not None:
                await _retry(store, crawls, opts.retry)
                return
            for crawl in crawls:
                await _list(store, crawl, opts.verdict, int(opts.limit), budget)


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


async def _retry(store: Store, crawls: list[CrawlRow], verdict: str) -> None:
    counts = {crawl.id: await store.crawls.retry(verdict, crawl.id) for crawl in crawls}
    for crawl in crawls:
        if counts[crawl.id]:
            say(f"{_title(crawl)}: {counts[crawl.id]:,} x {verdict} wait again; the same command asks them")
    if not any(counts.values()):
        say(f"no walk ended {verdict}")


async def _list(store: Store, crawl: CrawlRow, verdict: str | None, limit: int, budget: Budget) -> None:
    """Print a crawl: its walks in their order, as many as the operator wants to see, then what they add up to."""
    say(_title(crawl))
    say(_HEAD)
    counts: Counter[str] = Counter()
    estimate = Estimate()
    async for row in store.walks.all(crawl.id, verdict):
        counts[_state(row)] += 1
        estimate.add(row)
        if counts.total() <= limit:
            say(_line(row, budget))
    if counts.total() > limit:
        say(f"… and {counts.total() - limit:,} more (--limit)")
    left = "?" if estimate.requests is None else _left(estimate.requests, budget)
    say(f"{', '.join(f'{count:,} {state}' for state, count in counts.most_common()) or 'no walks'}; left: {left}")
    say()


def _title(crawl: CrawlRow) -> str:
    name = f" {crawl.name}" if crawl.name else ""
    return f"crawl {crawl.id}{name}, generation {crawl.generation}, begun {crawl.created_at}: {crawl.key}"


def _line(row: WalkRow, budget: Budget) -> str:
    expected = "-" if row.expected is None else f"{row.expected:,}"
    left = requests_left(row)
    told = "?" if left is None else _left(left, budget)
    walk = f"{row.operation}/{row.target}"
    return WALK_LINE.format(walk, _state(row), row.pages, f"{row.records:,}", expected, _age(row), told)


def _state(row: WalkRow) -> str:
    if row.verdict is not None:
        return row.verdict
    return "walking" if row.worker is not None else "begun" if row.fence else "waiting"


def _left(requests: int, budget: Budget) -> str:
    return f"{requests:,} requests, {duration(requests, budget)}" if requests else "-"


def _age(row: WalkRow) -> str:
    """Return how long ago a walk's last page or verdict was committed."""
    if row.updated_at is None:
        return "-"
    return age((datetime.now(UTC) - datetime.fromisoformat(row.updated_at)).total_seconds())
