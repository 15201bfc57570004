"""A verdict that nobody overlooks: the error at a list's end, the warning in its place, and what to do now."""

from __future__ import annotations

import os
import sys
import warnings

import pytest

import igcrawl
from igcrawl.api.doubts import problem_of
from igcrawl.api.walk_ends import WalkEnds
from igcrawl.items import WalkEnd
from igcrawl.running import Outcome
from igcrawl.simulator import Simulator
from igcrawl.verdict import BAD, GOOD, ExitCode, Verdict, exit_code
from tests.support.client_program import ClientProgram

OF_TARGETS = {
    Verdict.PRIVATE: igcrawl.PrivateAccount,
    Verdict.NOT_FOUND: igcrawl.NotFound,
    Verdict.REFUSED: igcrawl.Refused,
}


def ends_with(*verdicts: Verdict) -> WalkEnds:
    ends = WalkEnds()
    for number, verdict in enumerate(verdicts):
        ends.add(
            WalkEnd(
                type="walk",
                operation="followers",
                fetched_at="",
                walk=f"followers/{number}",
                target=str(number),
                verdict=verdict,
                pages=1,
                records=10,
                duplicates=0,
                expected=1000,
                requests=2,
                started_at="",
                ended_at="",
                reason="as it is",
            )
        )
    return ends


@pytest.mark.parametrize("verdict", Verdict)
def test_each_verdict_is_an_error_but_those_of_lists_that_are_what_they_look_like(verdict: Verdict) -> None:
    problem = problem_of(Outcome(exit_code([verdict])), ends_with(Verdict.COMPLETE, verdict))
    if verdict in GOOD - OF_TARGETS.keys():
        assert problem is None
        return
    assert isinstance(problem, igcrawl.DoubtfulResult)
    assert type(problem) is OF_TARGETS.get(verdict, igcrawl.DoubtfulResult)
    assert problem.walk.walk == "followers/1"
    assert [walk.walk for walk in problem.walks] == ["followers/1"]
    assert str(problem).startswith(f"followers/1 ended {verdict}, 10 records of 1,000: as it is")
    assert ("on_doubt" in str(problem)) is (verdict not in OF_TARGETS)


def test_the_worst_walk_comes_first() -> None:
    problem = problem_of(Outcome(ExitCode.TROUBLE), ends_with(*reversed(BAD)))
    assert isinstance(problem, igcrawl.DoubtfulResult)
    assert [walk.verdict for walk in problem.walks] == list(BAD)
    assert "7 more walks" in str(problem)


def test_private_accounts_that_a_graph_found_are_no_doubt() -> None:
    some, all_ = ends_with(Verdict.COMPLETE, Verdict.PRIVATE), ends_with(Verdict.PRIVATE)
    assert problem_of(Outcome(ExitCode.OK), some, whole_graph=True) is None
    assert isinstance(problem_of(Outcome(ExitCode.OK), all_, whole_graph=True), igcrawl.PrivateAccount)


def test_a_crawl_that_ended_without_a_verdict_is_no_success() -> None:
    assert isinstance(problem_of(Outcome(ExitCode.INCOMPLETE, refused="no disk"), WalkEnds()), igcrawl.StoreError)
    assert isinstance(problem_of(Outcome(ExitCode.INCOMPLETE), WalkEnds()), igcrawl.StoreError)


def test_a_million_walks_are_not_all_kept() -> None:
    ends = ends_with(*[Verdict.COMPLETE] * 3000, Verdict.LIMITED)
    assert len(ends.all) == 1001
    assert [end.walk for end in ends.of(Verdict.LIMITED)] == ["followers/3000"]


def test_a_cut_list_raises_behind_its_last_record(client: ClientProgram, simulator: Simulator) -> None:
    simulator.faults.add(operation="followers", nth=2, kind="limit")

    async def main(ig):
        follows, seen = ig.followers(user_id=25025320), 0
        try:
            async for _ in follows:
                seen += 1
        except igcrawl.DoubtfulResult as doubt:
            return seen, doubt.walk.verdict, doubt.walk.records, follows.walk.verdict, str(doubt)

    seen, verdict, records, last, said = client(main)
    assert verdict == last == "limited"
    assert seen == records > 10
    assert "the server said that it cut the list" in said


def test_a_doubt_may_be_a_warning(client: ClientProgram, simulator: Simulator) -> None:
    simulator.faults.add(operation="followers", nth=2, kind="limit")

    async def main(ig):
        with warnings.catch_warnings(record=True) as caught:
            follows = ig.followers(user_id=25025320, on_doubt="warn")
            count = len(await follows)
            own = sys._getframe().f_code.co_filename
            return count, follows.walk.records, [str(each.message) for each in caught if each.filename == own]

    seen, records, [said] = client(main)
    assert seen == records
    assert said.startswith("followers/25025320 ended limited")


def test_each_doubtful_list_warns_at_the_caller_s_line(client: ClientProgram, simulator: Simulator) -> None:
    simulator.faults.add(operation="followers", nth=2, kind="limit")
    simulator.faults.add(operation="following", nth=2, kind="limit")

    def main(ig):
        with warnings.catch_warnings(record=True) as caught:
            followers = ig.followers(user_id=25025320, on_doubt="warn").all()
            following = list(ig.following(user_id=25025320, on_doubt="warn"))
            own = sys._getframe().f_code.co_filename
            told = [(each.filename == own, each.category.__name__, str(each.message)[:15]) for each in caught]
            return len(followers) > 10, len(following) > 10, told

    warned = [True, "DoubtfulResultWarning"]
    assert client(main) == [True, True, [[*warned, "followers/25025"], [*warned, "following/25025"]]]


def test_trouble_says_what_to_do_and_parks_the_session(client: ClientProgram, simulator: Simulator) -> None:
    simulator.faults.add(operation="followers", nth=2, kind="challenge")

    def main(ig):
        said, seen = [], 0
        for kind in (igcrawl.DoubtfulResult, igcrawl.SessionParked):
            try:
                for _ in ig.followers(user_id=25025320):
                    seen += 1
            except kind as error:
                said.append(str(error))
        return seen, said

    seen, [blocked, parked] = client(main)
    assert seen > 10
    assert "ended blocked" in blocked
    assert "scrapy session resume" in blocked
    assert "parked since" in parked
    assert len(simulator.requests) == 3


def test_the_list_of_a_private_account_is_an_error(client: ClientProgram, simulator: Simulator) -> None:
    graph = simulator.graph
    private = next(str(graph.id_at(number)) for number in range(graph.users) if graph.is_private(graph.id_at(number)))

    async def main(ig):
        try:
            await ig.followers(user_id=os.environ["PRIVATE"])
        except igcrawl.PrivateAccount as error:
            return isinstance(error, igcrawl.DoubtfulResult), (
                await ig.profile(user_id=os.environ["PRIVATE"])
            ).is_private

    assert client(main, PRIVATE=private) == [True, True]
