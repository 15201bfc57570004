"""Planning: says what a crawl would take, and crawls nothing. One request at most tells how long a list is."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, Protocol

from pydantic import TypeAdapter
from scrapy.settings import BaseSettings

from igcrawl.arguments import Arguments, ListArguments
from igcrawl.arguments.crawl_key import CrawlKey, key_in_words
from igcrawl.budget.forecast import seconds_for
from igcrawl.budget.limits import Budget
from igcrawl.budget.report import no_budget, room_lines
from igcrawl.budget.session_state import SessionState
from igcrawl.calling.call_sender import CallSender
from igcrawl.calling.run_context import RunContext
from igcrawl.calling.run_gate import gate_for, states_for
from igcrawl.config.config import Config
from igcrawl.crawl.seen import REMEMBERED, Recent
from igcrawl.operations.catalogue import find_operation
from igcrawl.output.cli_outputs import WITHOUT_OUTPUTS
from igcrawl.planning.cheaper import OtherWays
from igcrawl.planning.cost import Cost, Range, cost_of, cost_of_found, counted_in
from igcrawl.planning.expected_count import Length, OneRequest, earlier_walks, length_of
from igcrawl.planning.remaining import remaining
from igcrawl.store import CrawlRow, OperatorLimits, Seed, Store, WalkRow, is_there
from igcrawl.times import DAY, moment, span
from igcrawl.verdict import REOPENED, ExitCode, Verdict
from igcrawl.wording import counted

#: More targets than these, and more that cost the same, are told as one.
_SHOWN: Final = 20
_SHOWN_ALIKE: Final = 3
#: Settings of a plan. The feeds stay, since one that must hold a whole crawl starts it over.
_WRITES_NOTHING: Final[Mapping[str, Any]] = {**WITHOUT_OUTPUTS, "JOBDIR": None, "FEED_STORE_EMPTY": False}


def write_nothing_for_plan(settings: BaseSettings, given: Mapping[str, Any]) -> None:
    """Take the outputs away from a crawl that is only planned.

    Args:
        settings: Scrapy's.
        given: the spider's arguments, checked.
    """
    if TypeAdapter(bool).validate_python(given.get("plan", False)):
        settings.setdict(dict(_WRITES_NOTHING), priority="cmdline")
        feeds = settings.getdict("FEEDS")
        settings.set("FEEDS", {uri: {**feed, "store_empty": False} for uri, feed in feeds.items()}, priority="cmdline")


class Planned(Protocol):
    """Attributes that a planned spider must have."""

    args: Any
    config: Config
    ask: CallSender
    context: RunContext
    thing: str

    @property
    def limits(self) -> OperatorLimits:
        """The operator's own."""

    def seeds(self) -> Iterator[Seed]:
        """Give the first walks."""


class _Targets:
    """Lines of a plan for its targets: the first ones, and one for the rest.

    Args:
        thing: what one of them is called.
    """

    def __init__(self, thing: str) -> None:
        self.lines: list[str] = []
        self._thing = thing
        self._alike: Counter[str] = Counter()
        self._more, self._rest = 0, Cost()

    def add(self, key: str, length: Length, cost: Cost) -> None:
        """Take a target.

        Args:
            key: of its walk.
            length: of its list.
            cost: of the walk alone.
        """
        told = _told(cost) if cost.pages.least else "in the same request"
        self._alike[told] += 1
        if len(self.lines) < _SHOWN and self._alike[told] <= _SHOWN_ALIKE:
            known = "" if length.holds is None or not cost.pages.least else f"{length.holds:,} in its profile; "
            self.lines.append(f"{key}: {known}{told}")
        else:
            self._more += 1
            self._rest.add(cost)

    @property
    def all_lines(self) -> list[str]:
        """The lines, that of the rest last."""
        rest = [f"… and {counted(self._more, f'more {self._thing}')}: {_told(self._rest)}"] if self._more else []
        return self.lines + rest


def _told(cost: Cost) -> str:
    return f"{cost.pages.told('page')}, {cost.requests.told('request')}"


