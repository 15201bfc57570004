"""Evidence decides rightly in worlds whose truth is known, however they word it.

`make fuzz` draws 2,000 worlds; the suite draws 150.
"""

from __future__ import annotations

import asyncio
import os
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from igcrawl.budget.gate import Gate
from igcrawl.budget.rules import Rules
from igcrawl.budget.session_states import opened_states
from igcrawl.calling.asking_walk import AskingWalk
from igcrawl.calling.decisions import MOST_REQUESTS, Found, Step
from igcrawl.calling.doc_id_rotation import DocIdRotation, query_of
from igcrawl.calling.evidence import Evidence
from igcrawl.calling.inquiry import Inquiry
from igcrawl.doc_ids import CurrentIds, DocIds
from igcrawl.errors import AnswerError, Reach, Sign, Unclear
from igcrawl.operations.call import Call
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.sessions.session import Session
from igcrawl.stopping import Stopping
from igcrawl.verdict import Verdict
from tests.store.samples import opened
from tests.support.answering_world import OF_SESSION, OWN, PAGES, Truth, World, draw_world
from tests.support.session_file import session_settings

WORLDS = int(os.environ.get("FUZZ_WORLDS", "75"))
TARGETS = [str(number) for number in range(101, 109)]


@dataclass
class Asking:
    """A walk, as far as evidence knows one."""

    id: str
    rank_token: str = "r"
    requests: int = 0
    answered_at: str = ""
    pages: int = 0
    can_begin_again: bool = False


@dataclass
class Told:
    """What a crawl of a world came to.

    Args:
        verdicts: of each target.
        stale: the ids that were called stale.
        parked: whether the session was.
        after_halt: requests after the crawl was ended.
        most: the most requests of one call.
    """

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)
    parked: bool = False
    most: int = 0


def crawl(world: World, folder: Path) -> Told:
    """Crawl eight targets of a world, page by page."""
    told = Told()

    async def run() -> None:
        async with (
            opened(f"sqlite:///{folder}/store.db") as store,
            opened_states(str(folder / "state"), "loopback", store) as states,
        ):
            settings = session_settings()
            settings["authorization_data"]["ds_user_id"] = OWN
            gate = Gate(states, store.worker, Session(settings), "mine", Rules(), Stopping())
            rotation = DocIdRotation(CurrentIds(DocIds()), store, gate)

            async def send(walk: AskingWalk, call: Call, beside: dict[str, Any]) -> dict[str, Any]:
                await gate.enter("any")
                query = OPERATIONS[call.operation].query_name
                current = rotation.current(call.operation) if query else None
                return world.answer(call, current.id if current else None)

            evidence = Evidence(send, gate, rotation)
            for target in TARGETS:
                verdict, halts = await _walk(world, evidence, target, told)
                told.verdicts[target] = verdict
                if halts:
                    break
            rows = await store.doc_ids.all()
            told.stale = {doc_id for doc_id, row in rows.items() if row.stale_since is not None}
            told.parked = (await gate.state()).parked is not None

    asyncio.run(run())
    return told


async def _walk(world: World, evidence: Evidence, target: str, told: Told) -> tuple[Verdict, bool]:
    walk = Asking(f"{world.operation}/{target}")
    call = Call(world.operation, {"user_id": target})
    for _ in range(4 * PAGES):
        before = len(world.requests)
        try:
            reply = await evidence.ask(walk, call)
        except AnswerError as error:
            told.most = max(told.most, len(world.requests) - before)
            return error.verdict, error.reach is Reach.CRAWL
        told.most = max(told.most, len(world.requests) - before)
        walk.pages += 1
        walk.can_begin_again = reply.call == call
        operation = OPERATIONS[reply.call.operation]
        end = operation.paging
        cursor = end.page_end(reply.envelope, operation.name, call.args, reply.call.cursor).cursor if end else None
        if cursor is None:
            return Verdict.COMPLETE, False
        call = Call(reply.call.operation, call.args, cursor)
    raise AssertionError("the walk does not end")


def furnish(world: World) -> None:
    """Make the world's truth true of ids or targets."""
    query = OPERATIONS[world.operation].query_name
    if world.truth is Truth.ROTATED and query is not None:
        ids = [each.id for each in DocIds().candidates(world.operation, query_of(world.operation))]
        world.rotated = set(ids[: world.chance.randrange(1, len(ids) + 1)])
    if world.truth is Truth.GONE:
        world.gone = set(world.chance.sample(TARGETS, world.chance.randrange(1, 6)))
    if world.truth is Truth.REFUSING:
        world.refusing = set(world.chance.sample(TARGETS, world.chance.randrange(1, 4)))


