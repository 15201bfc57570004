"""Posts that share a request have a walk each: own records, own verdict, own reason, and no request more for it."""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections.abc import Callable
from math import ceil
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from igcrawl.crawl.crawl_run import CrawlRun
from igcrawl.output.sinks import Sinks
from igcrawl.simulator import Simulator
from igcrawl.stopping import Stopping
from igcrawl.store import CrawlRow, OperatorLimits, PageCommit, Store, WalkRow
from tests.conftest import Crawl, asked
from tests.running.test_given_targets import walks_of
from tests.support.postgres import ready_database

A_REQUEST = 50


def comment(post: int, number: int) -> dict[str, Any]:
    """A comment as the server gives it."""
    return {"pk": f"{post % 10**12}{number:03}", "media_id": post, "text": "x", "created_at": 1, "user": {"pk": 7}}


def answer_to(posts: list[int], rng: random.Random, truth: dict[str, tuple[str, int]], place: str) -> str:
    """An answer about posts, each of which may have comments, none, a row that is none, or be missing; notes which."""
    found: dict[str, Any] = {}
    for post in posts:
        fate = rng.choice(["comments", "comments", "none", "missing", "unreadable"])
        rows = [comment(post, number) for number in range(rng.randint(1, 4))] if fate == "comments" else []
        truth[str(post)] = ("complete" if fate in {"comments", "none"} else "suspect", len(rows))
        if fate != "missing":
            key = rng.choice([f"{post}", f"{post}_77"])
            found[key] = {"comments": rows if fate != "unreadable" else [{"text": "no pk"}]}
    return json.dumps({place: found, "status": "ok"} if place else {**found, "status": "ok"})


@pytest.mark.parametrize("place", ["comment_infos", "comment_infos_by_media_id", "comments"])
def test_each_post_is_closed_by_its_own_part_of_an_answer(crawl: Crawl, simulator: Simulator, place: str) -> None:
    seed = int(os.environ.get("SEED") or random.randrange(2**32))
    print(f"SEED={seed}")
    rng = random.Random(seed)
    posts = rng.sample(range(10**17, 10**18), rng.randint(2, 120))
    truth: dict[str, tuple[str, int]] = {}
    for number, first in enumerate(range(0, len(posts), A_REQUEST)):
        body = answer_to(posts[first : first + A_REQUEST], rng, truth, place)
        simulator.faults.add(kind="raw", operation="comment_infos", body=body, nth=number + 1)
    given = [rng.choice([f"{post}_5", f"{post}"]) for post in posts]
    code = int(any(verdict == "suspect" for verdict, _ in truth.values()))
    records = crawl("comments", f"media_ids={','.join(given)}", code=code)
    assert asked(simulator) == ["comment_infos"] * ceil(len(posts) / A_REQUEST)
    walks = walks_of(records)
    assert {walk["target"]: (walk["verdict"], walk["records"]) for walk in walks} == truth
    assert [walk["target"] for walk in walks] == list(map(str, posts))
    assert [walk["given"] for walk in walks] == given
    assert sum(walk["requests"] for walk in walks) == len(asked(simulator))
    assert {bool(walk["reason"]) for walk in walks if walk["verdict"] == "suspect"} <= {True}
    for number, record in enumerate(records):
        # A walk's records stand before its verdict, and none of another post's between them.
        assert record["walk"] == next(each["walk"] for each in records[number:] if each["type"] == "walk")
        if record["type"] == "comment":
            assert record["walk"] == f"comment_infos/{record['media_id']}"


def test_posts_whose_request_failed_are_asked_together_again_and_no_others(
    crawl: Crawl, simulator: Simulator, file: Callable[..., str]
) -> None:
    given = file(*map(str, range(1001, 1121)))
    fault = simulator.faults.add(kind="cut_connection", operation="comment_infos", nth=2)
    records = crawl("comments", given, code=1, settings=("RETRY_TIMES=0",))
    ended = [walk["verdict"] for walk in walks_of(records)]
    assert (fault.strikes, sorted(ended)) == (1, ["complete"] * 70 + ["failed"] * 50)
    before = len(asked(simulator))
    records = crawl("comments", given)
    assert [walk["verdict"] for walk in walks_of(records)] == ["complete"] * 120
    assert [walk["line"] for walk in walks_of(records)] == [*range(1, 51), *range(101, 121), *range(51, 101)]
    assert len(asked(simulator)) == before + 1


