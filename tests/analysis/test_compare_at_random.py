"""Histories drawn at random in the simulator, whose truth is known: what is compared of them is exact, or doubted.

An answer about complete lists is exact and has no doubt. One about other lists says what may be wrong with it, and no
more is wrong than it says. `make fuzz` draws 300 histories, the suite 4.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
from contextlib import ExitStack
from itertools import combinations
from pathlib import Path

import pytest

from igcrawl.analysis.lists.compare import ChangeAnswer, CompareOrder, compare_change, compare_shared
from igcrawl.analysis.lists.list_doubts import Change
from igcrawl.cli.command_config import config_of
from igcrawl.errors import BadInput
from tests.analysis.drawn_histories import OTHER, OWNER, Drawn, Read, crawled
from tests.analysis.histories import settings_for

HISTORIES = int(os.environ.get("FUZZ_HISTORIES", "4"))
#: So many are crawled side by side.
AT_ONCE = 12
#: How many accounts of an answer a doubt allows to be wrong, or to be missing.
WRONG = re.compile(r"^of [\d,]+ \w+, (?:up to ([\d,]+)|any) may ")
MISSING = re.compile(r"^(?:up to ([\d,]+) )?more may be ")


def seeds() -> list[int]:
    if "SEED" in os.environ:
        return [int(os.environ["SEED"])]
    return random.sample(range(1 << 32), HISTORIES)


def compared(drawn: Drawn, change: Change, **order: object) -> ChangeAnswer:
    given = CompareOrder(names=[str(OWNER)], most=1000, **order)  # type: ignore[arg-type]
    return asyncio.run(compare_change(config_of(settings_for(drawn.url)), change, given))


def truth(change: Change, before: Read, after: Read) -> dict[str, str]:
    """Who is new, gone or kept, with the name that the latest list with them had."""
    if change is Change.NEW:
        return {pk: name for pk, name in after.members.items() if pk not in before.members}
    if change is Change.GONE:
        return {pk: name for pk, name in before.members.items() if pk not in after.members}
    return {pk: name for pk, name in after.members.items() if pk in before.members}


def named(answer: ChangeAnswer) -> dict[str, str | None]:
    return {member.pk: member.username for member in answer.first}


def check_exact(drawn: Drawn, change: Change, before: Read, after: Read, **order: object) -> None:
    answer = compared(drawn, change, **order)
    assert named(answer) == truth(change, before, after)
    assert answer.accounts == len(answer.first)
    assert answer.doubts == []
    if change is Change.KEPT:
        assert {member.pk: member.first_username for member in answer.first} == {
            pk: before.members[pk] for pk in truth(change, before, after)
        }


def check_doubted(drawn: Drawn, change: Change, before: Read, after: Read, **order: object) -> None:
    answer = compared(drawn, change, incomplete=True, **order)
    exact, told = truth(change, before, after).keys(), named(answer).keys()
    assert answer.doubts
    assert len(told - exact) <= allowed(WRONG, answer.doubts)
    assert len(exact - told) <= allowed(MISSING, answer.doubts)


def allowed(said: re.Pattern[str], doubts: list[str]) -> float:
    """How many accounts the doubts that say something allow for."""
    found = [match for doubt in doubts for match in said.finditer(doubt)]
    return sum(float("inf") if match[1] is None else int(match[1].replace(",", "")) for match in found)


def check(drawn: Drawn) -> None:
    """The last two complete lists, and any two, each with a question of its own."""
    reads, change = drawn.reads, drawn.random.choice(list(Change))
    whole = [read for read in reads if read.is_whole]
    if len(whole) > 1:
        check_exact(drawn, change, *whole[-2:])
    else:
        with pytest.raises(BadInput, match=r"complete|one list alone"):
            compared(drawn, change)
    one, other = drawn.random.choice(list(combinations(range(len(reads)), 2)))
    order, change = {"earlier": f"week{one}", "later": f"week{other}"}, drawn.random.choice(list(Change))
    if reads[one].is_whole and reads[other].is_whole:
        check_exact(drawn, change, reads[one], reads[other], **order)
    else:
        with pytest.raises(BadInput, match="--any"):
            compared(drawn, change, **order)
        check_doubted(drawn, change, reads[one], reads[other], **order)


def check_shared(drawn: Drawn) -> None:
    whole = [read for read in drawn.reads if read.is_whole]
    if not (whole and drawn.following):
        return
    config, followers = config_of(settings_for(drawn.url)), whole[-1].members
    mutual = asyncio.run(compare_shared(config, CompareOrder(names=[str(OWNER)], most=1000), mutual=True))
    assert {member.pk: member.username for member in mutual.first} == {
        pk: name for pk, name in drawn.following.items() if pk in followers
    }
    order = CompareOrder(names=[str(OWNER), str(OTHER)], most=1000)
    overlap = asyncio.run(compare_shared(config, order))
    both = len(followers.keys() & drawn.others.keys())
    assert overlap.pairs == [[len(followers), both], [both, len(drawn.others)]]
    assert (mutual.doubts, overlap.doubts) == ([], [])


def test_what_is_compared_is_exact_or_doubted(tmp_path: Path) -> None:
    drawn_seeds = seeds()
    for start in range(0, len(drawn_seeds), AT_ONCE):
        batch = drawn_seeds[start : start + AT_ONCE]
        with ExitStack() as databases:
            urls = [f"sqlite:///{tmp_path}/{seed}.db" for seed in batch]
            if start == 0:
                from tests.support.postgres import ready_database

                urls[0] = databases.enter_context(ready_database())
            for drawn in databases.enter_context(crawled(batch, tmp_path, urls)):
                print(f"SEED={drawn.seed}: {[read.fate for read in drawn.reads]}")
                check(drawn)
                check_shared(drawn)
