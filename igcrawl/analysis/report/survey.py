"""One look at all walks of a store: what they cost, and which accounts there are to report on."""

from __future__ import annotations

import heapq
from collections.abc import Collection
from dataclasses import dataclass, field

from igcrawl.analysis.lists.kept_lists import list_kinds
from igcrawl.analysis.report.model import ACCOUNT_ROWS, ACCOUNTS, WALK_ROWS, AccountRow, OperationCost, WalkCost
from igcrawl.crawl.walk_rows import GIVEN, VERSIONS
from igcrawl.store import Store, WalkRow
from igcrawl.store.packed_ids import is_id
from igcrawl.verdict import OPEN


@dataclass(slots=True)
class _Seen:
    """An account, as far as its lists tell."""

    name: str | None = None
    crawls: int = 0
    kind: str = ""
    size: int = -1
    at: str = ""
    verdict: str = OPEN


@dataclass(slots=True)
class Survey:
    """Content of a store.

    Args:
        costs: by operation and verdict, the dearest operation first.
        walk_costs: of the walks that cost most, the dearest first.
        chosen: ids of the accounts to show in full, those that were crawled most often first, then the largest.
        rest: those after them, as far as they have a row.
        more: how many come after those.
        versions: of igcrawl that have worked on the walks, those of the latest crawls first.
    """

    costs: list[OperationCost] = field(default_factory=list)
    walk_costs: list[WalkCost] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)
    rest: list[AccountRow] = field(default_factory=list)
    more: int = 0
    versions: list[str] = field(default_factory=list)


async def survey(store: Store, named: Collection[str]) -> Survey:
    """Look at all walks once, in flat memory but for the accounts that the operator gave.

    Args:
        store: an open store.
        named: ids of the accounts to report on; empty for those that crawls were given.
    """
    kinds, accounts = list_kinds(), {pk: _Seen() for pk in named}
    sums: dict[tuple[str, str], list[int]] = {}
    dearest: list[tuple[int, int, WalkCost]] = []
    versions: dict[str, None] = {}
    for crawl in await store.crawls.generations():
        async for row in store.walks.all(crawl.id):
            if not row.fence:
                continue
            versions.update(dict.fromkeys(row.state.get(VERSIONS, ())))
            _add(sums.setdefault((row.operation, row.verdict or OPEN), [0, 0, 0]), row)
            ranked = (row.requests, -row.id, _cost_of(row))
            (heapq.heappushpop if len(dearest) == WALK_ROWS else heapq.heappush)(dearest, ranked)
            if row.operation in kinds and is_id(row.target) and (row.target in accounts if named else row.depth == 1):
                _note(accounts.setdefault(row.target, _Seen()), row, kinds[row.operation])
    found = _Ranking(accounts, named)
    return Survey(
        costs=_costs(sums),
        walk_costs=[cost for _, _, cost in sorted(dearest, reverse=True)],
        chosen=found.chosen,
        rest=found.rest,
        more=found.more,
        versions=list(versions),
    )


class _Ranking:
    """Accounts in the order of what there is to see of them; those that the operator named come as he named them."""

    def __init__(self, accounts: dict[str, _Seen], named: Collection[str]) -> None:
        order = sorted(accounts, key=lambda pk: (-accounts[pk].crawls, -accounts[pk].size, pk))
        ranked = list(accounts) if named else order
        self.chosen = ranked[:ACCOUNTS]
        self.rest = [_row(pk, accounts[pk]) for pk in ranked[ACCOUNTS : ACCOUNTS + ACCOUNT_ROWS]]
        self.more = max(len(ranked) - ACCOUNTS - ACCOUNT_ROWS, 0)


def _row(pk: str, seen: _Seen) -> AccountRow:
    return AccountRow(
        name=f"@{seen.name}" if seen.name else pk,
        pk=pk,
        list_kind=seen.kind or "none",
        size=max(seen.size, 0),
        at=seen.at or None,
        verdict=seen.verdict,
    )


def _add(sums: list[int], row: WalkRow) -> None:
    for place, value in enumerate((1, row.requests, row.records)):
        sums[place] += value


def _note(seen: _Seen, row: WalkRow, kind: str) -> None:
    seen.crawls += 1
    seen.name = row.state.get(GIVEN) or seen.name
    if row.records > seen.size:
        seen.kind, seen.size = kind, row.records
    at = row.ended_at or row.updated_at or ""
    if at >= seen.at:
        seen.at, seen.verdict = at, row.verdict or OPEN


def _cost_of(row: WalkRow) -> WalkCost:
    return WalkCost(
        name=f"{row.operation}/{row.target}",
        at=row.ended_at or row.updated_at,
        verdict=row.verdict or OPEN,
        requests=row.requests,
        records=row.records,
    )


def _costs(sums: dict[tuple[str, str], list[int]]) -> list[OperationCost]:
    of_operation: dict[str, int] = {}
    for (operation, _), (_, requests, _) in sums.items():
        of_operation[operation] = of_operation.get(operation, 0) + requests
    order = sorted(sums, key=lambda key: (-of_operation[key[0]], key[0], -sums[key][1], key[1]))
    return [
        OperationCost(operation=key[0], verdict=key[1], walks=sums[key][0], requests=sums[key][1], records=sums[key][2])
        for key in order
    ]
