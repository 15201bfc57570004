"""Answers of `scrapy compare` as tables: above them the lists they build on, and what makes them doubtful."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, TextIO

from igcrawl.analysis.lists.compare import CompareOrder, ListAnswer, compare_change, compare_shared
from igcrawl.analysis.lists.compare import earlier_name as earlier_name_of
from igcrawl.analysis.lists.list_doubts import Change
from igcrawl.analysis.lists.list_engine import Member
from igcrawl.cli.tables import Table, terminal_width
from igcrawl.config.config import Config
from igcrawl.printable import say
from igcrawl.wording import counted

_ACCOUNT: Final = ("username", "id", "full name", "private", "verified")


async def print_change(config: Config, change: Change, order: CompareOrder) -> None:
    """Answer who is new, gone or kept; see `compare_change`."""
    answer = await compare_change(config, change, order)
    before, after = (kept for _, kept in answer.lists)
    out = _out_of(answer)
    say(f"{answer.accounts:,} {change} of the {answer.name}: {before.name} → {after.name}", file=out)
    _say_doubts(answer, out)
    if out is None:
        renamed = change is Change.KEPT and any(map(earlier_name_of, answer.first))
        names = (*_ACCOUNT, "was") if renamed else _ACCOUNT
        rows = [_cells(member) + ((earlier_name_of(member) or "",) if renamed else ()) for member in answer.first]
        _print(names, rows, answer)
    _say_written(answer)


async def print_overlap(config: Config, order: CompareOrder) -> None:
    """Answer who is in several lists; see `compare_shared`."""
    answer = await compare_shared(config, replace(order, most=0))
    out = _out_of(answer)
    for number, (name, kept) in enumerate(answer.lists):
        say(f"{_letter(number)}  {name}: {counted(answer.pairs[number][number], 'account')}, {kept.name}", file=out)
    _say_doubts(answer, out)
    if out is None:
        letters = [_letter(number) for number in range(len(answer.lists))]
        say()
        say("accounts in both")
        _say_matrix(letters, [[f"{accounts:,}" for accounts in row] for row in answer.pairs])
        say()
        say("Jaccard: accounts in both, as a share of those in either")
        _say_matrix(
            letters,
            [
                [f"{jaccard(answer.pairs, one, other):.3f}" for other in range(len(letters))]
                for one in range(len(letters))
            ],
        )
        say()
        for lists, accounts in answer.at_least.items():
            which = "in all" if lists == len(letters) else f"in {lists} lists or more"
            say(f"{which}: {accounts:,}")
    _say_written(answer)


async def print_mutual(config: Config, order: CompareOrder) -> None:
    """Answer who follows an account and is followed by it; see `compare_shared`."""
    answer = await compare_shared(config, order, mutual=True)
    out = _out_of(answer)
    say(f"{answer.accounts:,} follow {answer.name} and are followed back", file=out)
    for number, (name, kept) in enumerate(answer.lists):
        say(f"{name}: {counted(answer.pairs[number][number], 'account')}, {kept.name}", file=out)
    _say_doubts(answer, out)
    if out is None:
        _print(_ACCOUNT, list(map(_cells, answer.first)), answer)
    _say_written(answer)


def jaccard(pairs: Sequence[Sequence[int]], one: int, other: int) -> float:
    """Return the accounts of two lists that are in both, as a share of those in either; 0 for two empty lists."""
    either = pairs[one][one] + pairs[other][other] - pairs[one][other]
    return pairs[one][other] / either if either else 0.0


def _out_of(answer: ListAnswer) -> TextIO | None:
    """Return where words go: None, for standard output with the table, unless the accounts go there."""
    to_stdout = answer.destination is not None and answer.destination.path is None
    return sys.stderr if to_stdout else None


def _say_doubts(answer: ListAnswer, out: TextIO | None) -> None:
    for doubt in answer.doubts:
        say(f"doubtful: {doubt}", file=out)
    for note in answer.notes:
        say(f"note: {note}", file=out)


def _print(names: Sequence[str], rows: Sequence[Sequence[str]], answer: ListAnswer) -> None:
    if not rows:
        return
    say()
    for line in Table(names, width=terminal_width()).lines(rows):
        say(line)
    more = answer.accounts - len(rows)
    if more:
        say(f"… and {more:,} more (--limit, or -O FILE for all)")


def _cells(member: Member) -> tuple[str, ...]:
    flags = (_yes(member.is_private), _yes(member.is_verified))
    return (member.username or "-", member.pk, member.full_name or "-", *flags)


def _yes(flag: bool | None) -> str:
    return "-" if flag is None else "yes" if flag else "no"


def _letter(number: int) -> str:
    """Return what a list is called in the matrix: A to Z, then A1, B1, …"""
    round_, place = divmod(number, 26)
    return chr(ord("A") + place) + (str(round_) if round_ else "")


def _say_matrix(letters: Sequence[str], cells: Iterable[Sequence[str]]) -> None:
    rows = [(letter, *row) for letter, row in zip(letters, cells, strict=True)]
    for line in Table(("", *letters), letters, terminal_width()).lines(rows):
        say(line)


def _say_written(answer: ListAnswer) -> None:
    if answer.destination is not None:
        say(f"igcrawl: {counted(answer.accounts, 'account')} written to {answer.destination}", file=sys.stderr)
