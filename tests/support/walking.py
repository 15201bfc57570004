"""Walks of one list against a server that is a function, with the store in memory: no process, no socket, no clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

import orjson

from igcrawl.calling.reply import Reply
from igcrawl.crawl.crawl_run import CrawlRun
from igcrawl.crawl.lookups import Ask
from igcrawl.crawl.walk import Ending, Walk
from igcrawl.crawl.walker import Prepared, Walker
from igcrawl.errors import AnswerError, Interrupted
from igcrawl.items import Follow, Page, WalkEnd
from igcrawl.operations.call import Call
from igcrawl.stopping import Stopping
from igcrawl.store import FoundPage, OperatorLimits, PageCommit, WalkRow
from igcrawl.store.packed_ids import pack, unpack

_T = TypeVar("_T")

ROOT = "xdt_api__v1__friendships__followers"
#: Rows of a page and the cursor that it leads to, by the cursor that was asked with.
Server = Callable[[str | None], tuple[Sequence[object], str | None]]


class DiedHere(BaseException):
    """The process is killed: nobody catches it."""


class CursorDied(Exception):
    """The server does not know a cursor any more."""


@dataclass
class MemoryStore:
    """What a walker asks of a store, for one list."""

    row: WalkRow
    pages: list[FoundPage] = field(default_factory=list)
    known: Iterable[int] | None = None

    @property
    def walks(self) -> MemoryStore:
        """Its part with the walks."""
        return self

    async def found(self, walk: int) -> AsyncIterator[FoundPage]:
        for page in self.pages if walk == self.row.id else [FoundPage(pack(self.known or ()), None)]:
            yield page

    async def earlier(self, subject: str, before: int) -> list[WalkRow]:
        return [] if self.known is None else [replace(self.row, id=0, verdict="complete")]


@dataclass
class MemoryRun:
    """What a walker asks of a run."""

    store: MemoryStore
    limits: OperatorLimits

    async def flush(self) -> None:
        """All is committed."""

    async def meanwhile(self, wait: Awaitable[_T]) -> _T:
        """Nothing is left to commit."""
        return await wait

    async def commit(self, commit: PageCommit) -> None:
        """Keep the row as JSON would, and what the page brought."""
        row = commit.walk
        self.store.row = replace(row, state=orjson.loads(orjson.dumps(row.state)), args=dict(row.args))
        if commit.found is not None:
            self.store.pages.append(commit.found)


@dataclass
class Hooks:
    """What a spider says of its walks."""

    expected: int | None = None
    update: int | None = None
    private: bool = False

    async def prepare(self, walk: Walk) -> Prepared:
        walk.expected, walk.private = self.expected, self.private
        return Prepared()

    def children(self, walk: Walk, records: list[Any]) -> list[Any]:
        return []

    def overlap(self, walk: Walk) -> int | None:
        return self.update

    def ending_of(self, error: AnswerError | Interrupted, walk: Walk) -> Ending:
        return Ending(error.verdict, str(error))


@dataclass
class Outcome:
    """A walk that has ended.

    Args:
        end: its record.
        follows: the accounts that were written, in their order.
        rows: how many rows all pages had.
        asked: how many requests were sent, of all runs.
        runs: how many processes it took.
        row: what the store holds.
        store: where that is.
    """

    end: WalkEnd
    follows: list[Follow]
    rows: int
    asked: int
    runs: int
    row: WalkRow
    store: MemoryStore

    @property
    def pks(self) -> list[str]:
        """Who was written."""
        return [follow.pk for follow in self.follows]

    @property
    def found(self) -> list[int]:
        """Whom the store knows to be found, in the order of the pages."""
        return [number for page in self.store.pages for number in unpack(page.ids)]


def envelope(rows: Sequence[object], cursor: str | None) -> dict[str, Any]:
    """A page of followers; a row that is no object stands for the account of this id."""
    users = [row if isinstance(row, dict) else {"pk": str(row)} for row in rows]
    return {"data": {ROOT: {"users": users, "next_max_id": cursor}}}


def walk_list(
    server: Server,
    *,
    hooks: Hooks | None = None,
    limits: OperatorLimits | None = None,
    dies: Callable[[int], bool] = lambda request: False,
    known: Iterable[int] | None = None,
    go_on: MemoryStore | None = None,
) -> Outcome:
    """Walk a list to its verdict, in as many runs as it takes.

    Args:
        server: raises `CursorDied` for a cursor that it does not know any more.
        hooks: the spider's.
        limits: the operator's.
        dies: whether the process is killed while it waits for this request, counted from 1 over all runs.
        known: whom the last complete list held, for an update.
        go_on: the store of an earlier walk of this list, which goes on.
    """
    store = go_on or MemoryStore(_row(), known=known)
    store.row.worker = 1
    run = MemoryRun(store, limits or OperatorLimits())
    asked = runs = rows = 0
    per_page: list[list[Any]] = []

    async def ask(walk: Walk, call: Call) -> Reply:
        nonlocal asked, rows
        asked += 1
        walk.requests += 1
        if dies(asked):
            raise DiedHere
        try:
            page, cursor = server(call.cursor)
        except CursorDied:
            page, cursor = server(None)
            rows += len(page)
            return Reply(replace(call, cursor=None), envelope(page, cursor), "the cursor is not known")
        rows += len(page)
        return Reply(call, envelope(page, cursor))

    async def deliver(page: Page) -> None:
        per_page.append(page.records)

    stopping = Stopping()
    while True:
        runs += 1
        walker = Walker(cast("CrawlRun", run), cast("Ask", ask), deliver, hooks or Hooks(), stopping)
        try:
            _, ending = asyncio.run(walker.walk(replace(store.row)))
            break
        except DiedHere:
            # What was delivered before is committed with its page, since the walker asks only then.
            continue
    written = [record for records in per_page for record in records]
    ends = [record for record in written if isinstance(record, WalkEnd)]
    assert ends[-1].verdict == ending.verdict
    follows = [record for record in written if isinstance(record, Follow)]
    return Outcome(ends[-1], follows, rows, asked, runs, store.row, store)


def _row() -> WalkRow:
    name = "followers/1"
    return WalkRow(
        id=1,
        crawl=1,
        seed=name,
        subject=name,
        operation="followers",
        target="1",
        args={"user_id": "1"},
        depth=1,
        worker=1,
    )
