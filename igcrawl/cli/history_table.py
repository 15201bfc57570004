"""`scrapy history`: lists and profiles of an account, a line each, the latest last."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any, Final

from igcrawl.analysis.lists.history import History, SeenProfile, read_history, told_changes
from igcrawl.analysis.lists.kept_lists import KeptList
from igcrawl.cli.tables import Table, terminal_width
from igcrawl.config.config import Config
from igcrawl.printable import say
from igcrawl.times import minute_of
from igcrawl.verdict import OPEN
from igcrawl.wording import counted

_LISTS: Final = ("ended", "list", "accounts", "change", "expected", "verdict", "crawl", "doubt")
_PROFILES: Final = ("seen", "followers", "following", "posts", "crawl", "changed")
_NUMBERS: Final = ("accounts", "change", "expected", "crawl", "followers", "following", "posts")


async def print_history(config: Config, text: str, out: str | None, limit: int) -> None:
    """Print what the store knows of an account over time; see `read_history`.

    Args:
        config: the command's settings.
        text: the account.
        out: a file for all of it, None for none; ``-`` for standard output, where no table is printed then.
        limit: so many lines a table at most, the latest.
    """
    history = await read_history(config, text, out)
    if history.destination is None or history.destination.path is not None:
        lists, profiles = counted(len(history.lists), "list"), counted(len(history.profiles), "profile")
        say(f"{history.account}: {lists}, {profiles}")
        _print(_LISTS, list(_list_rows(history)), limit)
        _print(_PROFILES, [_profile_row(seen) for seen in history.profiles], limit)
    if history.destination is not None:
        rows = counted(len(history.lists) + len(history.profiles), "row")
        say(f"igcrawl: {rows} written to {history.destination}", file=sys.stderr)


def _list_rows(history: History) -> Iterator[tuple[str, ...]]:
    complete: dict[str, KeptList] = {}
    for kept in history.lists:
        before = complete.get(kept.subject)
        accounts, change = f"{kept.held:,}", ""
        if kept.is_update:
            accounts, change = "-", f"{kept.records:,} new"
        elif kept.is_complete and before is not None:
            change = f"{kept.held - before.held:+,}"
        if kept.is_complete:
            complete[kept.subject] = kept
        at, expected = minute_of(kept.ended_at or "-"), _count(kept.expected)
        yield at, kept.kind, accounts, change, expected, kept.verdict or OPEN, str(kept.crawl), kept.doubt or ""


def _profile_row(seen: SeenProfile) -> tuple[str, ...]:
    counts = (_count(seen.values.get(name)) for name in ("follower_count", "following_count", "media_count"))
    return (minute_of(seen.at), *counts, str(seen.crawl), told_changes(seen))


def _count(value: Any) -> str:
    return "-" if value is None else f"{value:,}"


def _print(names: Sequence[str], rows: Sequence[Sequence[str]], limit: int) -> None:
    if not rows:
        return
    say()
    shown = rows[-limit:] if limit else []
    for line in Table(names, _NUMBERS, terminal_width()).lines(shown):
        say(line)
    if len(rows) > len(shown):
        say(f"… and {len(rows) - len(shown):,} earlier (--limit, or -O FILE for all)")