class _Whole:
    """Cost of a crawl from its beginning, by the chosen way and by the others.

    Args:
        asked: the spider's arguments.
        most: of the operator's own limits: how many walks at most.
    """

    def __init__(self, asked: Arguments, most: int | None) -> None:
        self._asked, self._most = asked, most
        self._total, self._count = Cost(), 0
        self._first_args: Mapping[str, Any] = {}
        self._others: OtherWays | None = None

    def add(self, seed: Seed, length: Length, *, update: bool) -> Cost:
        """Count a walk in, and return what it costs alone."""
        self._count += 1
        operation, holds = find_operation(seed.operation), length.holds
        if self._count == 1:
            self._first_args = seed.args
            # An update ends after a few pages on every surface.
            self._others = None if update else OtherWays(operation, seed.args, self._asked)
        chunk = operation.chunk
        if chunk is not None and len(chunk.part(seed.args, None)) == 1 and (self._count - 1) % chunk.size:
            # It is asked together with those before it.
            cost = Cost(walks=Range(1, 1))
        else:
            cost = cost_of(operation, seed.args, self._asked, holds, update)
        if self._most is None or self._count <= self._most:
            self._total.add(cost)
            if self._others is not None:
                self._others.add(seed.args, holds)
        if self._most is None or self._count == 1:
            self._total.add(cost_of_found(operation, self._asked, holds))
            if self._others is not None:
                self._others.add_found(holds)
        return cost

    @property
    def cost(self) -> Cost:
        """The whole, with a note where another way is cheaper."""
        if self._others is not None:
            self._total.notes |= dict.fromkeys(self._others.told(self._total, self._first_args))
        return self._total


class Planning:
    """The plan of one spider's crawl.

    Args:
        spider: its arguments, walks and limits.
        store: not yet opened; a file that is not there is made only when a request is sent.
    """

    def __init__(self, spider: Planned, store: Store) -> None:
        self._spider, self._store = spider, store
        self._args: Arguments = spider.args
        config: Config = spider.config
        there = is_there(config.store)
        self._states = states_for(config, store if there else None)
        self._gate: OneRequest | None = None
        self._notes: list[str] = []
        self._failed = False

    async def make(self, crawl_key: CrawlKey) -> tuple[str, ExitCode]:
        """Return the plan and the exit code: not 0 when the server gave no answer.

        Args:
            crawl_key: of the crawl.

        Raises:
            BadInput: the store or the crawl's name cannot be used.
            Trouble: the session is parked, or got parked.
            Interrupted: the run is being stopped.
            StoreError: the store failed.
        """
        try:
            return await self._make(crawl_key)
        finally:
            await self._states.close()

    async def _make(self, crawl_key: CrawlKey) -> tuple[str, ExitCode]:
        last, config = None, self._spider.config
        if is_there(config.store):
            await self._open()
            last = await self._last(crawl_key)
        lines = [f"plan of {key_in_words(crawl_key.text)}"]
        if last is not None and await self._goes_on(last, crawl_key):
            lines.append(f"continues the crawl of {last.created_at}: this is what is left")
            cost = await remaining(self._store, last, self._args, self._spider.limits)
        elif last is not None and crawl_key.name is not None and not crawl_key.fresh:
            lines.append(f"crawl {crawl_key.name} has ended; only -a fresh=1 runs it again")
            cost = Cost()
        else:
            cost = await self._whole(lines)
        await self._states.open()
        state = await self._states.read(config.check_session().ds_user_id)
        lines += [*self._notes, *cost.notes, *_in_all(cost, config, state, time.time())]
        sent = "1 request was" if self._gate is not None and self._gate.entered else "no request was"
        plan = "\n".join([*lines, f"nothing was crawled; {sent} sent for this plan"])
        return plan, ExitCode.INCOMPLETE if self._failed else ExitCode.OK

    async def _open(self) -> OneRequest:
        if self._gate is None:
            await self._store.open()
            await self._states.open()
            config, stopping = self._spider.config, self._spider.context.stopping
            gate = gate_for(OneRequest, config, self._states, self._store, stopping)
            self._spider.context.gate = gate
            await gate.check()
            self._gate = gate
        return self._gate

    async def _last(self, crawl_key: CrawlKey) -> CrawlRow | None:
        last = await self._store.crawls.find(crawl_key.text, crawl_key.name)
        if last is not None:
            crawl_key.check_name(last.key)
        return last

    async def _goes_on(self, last: CrawlRow, crawl_key: CrawlKey) -> bool:
        if crawl_key.fresh or not await self._store.crawls.unfinished(last.id, REOPENED, self._spider.limits):
            return False
        return crawl_key.whole_feed is None or await self._store.walks.busy(last.id)

    async def _whole(self, lines: list[str]) -> Cost:
        """Return what the crawl takes from its beginning, and add a line for each target."""
        seen, count, unknown = Recent(REMEMBERED), 0, 0
        whole = _Whole(self._args, self._spider.limits.max_walks)
        targets = _Targets(self._spider.thing)
        for seed in self._spider.seeds():
            if not seen.add(seed.key):
                continue
            count += 1
            length, update = Length(), False
            if counted_in(find_operation(seed.operation)) is not None:
                length, update = await (self._learn(seed) if count == 1 else self._recall(seed))
                unknown += length.holds is None
            targets.add(seed.key, length, whole.add(seed, length, update=update))
        lines += targets.all_lines
        if unknown and count > 1:
            told = "a request each would tell, and a plan sends one"
            self._notes.append(f"how long {unknown:,} of {count:,} lists are is not known: {told}")
        return whole.cost

    async def _recall(self, seed: Seed) -> tuple[Length, bool]:
        """Return how long a list was when it was walked last, and whether it is only updated; nothing is sent."""
        if not is_there(self._spider.config.store):
            return Length(), False
        await self._store.open()
        complete = _complete(await earlier_walks(self._store, seed, None))
        return Length(holds=None if complete is None else _held(complete)), self._updates and complete is not None

    async def _learn(self, seed: Seed) -> tuple[Length, bool]:
        """Return how long a list is, and whether it is one that is only updated."""
        length = await length_of(seed, self._spider.ask, await self._open(), time.time())
        complete = _complete(await earlier_walks(self._store, seed, length.account))
        if length.said:
            self._notes.append(length.said)
        self._failed = length.failed
        if length.holds is None and complete is not None:
            length = replace(length, holds=_held(complete))
            self._notes.append(f"at its last walk, {complete.ended_at}, the list held {length.holds:,}")
        update = self._updates and complete is not None
        if update:
            self._notes.append("since=last ends at the first known accounts: two or three requests as a rule")
        return length, update

    @property
    def _updates(self) -> bool:
        """True if lists that were complete once are only updated."""
        return isinstance(self._args, ListArguments) and self._args.since is not None


