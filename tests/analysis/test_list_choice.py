"""Which lists are compared, held against a choice that reads the lists one by one with clocks in place of texts."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from igcrawl.analysis.lists.accounts import Account
from igcrawl.analysis.lists.kept_lists import KeptList
from igcrawl.analysis.lists.list_choice import Lists
from igcrawl.errors import BadInput
from tests.analysis.test_list_doubts import kept

DRAWS = 400
BEGIN = datetime(2026, 11, 27, 23, 58)
#: Forms of a date, each with how long the time lasts that it names.
FORMS = {
    "%Y-%m-%d": timedelta(days=1),
    "%Y-%m-%dT%H:%M": timedelta(minutes=1),
    "%Y-%m-%d %H:%MZ": timedelta(minutes=1),
    "%Y-%m-%dT%H:%M:%S": timedelta(seconds=1),
    "%Y-%m-%d %H:%M:%SZ": timedelta(seconds=1),
}


def lists_of(rng: random.Random) -> list[KeptList]:
    """Lists of an account around the end of a day, some in crawls of one name; the latest last."""
    ends = sorted(BEGIN + timedelta(milliseconds=rng.randrange(200_000)) for _ in range(rng.randint(1, 7)))
    return [
        kept(
            rng.choice(["complete", "complete", "limited", "private", None]),
            rng.choice([0, 5]),
            walk=number,
            crawl=number,
            crawl_name=rng.choice([None, "week", "7", "2026-11-28"]),
            ended_at=f"{end.isoformat(timespec='milliseconds')}Z",
        )
        for number, end in enumerate(ends, 5)
    ]


def asked_of(rng: random.Random, lists: Sequence[KeptList]) -> tuple[str | None, Callable[[KeptList], bool]]:
    """What the operator may ask for, and which lists that means."""
    one = rng.choice(lists)
    if rng.random() < 0.2:
        return None, lambda each: True
    if rng.random() < 0.3:
        return one.crawl_name or "week", lambda each: each.crawl_name == (one.crawl_name or "week")
    if rng.random() < 0.3:
        named = any(each.crawl_name == str(one.crawl) for each in lists)
        return str(one.crawl), lambda each: str(one.crawl) == (each.crawl_name if named else str(each.crawl))
    form = rng.choice(list(FORMS))
    text = (BEGIN + timedelta(seconds=rng.randrange(-60, 300))).strftime(form)
    if any(each.crawl_name == text for each in lists):
        return text, lambda each: each.crawl_name == text
    over = datetime.strptime(text, form) + FORMS[form]
    return text, lambda each: datetime.fromisoformat(str(each.ended_at)[:-1]) < over


def test_the_lists_that_are_compared_are_the_latest_that_the_operator_means() -> None:
    seed = int(os.environ.get("SEED") or random.randrange(1 << 32))
    print(f"SEED={seed}")
    rng = random.Random(seed)
    for _ in range(DRAWS):
        every, incomplete = lists_of(rng), rng.random() < 0.5
        usable = [each for each in every if each.verdict == "complete" or (incomplete and each.held)]
        (earlier, is_earlier), (later, is_later) = asked_of(rng, every), asked_of(rng, every)
        after = [each for each in usable if is_later(each)][-1:]
        until = after[0].walk if after else 0
        # Where none is asked for, the earlier list is the one before the later one.
        before = [each for each in usable if is_earlier(each) and (earlier or each.walk < until)][-1:]
        wanted = (*before, *after) if before and before[0].walk < until else None
        try:
            found = Lists(Account("5"), "followers", every, incomplete).pair(earlier, later)
        except BadInput as refused:
            assert wanted is None, (seed, earlier, later, str(refused))
        else:
            assert found == wanted, (seed, earlier, later)
