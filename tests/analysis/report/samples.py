"""Reports whose content is known, and a page that is full to its limits."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from igcrawl.analysis.report import model
from igcrawl.analysis.report.model import (
    AccountReport,
    AccountRow,
    ComparedList,
    Crawl,
    ListOverTime,
    Network,
    NetworkNode,
    OperationCost,
    Overlap,
    ProfileCount,
    Report,
    WalkCost,
)
from igcrawl.analysis.report.network import laid_out

_FIRST = datetime(2026, 5, 3, 10, 0, tzinfo=UTC)
CUT = "limited: the server cut the list, 1,000 of 12,000 expected"


def on_day(day: int) -> str:
    return (_FIRST + timedelta(days=day)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def crawl(number: int, day: int, found: int, **more: Any) -> Crawl:
    given: dict[str, Any] = {"number": number, "at": on_day(day), "verdict": "complete", "found": found}
    return Crawl(**given | more)


def followers(account: str = "instagram", **more: Any) -> AccountReport:
    """An account that grew from 1,000 to 1,112 followers, and whose list was cut in between."""
    crawls = [
        crawl(1, 0, 1000, expected=1000, requests=21),
        crawl(2, 7, 300, expected=1060, requests=7, verdict="limited", doubt=CUT),
        crawl(3, 14, 1112, expected=1120, requests=24, since=on_day(0), new=120, gone=8),
    ]
    sizes = ((0, 1000), (7, 1060), (14, 1120))
    counts = [ProfileCount(at=on_day(day), followers=size, following=193) for day, size in sizes]
    followed = [crawl(4, 14, 193, expected=193, requests=5)]
    given: dict[str, Any] = {
        "pk": "25025320",
        "username": account,
        "full_name": "Instagram",
        "is_verified": True,
        "counts": counts,
        "lists": [ListOverTime(kind="followers", crawls=crawls), ListOverTime(kind="following", crawls=followed)],
    }
    return AccountReport(**given | more)


def compared(account: AccountReport) -> list[ComparedList]:
    return [
        ComparedList(
            name=f"{account.name} {one.kind}",
            at=one.last.at,
            verdict=one.last.verdict,
            size=one.last.found,
            doubt=one.last.doubt,
        )
        for one in account.lists
    ]


def network(nodes: int, links: int, kind: str = "suggestions", name: str = "user") -> Network:
    """A network in which the first accounts have the most links."""
    chosen = random.Random(7)
    pairs = [(f"{chosen.randrange(nodes)}", f"{int(nodes * chosen.random() ** 3)}") for _ in range(links)]
    names = {f"{number}": f"{name}.{number}" for number in range(nodes)}
    made = laid_out(kind, pairs, names, {"0", "1"})
    assert made is not None
    return made


def report(*accounts: AccountReport, **more: Any) -> Report:
    """A report of accounts with all that goes with them."""
    accounts = accounts or (followers(), followers("limited.account", pk="100000003", full_name="Limited"))
    lists = [one for account in accounts for one in compared(account)]
    shared = [[one.size if one is other else min(one.size, other.size) // 3 for other in lists] for one in lists]
    costs = [
        OperationCost(operation="followers", verdict="complete", walks=2, requests=45, records=2112),
        OperationCost(operation="followers", verdict="limited", walks=1, requests=7, records=300),
        OperationCost(operation="following", verdict="complete", walks=1, requests=5, records=193),
        OperationCost(operation="user_profile", verdict="private", walks=1, requests=1, records=0),
    ]
    walks = [WalkCost(name="followers/25025320", at=on_day(14), verdict="complete", requests=24, records=1112)]
    given: dict[str, Any] = {
        "made_at": on_day(15),
        "store": ".igcrawl/store.db",
        "accounts": accounts,
        "overlap": Overlap(lists=lists, shared=shared),
        "costs": costs,
        "walk_costs": walks,
        "networks": [replace(network(60, 150), sources=lists[:1])],
    }
    return Report(**given | more)


def full_report() -> Report:
    """A report of as much as a page holds."""
    name = "W" * 30
    crawls = [
        crawl(
            number, number, 10**9, expected=10**9, requests=10**6, since=on_day(number - 1), new=10**6, gone=10**6,
            verdict="limited", doubt=f"{CUT} {number}", change_doubt=f"{CUT} and {number}",
        )
        for number in range(model.CRAWLS)
    ]  # fmt: skip
    counts = [ProfileCount(at=on_day(day), followers=10**9, following=10**9) for day in range(model.COUNTS)]
    kinds = ("followers", "following", "suggestions")
    lists = [ListOverTime(kind=kind, crawls=crawls, earlier=10**6) for kind in kinds]
    accounts = [
        followers(f"{name}{number}", pk=f"{number}", full_name="全" * 300, lists=lists, counts=counts)
        for number in range(model.ACCOUNTS)
    ]
    rest = [
        AccountRow(name=f"@{name}{n}", pk=f"{n}", list_kind="followers", size=10**9, at=on_day(n), verdict="complete")
        for n in range(model.ACCOUNT_ROWS)
    ]
    chosen = [one for account in accounts for one in compared(account)][: model.OVERLAPPING]
    overlap = Overlap(lists=chosen, shared=[[10**9] * len(chosen)] * len(chosen), left_out=44)
    nodes = [
        NetworkNode(pk=f"{n}", username=f"{name}{n}", links=10**6, x=n % 89 / 89, y=n % 97 / 97, group=n % 6)
        for n in range(model.NODES)
    ]
    edges = [(n % model.NODES, n * 7 % model.NODES) for n in range(model.EDGES)]
    networks = [
        Network(kind=kind, nodes=nodes, edges=edges, all_nodes=10**6, all_edges=10**7, sources=chosen)
        for kind in ("suggestions", "mutual")
    ]
    return report(*accounts, rest=rest, more=10**6, overlap=overlap, networks=networks)
