"""The store: what is durable between two requests, and who may walk what.

A store is a handful of parts over one database: each backend implements the parts, and `Store` puts them together.

A walk waits in the store until a worker claims it. A worker is one run of a crawl; its claims live as long as it does,
and a dead worker's walks are free again. Each page is one transaction, fenced: who has lost a claim writes nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeVar

from igcrawl.store.model import (
    Choice,
    ChosenCrawl,
    CrawlRow,
    DocIdRow,
    FoundPage,
    HeldRecords,
    OperatorLimits,
    OutputRow,
    PageCommit,
    Progress,
    RecordPage,
    Seed,
    Spent,
    WalkRow,
)

#: Writes records in a commit's transaction, by the database's own cursor; called again when the commit is run again.
Writer: TypeAlias = Callable[[Any], Awaitable[None]]
_T = TypeVar("_T")


class Connection(Protocol):
    """The connection to a database that the parts of a store share."""

    async def open(self) -> None:
        """Connect and bring the schema up to date. Does no harm twice.

        Raises:
            BadInput: there is no such store, or it is newer than this program.
        """

    def hurry(self) -> None:
        """Wait less for a server that says nothing: the operator wants to stop."""

    async def close(self) -> None:
        """Disconnect. Does no harm twice."""


class Worker(Protocol):
    """A worker: who claims walks through a store."""

    async def join(self) -> int:
        """Become a worker, once, and return its number. It lives until `leave`, or until the process dies."""

    async def check(self) -> None:
        """Make sure that this worker still holds the walks it has claimed; to be called before their next request.

        Raises:
            LostClaim: it was taken for dead, and its walk was freed.
        """

    async def leave(self) -> None:
        """Give back the walks that this worker holds, and be dead. Does no harm twice."""


class Crawls(Protocol):
    """Crawls: one row for each generation."""

    async def find(self, key: str, name: str | None = None) -> CrawlRow | None:
        """Return the latest generation of a crawl: by its name if it has one, by its key otherwise."""

    async def begin(
        self,
        key: str,
        name: str | None,
        spider: str,
        seeds: Iterable[Seed],
        after: int,
        now: str,
        *,
        keeps: bool = True,
        sown: int | None = None,
    ) -> CrawlRow:
        """Begin a generation with the walks that the operator gave, or return the one that somebody else began.

        Args:
            key: see `CrawlRow`.
            name: see `CrawlRow`.
            spider: the spider's name.
            seeds: its first walks, in their order; taken one by one, so there may be millions.
            after: the generation that the caller saw last, 0 for none: when there is a later one, that is returned.
            now: UTC, ISO 8601.
            keeps: whether the records of its pages are kept.
            sown: how many seeds these are, when others follow by `sow`; None when they are all.
        """

    async def sow(self, crawl: int, seeds: Iterable[Seed], after: int, then: int | None) -> int | None:
        """Add walks that the operator gave, unless another worker was quicker, and return what is sown now.

        Args:
            crawl: its number.
            seeds: those that follow.
            after: what is sown as far as the caller knows, see `CrawlRow`; when it is more, nothing is added.
            then: what is sown with these; None when they are the last.
        """

    async def stop_keeping(self, crawl: int) -> None:
        """Note that records of a crawl are not kept from now on."""

    async def all(self) -> list[CrawlRow]:
        """Return the latest generation of every crawl, the latest first."""

    async def generations(self) -> list[CrawlRow]:
        """Return every generation of every crawl, the latest first."""

    async def unfinished(self, crawl: int, verdicts: Iterable[str], limits: OperatorLimits) -> bool:
        """Return whether a crawl can go on: a walk waits (within `max_walks`), is held, or `reopen` would find one."""

    async def reopen(self, crawl: int, verdicts: Iterable[str], limits: OperatorLimits) -> int:
        """Make walks wait again: those with one of the verdicts, and those that ended at a limit raised since.

        These are `stopped`, or `suspect` with `ENDLESS_PAGES` in their state. Walks that a worker holds are left alone,
        and those `stopped` before their first page: they were passed over for what they are. Cursor and counts stay.
        Returns how many walks now wait.
        """

    async def retry(self, verdict: str, crawl: int | None = None) -> int:
        """Make walks of a verdict wait again, of one crawl or of the latest generation of each; return how many.

        A walk that is asked again after `limited`, `suspect`, `looped` or another final verdict begins at its first
        page: its cursor is dropped, what it has found stays known. Other walks go on from their cursor.
        """

    async def verdicts(self, crawl: int) -> dict[str | None, int]:
        """Return how many walks of a crawl have each verdict; None is those that have none."""

    async def progress(self, crawl: int) -> Progress:
        """Return how many targets the operator gave, and how many of them have their verdict."""


class Walks(Protocol):
    """Walks: claimed by workers, and what their pages brought."""

    async def claim(self, crawl: int, limits: OperatorLimits, now: str) -> WalkRow | None:
        """Claim the next walk for this worker: those begun before first, then by depth, then in their order.

        Walks of workers that have died are freed first. None when none is free, or `max_walks` were begun.
        """

    async def busy(self, crawl: int) -> bool:
        """Return whether another living worker holds a walk of the crawl."""

    async def commit(
        self, commits: Sequence[PageCommit], outputs: Iterable[OutputRow] = (), writers: Sequence[Writer] = ()
    ) -> int:
        """Make pages of one crawl durable, all or nothing, and return how many pages of records the crawl has now.

        When it returns, those of `commits` that brought records are the last ones, in their order.

        Args:
            commits: in their order; of one walk there may be several.
            outputs: files of which more is known now; those of `Outputs.put`.
            writers: write records into the same transaction; only where the store is a Postgres database.

        Raises:
            LostClaim: this worker no longer holds one of the walks; nothing was written.
        """

    async def has(self, crawl: int, seed: str) -> bool:
        """Return whether a crawl has a walk of this seed."""

    async def begun(self, crawl: int, seed: str) -> bool:
        """Return whether a crawl has a walk of this seed that was ever claimed."""

    async def named(self, crawl: int, verdict: str, most: int) -> list[str]:
        """Return operation and target of the first walks of a crawl that have a verdict, so many at most.

        Behind one whose target was given by another name stands that name in brackets.
        """

    def found(self, walk: int) -> AsyncIterator[FoundPage]:
        """Yield what each page of a walk brought, in order."""

    async def earlier(self, subject: str, before: int) -> list[WalkRow]:
        """Return the walks of a list that ended `complete` or `updated`, latest first, but for walk `before` itself.

        Only those that ended before that walk (by its number) was begun or that were begun before it count: all whose
        number is smaller. At most the 1,000 latest.
        """

    async def spent(self) -> list[Spent]:
        """Return what all walks of the store, of all generations, have brought and cost, by operation."""

    def all(
        self, crawl: int | None = None, verdict: str | None = None, max_depth: int | None = None
    ) -> AsyncIterator[WalkRow]:
        """Yield walks in their order, in flat memory: of one crawl or of the latest generation of every one.

        Args:
            crawl: its number.
            verdict: only those with this one; ``open`` is those without.
            max_depth: only those down to this depth.
        """


class Selection(Protocol):
    """Chosen walks with their records, as they were when they were chosen: a crawl that goes on changes nothing."""

    crawls: Sequence[ChosenCrawl]
    """Those that have chosen walks, by their numbers."""

    def pages(self, crawl: int) -> AsyncIterator[RecordPage]:
        """Yield the pages of the chosen walks of one of the crawls, in their order and in flat memory."""

    def open_walks(self, crawl: int) -> AsyncIterator[WalkRow]:
        """Yield the chosen walks that have no verdict, or one that may not be final, in their order."""


class KeptRecords(Protocol):
    """Records of crawls."""

    def pages(self, crawl: int, after: int = 0) -> AsyncIterator[RecordPage]:
        """Yield the pages of a crawl that come after a place, in their order and in flat memory."""

    async def last(self, crawl: int) -> int:
        """Return the place of a crawl's last page, 0 before the first."""

    async def held(self, walks: Sequence[int]) -> dict[int, HeldRecords]:
        """Return what the store holds of each walk, by its number; a walk of which it holds nothing is missing."""

    def select(self, choice: Choice) -> AbstractAsyncContextManager[Selection]:
        """Choose walks, to read their records for as long as the context lasts."""


