"""Answers about kept lists: who is new, gone or kept, who is in several, who follows and is followed. No request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from igcrawl.analysis.destination import Destination
from igcrawl.analysis.lists.answer_file import answer_destination, write_answer
from igcrawl.analysis.lists.kept_lists import KeptList
from igcrawl.analysis.lists.list_choice import Lists, choose_lists, operation_of
from igcrawl.analysis.lists.list_doubts import Change, doubts_of_change, doubts_of_shared
from igcrawl.analysis.lists.list_engine import MOST_LISTS, ListEngine, Member, Wanted, check_duckdb, list_engine
from igcrawl.config.config import Config
from igcrawl.errors import BadInput
from igcrawl.items.columns import Column, ColumnKind
from igcrawl.store import Store, opened_existing

#: Of every account in an answer.
_ACCOUNT: Final = (
    Column("pk", ColumnKind.TEXT),
    Column("username", ColumnKind.TEXT),
    Column("full_name", ColumnKind.TEXT),
    Column("is_private", ColumnKind.FLAG),
    Column("is_verified", ColumnKind.FLAG),
)
_EARLIER_NAME: Final = (Column("earlier_username", ColumnKind.TEXT),)
#: Of every account in a change, the same for all.
_CHANGE: Final = (
    Column("change", ColumnKind.TEXT),
    Column("list", ColumnKind.TEXT),
    Column("owner_pk", ColumnKind.TEXT),
    Column("from_crawl", ColumnKind.COUNT),
    Column("from_ended_at", ColumnKind.TEXT),
    Column("from_verdict", ColumnKind.TEXT),
    Column("to_crawl", ColumnKind.COUNT),
    Column("to_ended_at", ColumnKind.TEXT),
    Column("to_verdict", ColumnKind.TEXT),
)
_DOUBT: Final = Column("doubt", ColumnKind.TEXT)
#: The lists of a change, by their numbers.
_BEFORE, _AFTER = 0b01, 0b10
_BOTH: Final = _BEFORE | _AFTER
_LISTS_OF: Final = {Change.NEW: _AFTER, Change.GONE: _BEFORE, Change.KEPT: _BOTH}


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareOrder:
    """The operator's order.

    Args:
        names: accounts or walks, see `choose_lists`.
        kind: which of the accounts' lists.
        earlier, later: crawls or dates, see `Lists.pair`; None for the last.
        incomplete: whether lists that are not complete may be taken.
        out: a file for the whole answer, None for none.
        most: so many accounts are in the answer itself; None for all.
    """

    names: Sequence[str]
    kind: str = "followers"
    earlier: str | None = None
    later: str | None = None
    incomplete: bool = False
    out: str | None = None
    most: int | None = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAnswer:
    """An answer.

    Args:
        lists: that it builds on, each with its name in the doubts.
        accounts: how many it holds.
        first: the first of them.
        doubts: why it may be wrong, a line each; empty for lists that are whole.
        columns: of a table of them.
        row: makes an account a row of it.
        notes: what else must be said.
        destination: where all of them were written, None for nowhere.
    """

    lists: Sequence[tuple[str, KeptList]]
    accounts: int
    first: Sequence[Member]
    doubts: Sequence[str]
    columns: Sequence[Column]
    row: Callable[[Member], dict[str, Any]]
    notes: Sequence[str] = ()
    destination: Destination | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAnswer(ListAnswer):
    """The accounts that are new, gone or kept.

    Args:
        change: which.
        name: of the lists.
    """

    change: Change
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedAnswer(ListAnswer):
    """The accounts that are in several lists.

    Args:
        name: the account whose two lists these are, "" where they are of several.
        pairs: how many accounts each two lists share; of a list with itself, how many it holds.
        at_least: how many accounts are in so many lists at least, from 2 on.
    """

    name: str
    pairs: Sequence[Sequence[int]]
    at_least: Mapping[int, int] = field(default_factory=dict)


async def compare_change(config: Config, change: Change, order: CompareOrder) -> ChangeAnswer:
    """Return who is new, gone or kept between two lists of an account.

    Raises:
        BadInput: there are no two such lists; nothing was written.
        StoreError: the store could not be read, or the file not be written.
        BrokenPipeError: whoever was reading standard output has enough.
    """
    check_duckdb()
    destination = answer_destination(order.out, config)
    async with opened_existing(config.store, "compare") as store:
        [lists] = await choose_lists(store, order.names, order.kind, incomplete=order.incomplete)
        before, after = lists.pair(order.earlier, order.later)
        async with list_engine(store) as engine:
            await engine.load(before)
            await engine.load(after)
            accounts = engine.count(wanted := Wanted(_LISTS_OF[change], _BOTH))
            doubts = doubts_of_change(change, before, after, accounts)
            row = _ChangeRow(change, _of_change(change, lists, before, after) | _doubt(doubts))
            columns = [*_ACCOUNT, *(_EARLIER_NAME if change is Change.KEPT else ()), *_CHANGE, _DOUBT]
            return ChangeAnswer(
                change=change,
                name=lists.name,
                lists=[("earlier", before), ("later", after)],
                accounts=accounts,
                first=await _answered(engine, wanted, order, destination, columns, row),
                doubts=doubts,
                columns=columns,
                row=row,
                notes=_nameless([before, after]),
                destination=destination,
            )


async def compare_shared(config: Config, order: CompareOrder, *, mutual: bool = False) -> SharedAnswer:
    """Return who is in several lists: in some of those of several accounts, or in both of one account.

    Args:
        config: the command's settings.
        order: the operator's.
        mutual: who follows an account and is followed by it.

    Raises:
        BadInput: there are no such lists; nothing was written.
        StoreError: the store could not be read, or the file not be written.
        BrokenPipeError: whoever was reading standard output has enough.
    """
    check_duckdb()
    destination = answer_destination(order.out, config)
    async with opened_existing(config.store, "compare") as store:
        lists = await _shared_lists(store, order, mutual)
        names = [each.kind if mutual else each.name for each, _ in lists]
        kept = [each for _, each in lists]
        async with list_engine(store) as engine:
            for each in kept:
                await engine.load(each)
            wanted = Wanted(least=2)
            doubts = doubts_of_shared(zip(names, kept, strict=True))
            flags = [Column(each.subject, ColumnKind.FLAG) for each in kept]
            columns, row = [*_ACCOUNT, Column("lists", ColumnKind.COUNT), *flags, _DOUBT], _SharedRow(flags, doubts)
            return SharedAnswer(
                name=str(lists[0][0].account) if mutual else "",
                lists=list(zip(names, kept, strict=True)),
                first=await _answered(engine, wanted, order, destination, columns, row),
                accounts=engine.count(wanted),
                doubts=doubts,
                columns=columns,
                row=row,
                notes=_nameless(kept),
                destination=destination,
                pairs=engine.pairs(),
                at_least=engine.at_least(),
            )


@dataclass(frozen=True, slots=True)
class _ChangeRow:
    """Makes an account a row of a change.

    Args:
        change: which.
        same: what all rows have.
    """

    change: Change
    same: Mapping[str, Any]

    def __call__(self, member: Member) -> dict[str, Any]:
        earlier = {"earlier_username": earlier_name(member)} if self.change is Change.KEPT else {}
        return _of_account(member) | earlier | dict(self.same)


@dataclass(frozen=True, slots=True)
class _SharedRow:
    """Makes an account a row of those that are in several lists.

    Args:
        flags: a column for each list.
        doubts: of the answer.
    """

    flags: Sequence[Column]
    doubts: Sequence[str]

    def __call__(self, member: Member) -> dict[str, Any]:
        there = {flag.name: bool(member.lists >> place & 1) for place, flag in enumerate(self.flags)}
        return _of_account(member) | {"lists": member.lists.bit_count()} | there | _doubt(self.doubts)


async def _shared_lists(store: Store, order: CompareOrder, mutual: bool) -> list[tuple[Lists, KeptList]]:
    """Return the lists that are held against each other, each with the lists that it was chosen from.

    Raises:
        BadInput: there are no such lists, or two are the same.
    """
    if mutual and operation_of(order.names[0])[0] is not None:
        raise BadInput(f"{order.names[0]} is one list; give the account: both its lists are held against each other")
    if len(order.names) > MOST_LISTS:
        raise BadInput(f"{len(order.names)} lists are too many; {MOST_LISTS} at most are compared at once")
    chosen: list[tuple[Lists, KeptList]] = []
    for kind in ("followers", "following") if mutual else (order.kind,):
        for lists in await choose_lists(store, order.names, kind, incomplete=order.incomplete):
            latest = lists.latest(order.later)
            if any(kept.walk == latest.walk for _, kept in chosen):
                raise BadInput(f"{latest.subject} was given twice; give different lists")
            chosen.append((lists, latest))
    return chosen


def earlier_name(member: Member) -> str | None:
    """Return the name that an account had in the earlier list, None where it is the same."""
    return None if member.first_username == member.username else member.first_username


async def _answered(
    engine: ListEngine,
    wanted: Wanted,
    order: CompareOrder,
    destination: Destination | None,
    columns: Sequence[Column],
    row: Callable[[Member], Mapping[str, Any]],
) -> list[Member]:
    """Write all accounts of an answer where they are wanted, and return the first."""
    if destination is None and order.most == 0:
        return []
    await engine.name(wanted, None if destination else order.most, earlier=wanted.lists == _BOTH)
    if destination is not None:
        write_answer(destination, columns, map(row, engine.members(wanted)))
    return list(engine.members(wanted, order.most))


def _of_account(member: Member) -> dict[str, Any]:
    return {column.name: getattr(member, column.name) for column in _ACCOUNT}


def _of_change(change: Change, lists: Lists, before: KeptList, after: KeptList) -> dict[str, Any]:
    """Return what is the same for all accounts of a change."""
    values = (change.value, lists.kind, lists.account.pk, *_of_list(before), *_of_list(after))
    return {column.name: value for column, value in zip(_CHANGE, values, strict=True)}


def _of_list(kept: KeptList) -> tuple[int, str | None, str | None]:
    return kept.crawl, kept.ended_at, kept.verdict


def _doubt(doubts: Sequence[str]) -> dict[str, str | None]:
    return {_DOUBT.name: "; ".join(doubts) or None}


def _nameless(lists: Sequence[KeptList]) -> list[str]:
    """Return what must be said where the store does not hold a list's records."""
    lost = sorted({kept.crawl for kept in lists if not kept.kept})
    if not lost:
        return []
    which = f"crawl{'s' if len(lost) > 1 else ''} {', '.join(map(str, lost))}"
    return [f"the store does not hold all records of {which} (IG_KEEP=False, or an older igcrawl): names are missing"]