def check_session(world: World, told: Told) -> None:
    """Check that the session is parked where it is what is refused, and nowhere else."""
    if world.truth in OF_SESSION:
        # The crawl ends with the first target that meets it; a good answer before may have been whole.
        last = list(told.verdicts.values())[-1]
        assert last in {Verdict.BLOCKED, Verdict.THROTTLED}
        assert told.parked == (last is Verdict.BLOCKED)
        assert len(world.requests) <= world.since + 1 + MOST_REQUESTS
    elif world.truth is not Truth.REFUSING or not world.passing:
        # A fault that comes just when the canary is asked makes a target's refusal look like the session's.
        assert not told.parked
        assert Verdict.BLOCKED not in told.verdicts.values()


@pytest.mark.parametrize("number", range(WORLDS))
def test_no_verdict_is_better_than_the_truth_and_no_good_id_is_stale(tmp_path: Path, number: int) -> None:
    seed = random.randrange(1 << 32) if "SEED" not in os.environ else int(os.environ["SEED"])
    world = draw_world(random.Random(seed))
    furnish(world)
    print(f"SEED={seed}: {world.truth} from request {world.since} on, {world.operation}, {world.passing}")
    told = crawl(world, tmp_path)
    print(told)
    for target, verdict in told.verdicts.items():
        if verdict is Verdict.NOT_FOUND:
            assert target in world.gone
        elif verdict is Verdict.REFUSED:
            assert target in world.refusing
        elif verdict is Verdict.COMPLETE:
            assert target not in world.gone | world.refusing
        else:
            assert verdict in {Verdict.FAILED, Verdict.BLOCKED, Verdict.THROTTLED, Verdict.STALE_DOC_ID}
    assert told.stale <= world.rotated
    assert told.most <= 1 + MOST_REQUESTS + 1
    check_session(world, told)
    if world.truth is Truth.FINE:
        assert set(told.verdicts.values()) == {Verdict.COMPLETE}
    if world.truth is Truth.ROTATED and OPERATIONS[world.operation].fallback is not None and not world.passing:
        assert set(told.verdicts.values()) == {Verdict.COMPLETE}
    if world.truth is Truth.REFUSING and not world.passing:
        assert len(told.verdicts) == len(TARGETS)
    if world.truth is Truth.GONE:
        assert len(told.verdicts) == len(TARGETS)
        gone = {target for target, verdict in told.verdicts.items() if verdict is Verdict.NOT_FOUND}
        # Where faults come and go, they may spoil what would tell a target that is gone from a query that fails.
        assert gone == world.gone or world.passing


@pytest.mark.parametrize(
    ("sign", "cursor", "facts", "condemns"),
    [
        (Sign.REFUSED, None, {Step.AGAIN: Found.UNCLEAR}, True),
        (Sign.REFUSED, None, {Step.AGAIN: Found.NONE}, False),
        (Sign.REFUSED, "c2", {Step.AGAIN: Found.UNCLEAR}, False),
        (Sign.REFUSED, "c2", {Step.AGAIN: Found.UNCLEAR, Step.FIRST_PAGE: Found.UNCLEAR}, True),
        (Sign.REFUSED, "c2", {Step.AGAIN: Found.UNCLEAR, Step.EARLIER: Found.UNCLEAR}, True),
        (Sign.REFUSED, "c2", {Step.AGAIN: Found.UNCLEAR, Step.NEXT_ID: Found.ANSWERED}, True),
        (Sign.REFUSED, "c2", {Step.NEXT_ID: Found.ANSWERED}, False),
        (Sign.REFUSED, "c2", {Step.FIRST_PAGE: Found.UNCLEAR, Step.EARLIER: Found.UNCLEAR}, False),
        (Sign.WAIT_AGAIN, "c2", {}, True),
    ],
)
def test_an_id_is_condemned_by_the_same_refusal_twice_and_with_a_cursor_by_one_more(
    sign: Sign, cursor: str | None, facts: dict[Step, Found], condemns: bool
) -> None:
    async def send(walk: AskingWalk, call: Call, beside: dict[str, Any]) -> dict[str, Any]:
        raise AssertionError("nothing is asked")

    call = Call("followers", {"user_id": "1"}, cursor)
    inquiry = Inquiry(send, Asking("followers/1"), call, Unclear("refused", sign), OWN, facts=facts)
    assert inquiry.condemns is condemns