class Outputs(Protocol):
    """Files that hold records of crawls."""

    async def at(self, machine: str, path: str) -> list[OutputRow]:
        """Return what is known of a file: a row for each crawl that has written it, the latest first."""

    async def of(self, crawl: int) -> list[OutputRow]:
        """Return the files of a crawl, the one that was begun last behind the others."""

    async def put(self, row: OutputRow) -> None:
        """Note the state in which a crawl left a file; the crawl becomes the latest that has written it."""

    async def drop(self, row: OutputRow) -> None:
        """Forget that a crawl has written a file."""


class SessionStateRows(Protocol):
    """One place with session states, see `igcrawl.budget.session_state`. Every method may raise `StoreError`."""

    async def open(self) -> None:
        """Connect and bring the schema up to date. Does no harm twice.

        Raises:
            BadInput: there is no such place, or it is newer than this program.
        """

    async def close(self) -> None:
        """Disconnect. Does no harm twice."""

    async def accounts(self, server: str) -> list[str]:
        """Return the accounts (ds_user_id) that have a state for a server."""

    async def servers(self, account: str) -> list[str]:
        """Return the servers for which an account has a state."""

    async def read(self, account: str, server: str) -> dict[str, Any]:
        """Return an account's state for a server; empty when nothing is known."""

    async def change(self, account: str, server: str, change: Callable[[dict[str, Any]], _T]) -> _T:
        """Change an account's state for a server, in one transaction; processes come one after another.

        Args:
            account: its ds_user_id.
            server: which answers it.
            change: changes it in place; what it returns is returned. When it raises, nothing is changed.
        """