def _complete(earlier: Iterable[WalkRow]) -> WalkRow | None:
    return next((walk for walk in earlier if walk.verdict == Verdict.COMPLETE), None)


def _held(complete: WalkRow) -> int:
    return complete.expected or complete.records


def _in_all(cost: Cost, config: Config, state: SessionState, now: float) -> Iterator[str]:
    """Give the sum, the budget as it is, and when the crawl would be through."""
    yield f"in all: {cost.walks.told('walk')}, {cost.pages.told('page')}, {cost.requests.told('request')}"
    budget = config.rules.budget
    if budget is None:
        standard = Budget()
        yield no_budget(config.paced)
        told = _time(cost, seconds_for(cost.least, standard), seconds_for(cost.most, standard))
        yield f"with a budget of {standard.whole.hour} an hour and {standard.whole.day} a day: {told}"
        return
    yield f"budget, {budget.pace} pace; {'; '.join(room_lines(state, budget, now))}"
    least, most = (seconds_for(requests, budget, state, now) for requests in (cost.least, cost.most))
    until = moment(now + most, now) if cost.requests.most is not None else f"not before {moment(now + least, now)}"
    yield f"it would take {_time(cost, least, most)}; done by: {until}"


def _time(cost: Cost, least: float, most: float) -> str:
    if cost.requests.most is None:
        return f"at least {span(least)}{_in_days(least)}"
    told = span(most) if span(least) == span(most) else f"{span(least)} to {span(most)}"
    return f"{told}{_in_days(most)}"


def _in_days(seconds: float) -> str:
    """Return a time in days, in brackets; nothing where its own unit is days."""
    return "" if span(seconds).endswith(" days") else f" ({seconds / DAY:.2f} days)"
