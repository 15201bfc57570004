"""Session states, wherever they are kept: one state an account and server, whatever folder or store a crawl has.

By default each is in the user's state folder, and, with a Postgres store, there too: every request counts in both, and
the stricter one holds. IG_STATE names one place instead.
"""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from igcrawl.budget.parking_marks import ParkingMarks
from igcrawl.budget.session_state import Permit, SessionState
from igcrawl.budget.state_folder import state_folder
from igcrawl.errors import StoreError
from igcrawl.sessions.trusted_hosts import INSTAGRAM
from igcrawl.store import Store, check_writable, is_postgres_url, make_store, session_states_in
from igcrawl.store.base import SessionStateRows

_FILE: Final = "sessions.db"
#: The name of an earlier state, in the store, and of those that a state has taken over.
_NAME, _TAKEN = "name", "taken_over"
_MOST_TAKEN: Final = 100
#: Seconds between two looks at a place that other machines share.
_LOOK_AGAIN: Final = 0.25
_T = TypeVar("_T")


class SessionStates:
    """The states of sessions at one server. Every method may raise `StoreError`.

    Args:
        address: a folder or the address of a Postgres database; empty for the user's state folder and the store.
        server: which answers the sessions.
        store: the crawl's, opened; None where there is none yet.
    """

    def __init__(self, address: str, server: str, store: Store | None) -> None:
        self._address, self._server, self._store = address, server, store
        self._places: list[SessionStateRows] = []
        self._own: Store | SessionStateRows | None = None
        #: What the places that others share held of an account when they were looked at last, and when that was.
        self._looked: dict[str, tuple[float, list[dict[str, Any]]]] = {}
        #: The folder, where there is one.
        self.folder: Path | None = None

    async def open(self) -> None:
        """Open every place, and take over once what an earlier version kept in the store. Does no harm twice.

        Raises:
            BadInput: a place cannot be used.
        """
        if self._places:
            return
        if is_postgres_url(self._address):
            self._own = store = make_store(self._address, "IG_STATE")
            await store.open()
            assert store.session_states is not None
            self._places = [store.session_states]
        else:
            self.folder = state_folder(self._address)
            check_writable(self.folder / _FILE, "IG_STATE")
            self._own = rows = session_states_in(self.folder / _FILE)
            await rows.open()
            shared = self._store.session_states if self._store is not None and not self._address else None
            # The own one last: it is the cheaper one to ask, and to take back from.
            self._places = [rows] if shared is None else [shared, rows]
        if self._store is not None:
            await self._take_over(self._store)

    async def close(self) -> None:
        """Close what was opened here. Does no harm twice."""
        own, self._own, self._places = self._own, None, []
        if own is not None:
            await own.close()

    async def _take_over(self, store: Store) -> None:
        """Merge what an earlier version kept into each place that has not done so yet.

        The place notes it, not the store: a state that is new, or was lost, has not taken anything over.
        """
        for account, row in (await store.earlier_states.all()).items():
            name = row.get(_NAME)
            if name is None:
                name = uuid.uuid4().hex
                await store.earlier_states.put(account, {**row, _NAME: name})
            # It does not say which server it is about, so it holds for each.
            for place in self._places:
                if name not in (await place.read(account, self._server)).get(_TAKEN, []):
                    await place.change(account, self._server, partial(_merge_earlier, row, name))

    async def forget_earlier_parking(self, account: str) -> None:
        """Let an earlier state park nobody any more: its operator has resumed the session."""
        if self._store is None:
            return
        row = (await self._store.earlier_states.all()).get(account)
        if row is not None and row.get("parked") is not None:
            await self._store.earlier_states.put(account, {**row, "parked": None})

    async def accounts(self) -> list[str]:
        """Return the accounts that have a state."""
        return sorted({account for place in self._places for account in await place.accounts(self._server)})

    async def read(self, account: str) -> SessionState:
        """Return an account's state: of two places, what holds by both."""
        first, *others = [SessionState.read(await place.read(account, self._server)) for place in self._places]
        for other in others:
            first.merge(other)
        return first

    async def look(self, account: str) -> SessionState:
        """Return what `read` does; what other machines have changed is known a quarter of a second later at most.

        For who asks before each request and counts none: another machine's place is dear to ask.
        """
        *shared, own = self._places
        at, known = self._looked.get(account, (-math.inf, []))
        if time.monotonic() - at >= _LOOK_AGAIN:
            known = [await place.read(account, self._server) for place in shared]
            self._looked[account] = time.monotonic(), known
        state = SessionState.read(await own.read(account, self._server))
        for row in known:
            state.merge(SessionState.read(row))
        return state

    async def change(self, account: str, change: Callable[[SessionState], _T]) -> list[_T]:
        """Change an account's state in every place, each in one transaction.

        Args:
            account: its ds_user_id.
            change: changes the state in place; when it raises, nothing is changed there.

        Returns:
            What it returned, for each place.

        Raises:
            StoreError: a place failed; the others are changed all the same.
        """
        results, failure = [], None
        self._looked.pop(account, None)
        for place in self._places:
            try:
                results.append(await _changed(place, account, self._server, change))
            except StoreError as error:
                failure = failure or error
        if failure is not None:
            raise failure
        return results

    async def ask(
        self, account: str, take: Callable[[SessionState], Permit], take_back: Callable[[SessionState, Permit], None]
    ) -> Permit:
        """Take an account's turn in every place, or in none.

        Args:
            account: its ds_user_id.
            take: takes the turn in one place.
            take_back: takes that back.
        """
        first, *others = self._places
        for place in others:
            permit = take(SessionState.read(await place.read(account, self._server)))
            if permit.wait > 0:
                return permit
        taken = await _changed(first, account, self._server, take)
        if taken.wait > 0:
            return taken
        for place in others:
            permit = await _changed(place, account, self._server, take)
            if permit.wait > 0:
                # Another process was quicker.
                await _changed(first, account, self._server, lambda state: take_back(state, taken))
                return permit
        return taken

    async def on_loopback(self, account: str) -> list[SessionStates]:
        """Return the states of an account's sessions at servers of this machine; none for one of these.

        Who asks about Instagram wants to know of them; who asks about one of them is not to touch Instagram's.
        """
        if self._server != INSTAGRAM:
            return []
        servers = {server for place in self._places for server in await place.servers(account)}
        return [self._at(server) for server in sorted(servers - {INSTAGRAM})]

    def _at(self, server: str) -> SessionStates:
        other = SessionStates(self._address, server, self._store)
        other._places, other.folder = self._places, self.folder
        return other

    @property
    def server(self) -> str:
        """The server that answers the sessions."""
        return self._server

    def marks(self, account: str, session_file: Path | None) -> ParkingMarks:
        """Return the marks that park an account's session.

        Args:
            account: its ds_user_id.
            session_file: its file, None for none.
        """
        return ParkingMarks(account, self._server, session_file, self.folder)

    async def take_in_marks(self, account: str, session_file: Path | None) -> None:
        """Store what marks say that a run could not store, and remove them."""
        marks = self.marks(account, session_file)
        parking = marks.read()
        if parking is not None:
            await self.change(account, parking.apply)
            marks.remove()


def _merge_earlier(earlier: dict[str, Any], name: str, row: dict[str, Any]) -> None:
    state = SessionState.read(row)
    state.merge(SessionState.read(earlier))
    state.write(row)
    row[_TAKEN] = [*row.get(_TAKEN, []), name][-_MOST_TAKEN:]


async def _changed(place: SessionStateRows, account: str, server: str, change: Callable[[SessionState], _T]) -> _T:
    def in_row(row: dict[str, Any]) -> _T:
        state = SessionState.read(row)
        result = change(state)
        # Who has only been asked about is not known.
        if row or state != SessionState():
            state.write(row)
        return result

    return await place.change(account, server, in_row)


@asynccontextmanager
async def opened_states(address: str, server: str, store: Store | None) -> AsyncIterator[SessionStates]:
    """Open session states for as long as they are used; the arguments are those of `SessionStates`.

    Raises:
        BadInput: a place cannot be used.
        StoreError: it failed.
    """
    states = SessionStates(address, server, store)
    try:
        await states.open()
        yield states
    finally:
        await states.close()
