"""Reports of stores whose history is known, SQLite and Postgres alike."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from igcrawl.analysis.report.model import ACCOUNTS, Crawl, Report
from igcrawl.analysis.report.report import gather
from igcrawl.crawl.walk_rows import VERSIONS
from igcrawl.errors import BadInput
from igcrawl.items import Follow, Suggestion
from igcrawl.output.json_lines import to_lines
from igcrawl.store import FoundPage, PackedRecords, PageCommit, Seed, Store, WalkRow
from igcrawl.store.packed_ids import pack
from igcrawl.store.packed_records import pack_lines
from tests.analysis.histories import crawl_of, name_of, profile, walk_end
from tests.analysis.report.samples import on_day
from tests.store.samples import claimed, opened

KINDS = ("followers", "following", "suggestions")
OPERATIONS = {"followers": "followers", "following": "following", "suggestions": "chaining"}
#: Those who may be in a list, by id; those below it have lists.
PEOPLE = range(1_000, 1_060)


@pytest.fixture
def file(tmp_path: Path) -> str:
    """The address of a store where one of either kind will do."""
    return f"sqlite:///{tmp_path / 'store.db'}"


@dataclass
class Walked:
    """A list as it was walked: the truth.

    Args:
        target: whose it is.
        kind: which of its lists.
        day: when.
        members: ids.
        verdict: of the walk.
        expected: what the profile said.
        versions: of igcrawl that have worked on it.
    """

    target: int
    kind: str
    day: int
    members: Sequence[int]
    verdict: str = "complete"
    expected: int | None = None
    requests: int = 1
    versions: Sequence[str] = ()


@dataclass
class Made:
    """A store and what was put into it."""

    store: Store
    walked: list[Walked] = field(default_factory=list)

    async def put(self, one: Walked) -> None:
        """Let a crawl of its own walk a list."""
        self.walked.append(one)
        operation = OPERATIONS[one.kind]
        name = f"{operation}/{one.target}"
        args = {"user_id": str(one.target)}
        wanted = Seed(key=name, subject=name, operation=operation, target=str(one.target), args=args)
        walk = await claimed(self.store, await crawl_of(self.store, wanted, key=name, spider=one.kind))
        done = replace(
            walk,
            verdict=one.verdict,
            updated_at=on_day(one.day),
            ended_at=on_day(one.day),
            pages=1,
            records=len(one.members),
            requests=one.requests,
            expected=one.expected,
            state={VERSIONS: list(one.versions)},
        )
        said = profile(done, username=f"user{one.target}", full_name=f"User {one.target}", follower_count=one.expected)
        said = replace(said, fetched_at=on_day(one.day))
        records = [said, *(_record(done, one, pk) for pk in one.members), walk_end(done, one.verdict)]
        packed = PackedRecords(len(records), pack_lines(to_lines(records)))
        found = FoundPage(pack(one.members), None)
        await self.store.walks.commit([PageCommit(walk=done, found=found, records=packed)])

    async def put_profile(self, target: int, day: int, followers: int) -> None:
        """Let a crawl of its own ask for a profile and nothing else."""
        name = f"user_profile/{target}"
        wanted = Seed(key=name, subject=name, operation="user_profile", target=str(target), args={})
        walk = await claimed(self.store, await crawl_of(self.store, wanted, key=name, spider="profiles"))
        said = replace(profile(walk, username=f"now{target}", follower_count=followers), fetched_at=on_day(day))
        done = replace(walk, verdict="complete", updated_at=on_day(day), ended_at=on_day(day), pages=1, records=1)
        packed = PackedRecords(1, pack_lines(to_lines([said])))
        await self.store.walks.commit([PageCommit(walk=done, records=packed)])

    async def report(self, *names: str) -> Report:
        return await gather(self.store, names, "the store")


def _record(walk: WalkRow, one: Walked, pk: int) -> Any:
    start = (walk.operation, on_day(one.day), name_of(walk), walk.target)
    if one.kind == "suggestions":
        return Suggestion("suggestion", *start, 1, str(pk), username=f"user{pk}")
    return Follow("follow", *start, one.kind, 1, str(pk), username=f"user{pk}")


def drawn_history(chosen: random.Random, target: int, kind: str) -> list[Walked]:
    """Some crawls of a list in which people come and go, and that the server sometimes cuts."""
    members = set(chosen.sample(PEOPLE, 20))
    walks = []
    for day in range(chosen.randrange(1, 6)):
        coming, going = chosen.sample(PEOPLE, chosen.randrange(5)), chosen.sample(PEOPLE, chosen.randrange(5))
        members = (members | set(coming)) - set(going)
        cut = chosen.random() < 0.3
        listed = sorted(members)[: len(members) // 2] if cut else sorted(members)
        verdict = chosen.choice(["limited", "suspect"]) if cut else "complete"
        walks.append(Walked(target, kind, day * 7, listed, verdict, len(members), chosen.randrange(1, 30)))
    return walks


def expected_crawls(walks: Sequence[Walked]) -> list[dict[str, Any]]:
    """What a report must say of a history."""
    told, last = [], None
    for one in walks:
        new = gone = since = None
        if last is not None:
            since, new = on_day(last.day), len(set(one.members) - set(last.members))
            if one.verdict == "complete":
                gone = len(set(last.members) - set(one.members))
        told.append(
            {"at": on_day(one.day), "verdict": one.verdict, "found": len(one.members), "expected": one.expected}
            | {
                "requests": one.requests,
                "since": since,
                "new": new,
                "gone": gone,
                "doubtful": one.verdict != "complete",
            }
            | {"change_doubtful": since is not None and one.verdict != "complete"}
        )
        last = one if one.verdict == "complete" else last
    return told


def told(crawl: Crawl) -> dict[str, Any]:
    said = {
        name: getattr(crawl, name)
        for name in ["at", "verdict", "found", "expected", "requests", "since", "new", "gone"]
    }
    return said | {"doubtful": crawl.doubt is not None, "change_doubtful": crawl.change_doubt is not None}


async def test_random_histories_are_reported_as_they_were(url: str) -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    chosen = random.Random(seed)
    async with opened(url) as store:
        made = Made(store)
        targets = range(1, 3)
        histories = {(target, kind): drawn_history(chosen, target, kind) for target in targets for kind in KINDS}
        for walks in histories.values():
            for one in walks:
                await made.put(one)
        report = await made.report()
    shown = {(int(a.pk), one.kind): [told(crawl) for crawl in one.crawls] for a in report.accounts for one in a.lists}
    assert shown == {key: expected_crawls(walks) for key, walks in histories.items()}
    assert {account.name for account in report.accounts} == {f"@user{target}" for target in targets}
    latest = {
        f"@user{target} {kind}": next((w for w in reversed(walks) if w.verdict == "complete"), walks[-1])
        for (target, kind), walks in histories.items()
    }
    check_overlap(report, latest)
    check_networks(report, latest, histories)
    check_costs(report, made.walked)


def check_overlap(report: Report, latest: dict[str, Walked]) -> None:
    assert report.overlap is not None
    names = [one.name for one in report.overlap.lists]
    assert set(names) == set(latest)
    members = [set(latest[name].members) for name in names]
    assert report.overlap.shared == [[len(one & other) for other in members] for one in members]
    assert [one.doubt is None for one in report.overlap.lists] == [latest[n].verdict == "complete" for n in names]


def check_networks(report: Report, latest: dict[str, Walked], histories: dict[tuple[int, str], list[Walked]]) -> None:
    networks = {network.kind: network for network in report.networks}
    drawn = {
        kind: {frozenset((network.nodes[a].pk, network.nodes[b].pk)) for a, b in network.edges}
        for kind, network in networks.items()
    }
    both = {
        target: set(latest[f"@user{target} followers"].members) & set(latest[f"@user{target} following"].members)
        for target, _ in histories
    }
    assert drawn.get("mutual", set()) == {frozenset((str(t), str(pk))) for t, pks in both.items() for pk in pks}
    suggested = {(t, pk) for (t, kind), walks in histories.items() if kind == "suggestions" for pk in walks[-1].members}
    assert drawn["suggestions"] == {frozenset((str(target), str(pk))) for target, pk in suggested}
    for network in networks.values():
        assert all(node.name == f"@user{node.pk}" for node in network.nodes)
        assert all(node.start == (int(node.pk) < PEOPLE[0]) for node in network.nodes)


def check_costs(report: Report, walked: Sequence[Walked]) -> None:
    requests: Counter[tuple[str, str]] = Counter()
    for one in walked:
        requests[OPERATIONS[one.kind], one.verdict] += one.requests
    assert {(cost.operation, cost.verdict): cost.requests for cost in report.costs} == requests
    most = [cost.requests for cost in report.walk_costs]
    assert most == sorted((one.requests for one in walked), reverse=True)[: len(most)]


async def test_a_report_names_the_versions_that_have_walked_its_lists(file: str) -> None:
    async with opened(file) as store:
        made = Made(store)
        for day, versions in enumerate([["1.0"], [], ["1.0", "1.1"]]):
            await made.put(Walked(1, "followers", day, PEOPLE[:5], versions=versions))
        assert sorted((await made.report()).versions) == ["1.0", "1.1"]


async def test_only_the_accounts_that_were_named_are_reported_in_their_order(file: str) -> None:
    async with opened(file) as store:
        made = Made(store)
        for target in (1, 2, 3):
            await made.put(Walked(target, "followers", target, PEOPLE[:5]))
        report = await made.report("@user3", "1")
        with pytest.raises(BadInput, match="no record of the store has this name"):
            await made.report("@nobody")
        with pytest.raises(BadInput, match="the store has no list of 77"):
            await made.report("77")
    assert [account.pk for account in report.accounts] == ["3", "1"]
    assert report.overlap is not None
    assert len(report.overlap.lists) == 2


async def test_of_many_accounts_those_crawled_most_and_the_largest_are_shown_and_the_others_have_a_row(
    file: str,
) -> None:
    async with opened(file) as store:
        made = Made(store)
        for target in range(1, ACCOUNTS + 4):
            await made.put(Walked(target, "followers", 0, PEOPLE[: target + 1]))
        await made.put(Walked(1, "followers", 7, PEOPLE[:2]))
        report = await made.report()
    largest = [str(pk) for pk in range(ACCOUNTS + 3, 1, -1)]
    assert [account.pk for account in report.accounts] == ["1", *largest[: ACCOUNTS - 1]]
    assert [(row.pk, row.size) for row in report.rest] == [(pk, int(pk) + 1) for pk in largest[ACCOUNTS - 1 :]]


async def test_a_profile_s_count_is_told_with_its_date(file: str) -> None:
    async with opened(file) as store:
        made = Made(store)
        await made.put(Walked(1, "followers", 0, PEOPLE[:9], expected=10))
        await made.put(Walked(1, "followers", 7, PEOPLE[:12], expected=12))
        await made.put_profile(1, 5, 11)
        await made.put_profile(1, 9, 14)
        [account] = (await made.report()).accounts
    days = [(on_day(0), 10), (on_day(5), 11), (on_day(7), 12), (on_day(9), 14)]
    assert [(each.at, each.followers) for each in account.counts] == days
    assert (account.full_name, account.username) == ("User 1", "now1")


async def test_a_store_without_lists_gives_an_empty_report(file: str) -> None:
    async with opened(file) as store:
        report = await Made(store).report()
    assert (report.accounts, report.overlap, list(report.networks), list(report.costs)) == ([], None, [], [])