def test_what_is_refused_to_all_posts_costs_few_requests_and_is_no_verdict_on_those_not_asked(
    crawl: Crawl, simulator: Simulator
) -> None:
    simulator.faults.add(kind="refused", operation="comment_infos")
    posts = ",".join(map(str, range(1001, 1051)))
    records = crawl("comments", f"media_ids={posts}", "verify=0", code=1)
    assert [walk["verdict"] for walk in records] == ["refused"] * 3 + ["failed"] * 47
    assert {walk["reason"].partition(":")[0] for walk in records[3:]} == {"not asked"}
    # Of 50, 25, 12, 6, 3, 1, 2, 1 and 1 posts.
    assert len(asked(simulator)) == 9
    simulator.faults.clear()
    assert [walk["verdict"] for walk in walks_of(crawl("comments", f"media_ids={posts}", "verify=0"))] == [
        *["refused"] * 3,
        *["complete"] * 47,
    ]


def test_when_a_part_of_a_refused_request_is_throttled_the_others_are_not_asked(
    crawl: Crawl, simulator: Simulator
) -> None:
    simulator.faults.add(kind="refused", operation="comment_infos", times=1)
    simulator.faults.add(kind="throttle", operation="comment_infos")
    records = crawl("comments", "media_ids=1001,1002,1003,1004", "verify=0", code=1)
    assert [walk["verdict"] for walk in records] == ["throttled"] * 4
    assert len(asked(simulator)) == 2


def test_a_list_of_comments_of_several_posts_is_divided_by_their_posts(crawl: Crawl, simulator: Simulator) -> None:
    rows = [comment(1001, 1), comment(1002, 1), comment(1001, 2)]
    simulator.faults.add(kind="raw", operation="comment_infos", body=json.dumps({"comments": rows, "status": "ok"}))
    records = crawl("comments", "media_ids=1001,1002,1003", code=1)
    verdicts = [(walk["target"], walk["verdict"], walk["records"]) for walk in walks_of(records)]
    assert verdicts == [("1001", "complete", 2), ("1002", "complete", 1), ("1003", "suspect", 0)]
    assert {record["walk"] for record in records if record["type"] == "comment"} == {
        "comment_infos/1001",
        "comment_infos/1002",
    }


def test_a_plan_counts_the_requests_that_posts_share(crawl: Crawl, simulator: Simulator, tmp_path: Path) -> None:
    crawl("comments", f"media_ids={','.join(map(str, range(1001, 1121)))}", "plan=1")
    assert "in all: 120 walks, 3 pages, 3 requests" in crawl.outcome["plan"]
    assert asked(simulator) == []


def test_posts_that_share_a_request_are_walks_of_their_own_in_postgres_too(crawl: Crawl, simulator: Simulator) -> None:
    with ready_database() as url:
        records = crawl("comments", f"media_ids={','.join(map(str, range(1001, 1061)))}", settings=(f"IG_STORE={url}",))
        assert [(walk["target"], walk["verdict"], walk["given"]) for walk in walks_of(records)] == [
            (str(post), "complete", str(post)) for post in range(1001, 1061)
        ]
    assert asked(simulator) == ["comment_infos"] * 2


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ({"comment_infos": {}}, "suspect"),
        ({"comment_infos": {"1001": {"comments": []}}}, "complete"),
        ({"comments": []}, "complete"),
    ],
)
def test_an_answer_that_does_not_mention_the_only_post_is_no_list_without_comments(
    crawl: Crawl, simulator: Simulator, answer: dict[str, Any], verdict: str
) -> None:
    simulator.faults.add(kind="raw", operation="comment_infos", body=json.dumps({**answer, "status": "ok"}))
    [walk] = walks_of(crawl("comments", "media_ids=1001", code=int(verdict == "suspect")))
    assert (walk["verdict"], walk["records"]) == (verdict, 0)


def test_what_one_answer_closes_is_committed_at_once_or_not_at_all() -> None:
    groups: list[int] = []

    class Walks:
        async def commit(self, commits: list[PageCommit], outputs: Any, writers: Any) -> int:
            groups.append(len(commits))
            return 0

    run = CrawlRun(cast("Store", SimpleNamespace(walks=Walks())), Sinks(), Stopping(), OperatorLimits())
    run._crawl = CrawlRow(id=1, key="k", name=None, generation=1, spider="s", started=1, created_at="x", kept=True)
    row = WalkRow(id=1, crawl=1, seed="a", subject="a", operation="comment_infos", target="1", args={}, depth=1)

    async def commit_alone_and_together() -> None:
        await run.commit(PageCommit(walk=row))
        async with run.together():
            for _ in range(3):
                await run.commit(PageCommit(walk=row))

    asyncio.run(commit_alone_and_together())
    assert groups == [1, 3]
