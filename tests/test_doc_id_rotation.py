"""The search for a doc_id that works says what it tried, and what is next."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from igcrawl.budget.gate import Gate
from igcrawl.budget.rules import Rules
from igcrawl.calling.asking_walk import AskingWalk
from igcrawl.calling.doc_id_rotation import DocIdRotation
from igcrawl.doc_ids import CurrentIds, DocIds, shipped_queries
from igcrawl.errors import NoDocIdLeft, StaleDocId, TriedDocIds
from igcrawl.operations.call import Call
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.sessions.session import Session
from igcrawl.stopping import Stopping
from tests.store.samples import opened
from tests.support.session_file import session_settings

FIRST_PAGE = {"users": []}


class AskingNothing:
    """A walk as the rotation sees one."""

    id = "followers/1"
    rank_token = "r"
    requests = 0
    answered_at = ""


def searches(folder: Path, operation: str, times: int) -> list[TriedDocIds]:
    """Results of asking a query so many times, none of whose ids is registered any more."""

    async def send(walk: AskingWalk, call: Call, beside: dict[str, Any]) -> dict[str, Any]:
        if OPERATIONS[call.operation].query_name is not None:
            raise StaleDocId(f"{call.operation}: its doc_id is not registered any more")
        return FIRST_PAGE

    async def ask() -> list[TriedDocIds]:
        results = []
        async with opened(f"sqlite:///{folder}/store.db") as store:
            gate = Gate(store, Session(session_settings()), "mine", Rules(), Stopping())
            rotation = DocIdRotation(CurrentIds(DocIds()), store, gate)
            for _ in range(times):
                with pytest.raises(NoDocIdLeft) as caught:
                    await rotation.ask(send, AskingNothing(), Call(operation, {"user_id": "1"}))
                results.append(caught.value.search)
        return results

    return asyncio.run(ask())


def ids_of(operation: str) -> tuple[str, ...]:
    return tuple(each.id for each in DocIds().candidates(operation, OPERATIONS[operation].query_name or ""))


def test_where_something_stands_in_its_first_page_is_at_hand_and_is_not_asked_for_twice(tmp_path: Path) -> None:
    first, second = searches(tmp_path, "followers", 2)
    assert first == TriedDocIds(ids_of("followers")[:2], "followers_rest", FIRST_PAGE)
    assert second == TriedDocIds((), "followers_rest", None)


def test_where_nothing_stands_in_all_ids_were_tried_and_nothing_is_next(tmp_path: Path) -> None:
    operation = next(
        name for name, each in OPERATIONS.items() if each.query_name in shipped_queries() and each.fallback is None
    )
    assert searches(tmp_path, operation, 1) == [TriedDocIds(ids_of(operation), None, None)]