class EarlierStates(Protocol):
    """Session states that an earlier version kept in the store itself."""

    async def all(self) -> dict[str, dict[str, Any]]:
        """Return the states by account."""

    async def put(self, account: str, state: dict[str, Any]) -> None:
        """Replace the state of an account that has one."""


class KnownDocIds(Protocol):
    """Knowledge of doc_ids."""

    async def all(self) -> dict[str, DocIdRow]:
        """Return what is known, by the id."""

    async def note(self, doc_id: str, now: str, *, works: bool) -> None:
        """Note that a doc_id was answered, or that it is not registered any more.

        Args:
            doc_id: the id.
            now: UTC, ISO 8601.
            works: False keeps since when it is stale; True ends that.
        """

    async def forget_staleness(self, doc_ids: Sequence[str]) -> list[str]:
        """Let doc_ids be tried again that were not registered any more; return those that were stale, in no order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A store. Every method of it and of its parts may raise `StoreError`.

    Args:
        connection: shared by all parts.
        worker: who claims walks through this store.
        crawls, walks, records, outputs, doc_ids: its parts, of use while it is open.
        earlier_states: session states from before they had a place of their own.
        session_states: those of all machines that share a Postgres store; None in a file.
    """

    connection: Connection
    worker: Worker
    crawls: Crawls
    walks: Walks
    records: KeptRecords
    outputs: Outputs
    doc_ids: KnownDocIds
    earlier_states: EarlierStates
    session_states: SessionStateRows | None = None

    async def open(self) -> None:
        """Connect and bring the schema up to date. Does no harm twice.

        Raises:
            BadInput: there is no such store, or it is newer than this program.
        """
        await self.connection.open()

    async def close(self) -> None:
        """Give back what this worker holds and disconnect. Does no harm twice."""
        try:
            await self.worker.leave()
        finally:
            await self.connection.close()
