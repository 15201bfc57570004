"""A list that never ends is ended, and one that ends is never taken for one that does not: on servers of known truth.

Servers are made up from a seed, which a failure prints (`ENDLESS_START=seed ENDLESS_CASES=1` plays it alone).
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from random import Random

import pytest

from igcrawl.crawl.endless import (
    BARREN_PAGES,
    MEAGRE_PAGES,
    MOST_BEYOND,
    MOST_RESTARTS,
)
from igcrawl.crawl.walk import Walk
from igcrawl.items import Follow, NewFollow
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.operations.paging import PageEnd
from igcrawl.store import ENDLESS_PAGES, OperatorLimits
from igcrawl.verdict import Verdict
from tests.support.endless_limits import LIMITS, MOST_PAGES, Rows
from tests.support.walking import CursorDied, Hooks, Outcome, walk_list

CASES = int(os.environ.get("ENDLESS_CASES", "10"))
START = int(os.environ.get("ENDLESS_START", "0"))
SEEDS = range(START, START + CASES)


@dataclass
class Endless:
    """A server whose list has no end: page by page what `pages` gives, each with a cursor of its own.

    Args:
        random: what is left to chance.
        pages: what its pages hold, from the first one on; a walk that goes back gets what it got.
        mortal: how often a cursor dies before it is used.
    """

    random: Random
    pages: Iterator[Rows]
    mortal: float = 0.0
    given: list[Rows] = field(default_factory=list)
    dead: set[str] = field(default_factory=set)

    def __call__(self, cursor: str | None) -> tuple[Rows, str]:
        if cursor is not None and (cursor in self.dead or self.random.random() < self.mortal):
            self.dead.add(cursor)
            raise CursorDied
        at = int(cursor.partition("-")[0]) if cursor is not None else 0
        while len(self.given) <= at:
            self.given.append(next(self.pages))
        # Another one each time, so that what died is not met again.
        return self.given[at], f"{at + 1}-{self.random.getrandbits(64):x}"


def invented(random: Random) -> Iterator[Rows]:
    """Users who do not exist, as many as are wanted."""
    ids = itertools.count(random.randrange(1, 1 << 62))
    while True:
        yield [next(ids) for _ in range(random.randrange(1, 50))]


def dripping(random: Random) -> Iterator[Rows]:
    """One new user a page, among those who are known."""
    known = list(range(1, random.randrange(10, 60)))
    yield known
    for new in itertools.count(1000):
        yield [*random.sample(known, random.randrange(2, 9)), new]


def equal(random: Random) -> Iterator[Rows]:
    """The same page for ever, in any order."""
    page = list(range(1, random.randrange(2, 50)))
    while True:
        yield random.sample(page, len(page))


def cycle(random: Random) -> Iterator[Rows]:
    """A few pages, one after another, and again."""
    pages = [list(range(at * 10, at * 10 + random.randrange(1, 10))) for at in range(1, random.randrange(2, 40))]
    return itertools.cycle(pages)


def blank(random: Random) -> Iterator[Rows]:
    """Nothing."""
    return itertools.repeat([])


def mixture(random: Random) -> Iterator[Rows]:
    """All of it, each for a while."""
    servers = [make(random) for make in (invented, dripping, equal, cycle, blank)]
    while True:
        yield from itertools.islice(random.choice(servers), random.randrange(1, 20))


def by_chance(random: Random, share: float) -> Callable[[int], bool]:
    """Whether the process dies at a request."""
    return lambda request: random.random() < share


KINDS: dict[str, Callable[[Random], Iterator[Rows]]] = {
    made.__name__: made for made in (invented, dripping, equal, cycle, blank, mixture)
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_without_an_end_is_suspect_within_a_bound(kind: str) -> None:
    for seed in SEEDS:
        random = Random(f"{kind} {seed}")
        expected = random.choice([None, 0, 7, 100])
        server = Endless(random, KINDS[kind](random), mortal=random.choice([0.0, 0.0, 0.02, 0.3]))
        killed = random.choice([0.0, 0.0, 0.05])
        done = walk_list(server, hooks=Hooks(expected), limits=LIMITS, dies=by_chance(random, killed))
        said = f"ENDLESS_START={seed} ENDLESS_CASES=1: {kind}, {expected} expected: {done.end}"
        # A cursor that dies before the walk has come further is the server's failure.
        assert done.end.verdict in ({"suspect", "failed"} if server.mortal else {"suspect"}), said
        assert done.end.reason, said
        assert len(done.pks) == len(set(done.pks)) == done.end.records, said
        if expected is None:
            assert done.end.pages <= MOST_PAGES, said
        else:
            # However little the pages bring: as many in a row bring nothing, between two that bring something.
            assert done.end.records <= 2 * expected + MOST_BEYOND + 50, said
            assert done.end.pages <= (MEAGRE_PAGES + 1) * (2 * expected + MOST_BEYOND + 50), said


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        ("invented", 2 * 100 + MOST_BEYOND + 1),
        ("dripping", MEAGRE_PAGES + 1),
        ("equal", BARREN_PAGES),
        ("cycle", 40 + BARREN_PAGES),
        ("blank", BARREN_PAGES),
    ],
)
@pytest.mark.parametrize("killed_every", [0, 2])
def test_what_each_kind_costs_at_most(kind: str, most: int, killed_every: int) -> None:
    for seed in SEEDS[:15]:
        random = Random(f"cost of {kind} {seed}")
        done = walk_list(
            Endless(random, KINDS[kind](random)),
            hooks=Hooks(100),
            dies=lambda request: bool(killed_every) and request % killed_every == 0,
        )
        assert (done.end.verdict, done.end.pages <= most) == ("suspect", True), f"{seed}: {done.end}"
        assert done.runs > 1 or not killed_every


@pytest.mark.parametrize("expected", [None, 1_000_000])
def test_a_walk_that_begins_again_for_ever_ends(expected: int | None) -> None:
    """Each time it comes one account further, so that it may begin again."""
    beginnings = 0

    def server(cursor: str | None) -> tuple[Rows, str]:
        nonlocal beginnings
        if cursor is None:
            beginnings += 1
            return [1, 2, 3, 1000 + beginnings, 2000 + beginnings], f"a{beginnings}"
        raise CursorDied

    done = walk_list(server, hooks=Hooks(expected), limits=LIMITS)
    assert (done.end.verdict, beginnings) == ("suspect", MOST_RESTARTS + 2)
    assert f"begun again {MOST_RESTARTS + 1} times" in str(done.end.reason)


def test_pages_of_all_beginnings_count_where_nothing_says_how_long_a_list_is() -> None:
    random = Random(5)
    server = Endless(random, invented(random))
    deaths = iter([40, 45, 50])
    dies_at = next(deaths)

    def mortal(cursor: str | None) -> tuple[Rows, str]:
        nonlocal dies_at
        if cursor is not None and cursor.startswith(f"{dies_at}-"):
            dies_at = next(deaths, -1)
            raise CursorDied
        return server(cursor)

    done = walk_list(mortal, limits=LIMITS)
    assert (done.end.verdict, done.end.pages) == ("suspect", MOST_PAGES)
    assert len(done.pks) == len(set(done.pks))


# Lists that end


@dataclass
class Honest:
    """A server that shows a list as servers do: pages of any length, some empty, some rows twice, cursors that die.

    Args:
        random: what is left to chance.
        people: the list.
        deaths: how often a cursor dies, each time further on.
    """

    random: Random
    people: list[int]
    deaths: int = 0
    empty: int = 0
    came: int = 0

    def __call__(self, cursor: str | None) -> tuple[Rows, str | None]:
        at, _, told = (cursor or "0-").partition("-")
        begin = int(at)
        if told and self.deaths and begin > self.came and self.random.random() < 0.3:
            self.deaths, self.came = self.deaths - 1, begin
            raise CursorDied
        if self.random.random() < 0.15 and self.empty < BARREN_PAGES - 1:
            self.empty += 1
            return [], self._cursor(begin)
        self.empty = 0
        end = begin + self.random.choice([1, 2, 3, 12, 25, 50])
        # A page may repeat some of the one before, or hold somebody twice.
        repeated = self.people[max(0, begin - self.random.choice([0, 0, 1, 3])) : begin]
        page = repeated + self.people[begin:end]
        if self.random.random() < 0.1:
            page = [*page, page[-1]]
        return page, self._cursor(end) if end < len(self.people) else None

    def _cursor(self, at: int) -> str:
        return f"{at}-{self.random.getrandbits(64):x}"


def judged(done: Outcome, people: list[int], seed: int) -> None:
    """The whole list, each once, and a verdict that does not speak of a list without an end."""
    said = f"ENDLESS_START={seed} ENDLESS_CASES=1: {done.end}"
    assert sorted(map(int, done.pks)) == sorted(people), said
    assert sorted(done.found) == sorted(people), said
    assert (done.end.records, done.row.records) == (len(people), len(people)), said
    assert {type(follow) for follow in done.follows} == {Follow}, said
    assert [follow.position for follow in done.follows] == list(range(1, len(people) + 1)), said
    assert done.end.duplicates == done.rows - len(people), said
    assert done.end.verdict == ("complete" if done.end.expected is not None else "unverified"), said


def test_a_list_that_ends_is_complete_however_it_is_paged() -> None:
    for seed in SEEDS:
        random = Random(f"honest {seed}")
        people = random.sample(range(1, 1 << 62), random.choice([1, 5, 60, 400]))
        expected = random.choice([None, round(len(people) * random.uniform(0.6, 1.04))])
        killed = random.choice([0.0, 0.05, 0.3])
        done = walk_list(
            Honest(random, people, deaths=random.choice([0, 3])),
            hooks=Hooks(expected),
            limits=OperatorLimits(endless_pages=20_000),
            dies=by_chance(random, killed),
        )
        judged(done, people, seed)


def test_an_update_of_a_list_of_which_all_but_a_few_are_known_comes_to_its_end() -> None:
    for seed in SEEDS[:30]:
        random = Random(f"update {seed}")
        people = random.sample(range(1, 1 << 62), 400)
        new = people[: random.choice([0, 1, 40])]
        # More overlap than the list has pages: it is walked to its end.
        done = walk_list(Honest(random, people), hooks=Hooks(len(people), update=1000), known=people[len(new) :])
        said = f"{seed}: {done.end}"
        assert (done.end.verdict, done.pks) == ("complete", [str(pk) for pk in new]), said
        assert done.end.records == len(new), said
        assert sorted(done.found) == sorted(people), said
        assert done.row.state["passed"] == len(people) - len(new), said
        assert done.end.duplicates == done.rows - len(people), said
        assert {type(follow) for follow in done.follows} == ({NewFollow} if new else set()), said


@pytest.mark.parametrize("killed_at", [0, 70, 110])
def test_pages_that_come_again_after_a_restart_are_no_sign(killed_at: int) -> None:
    """99 pages, the cursor dies, and 99 pages again, all of whose accounts are known."""
    died = False

    def server(cursor: str | None) -> tuple[Rows, str | None]:
        nonlocal died
        at = int(cursor or 0)
        if at == 99 and not died:
            died = True
            raise CursorDied
        return range(at * 5 + 1, at * 5 + 6), str(at + 1) if at < 149 else None

    done = walk_list(server, hooks=Hooks(750), dies=lambda request: request in {killed_at, 99 + killed_at})
    assert (done.end.verdict, done.end.pages, done.end.records) == ("complete", 249, 750)
    assert done.end.duplicates == 99 * 5


def test_short_pages_of_one_new_account_each_are_no_sign_while_the_count_is_not_reached() -> None:
    def server(cursor: str | None) -> tuple[Rows, str | None]:
        at = int(cursor or 0)
        return ([at + 1] if at % 3 else []), str(at + 1) if at < 200 else None

    done = walk_list(server, hooks=Hooks(134))
    assert done.end.verdict == "complete"


def test_a_search_in_which_few_hits_are_new_goes_on_while_some_pages_bring_two() -> None:
    def server(cursor: str | None) -> tuple[Rows, str | None]:
        at = int(cursor or 0)
        new = [1000 + 2 * at, 1001 + 2 * at] if at % MEAGRE_PAGES == MEAGRE_PAGES - 1 else [5000 + at]
        return [1, 2, 3, *new], str(at + 1) if at < 120 else None

    assert walk_list(server).end.verdict == "unverified"


def test_the_reason_names_the_setting_and_a_larger_one_goes_on() -> None:
    random = Random(1)
    server = Endless(random, invented(random))
    first = walk_list(server, limits=LIMITS)
    assert f"a larger IG_ENDLESS_PAGES than {MOST_PAGES} continues" in str(first.end.reason)
    assert first.row.state[ENDLESS_PAGES] == MOST_PAGES
    first.store.row = replace(first.row, verdict=None, reason=None, ended_at=None)
    second = walk_list(server, limits=replace(LIMITS, endless_pages=MOST_PAGES + 20), go_on=first.store)
    assert (second.asked, second.end.pages, second.end.verdict) == (20, MOST_PAGES + 20, "suspect")
    assert not set(first.pks) & set(second.pks)


def test_a_list_that_is_asked_once_more_is_counted_from_its_beginning() -> None:
    """As `scrapy walks --retry suspect` has it: the cursor is dropped."""
    random = Random(2)
    server = Endless(random, invented(random))
    first = walk_list(server, limits=LIMITS)
    first.store.row = replace(first.row, verdict=None, reason=None, ended_at=None, cursor=None)
    second = walk_list(server, limits=LIMITS, go_on=first.store)
    assert (second.asked, second.end.pages, second.end.verdict) == (MOST_PAGES, 2 * MOST_PAGES, "suspect")
    assert second.pks == []


def test_the_operators_own_list_is_asked_to_its_end_whatever_it_brings() -> None:
    """50 posts a request: most have no comment."""
    walk = Walk(operation=OPERATIONS["comment_infos"], target="x", args={}, limits=LIMITS)
    for number in range(BARREN_PAGES + MOST_PAGES):
        walk.keep([])
        assert walk.turn_page(PageEnd(str(number), whole=True)) is None
    ending = walk.turn_page(PageEnd(None, whole=True))
    assert ending is not None
    assert ending.verdict is Verdict.COMPLETE
